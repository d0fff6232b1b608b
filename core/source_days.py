"""What a source gave on one day, in counts: what volumes and make-up are learnt from. No text, no address."""

from datetime import date

from pydantic import Field

from core.contracts import Contract

HOURS = 24


class Makeup(Contract):
    """Sums over the new and changed pages (articles and posts) of a day, by which a site's make-up is known.

    `blank` pages had no text and are not among `pages`. Of `pages`, `linked` tell their article in JSON-LD,
    `bare` neither there nor in meta tags; `dated` bear a publication time of their own. `title…` and `text…`
    sum the natural logarithms of 1 + length in characters, and their squares. `repeated` of `paragraphs`
    stood on an earlier page of the same run. `commented` articles, new or known, had readers' comments that
    were new.
    """

    pages: int = 0
    blank: int = 0
    linked: int = 0
    bare: int = 0
    dated: int = 0
    title: float = 0.0
    title_squared: float = 0.0
    text: float = 0.0
    text_squared: float = 0.0
    paragraphs: int = 0
    repeated: int = 0
    commented: int = 0

    def __add__(self, other: "Makeup") -> "Makeup":
        """Return the sums of both."""
        return Makeup(**{name: getattr(self, name) + getattr(other, name) for name in Makeup.model_fields})


class SourceDay(Contract):
    """One day (in Vietnam) of a source: how many runs there were, of them `failed` and `late` ones.

    `hours` are its pages and posts by the hour in which they were first seen, those apart that a first run
    brings up from before.
    """

    source_id: str
    day: date
    checks: int = 0
    failed: int = 0
    late: int = 0
    hours: tuple[int, ...] = Field(default=(0,) * HOURS, min_length=HOURS, max_length=HOURS)
    makeup: Makeup = Makeup()

    @property
    def new(self) -> int:
        """How many pages were first seen on this day."""
        return sum(self.hours)
