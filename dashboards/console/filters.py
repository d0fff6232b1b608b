"""Filters of queue and search: from the address to a query and back."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Self
from urllib.parse import urlencode

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from starlette.datastructures import QueryParams

from core.contracts import Contract, Kind, PageType, Sentiment, SeverityLevel, State
from core.errors import BadQuery
from core.provinces import provinces
from core.taxonomy import taxonomy
from index.engine import Count, FacetField, Order, Query

LONGEST_VALUE = 200  # longer than any name of a province, source or category


def _known_category(code: str) -> str:
    if code not in taxonomy().codes:
        raise ValueError("unknown category")
    return code


def _known_province(name: str) -> str:
    if name not in {p.name for p in provinces()}:
        raise ValueError("unknown province")
    return name


def _empty_is_none(value: object) -> object:
    return value or None


Category = Annotated[str, AfterValidator(_known_category)]
Province = Annotated[str, AfterValidator(_known_province)]
SourceId = Annotated[str, Field(max_length=LONGEST_VALUE)]
Day = Annotated[date | None, BeforeValidator(_empty_is_none)]

# The names in the address are those of the command line (`langnghe search --category …`).
MANY = ("category", "province", "source", "type", "kind", "tone", "state")
ONE = ("q", "severity", "since", "until", "all", "possibly_grave", "group", "cursor")
FACETS: dict[str, FacetField] = {
    "category": "category",
    "province": "province",
    "source": "source",
    "type": "type",
    "tone": "sentiment",
}


class Filters(Contract):
    """What a person asks for on queue or search, as it stands in the address."""

    q: str = Field(default="", max_length=500)
    category: tuple[Category, ...] = ()
    province: tuple[Province, ...] = ()
    source: tuple[SourceId, ...] = ()
    type: tuple[PageType, ...] = ()
    kind: tuple[Kind, ...] = ()
    tone: tuple[Sentiment, ...] = ()
    state: tuple[State, ...] = ()
    severity: SeverityLevel = 0
    since: Day = None
    until: Day = None
    all: bool = False
    possibly_grave: bool = False
    group: str | None = Field(default=None, max_length=LONGEST_VALUE)
    cursor: str | None = Field(default=None, max_length=LONGEST_VALUE)

    @classmethod
    def read(cls, params: QueryParams) -> Self:
        """Read an address; empty fields do not filter, unknown names are passed over. Raises BadQuery."""
        given: dict[str, object] = {}
        for name in MANY:
            given[name] = tuple(dict.fromkeys(v for v in params.getlist(name) if v))
        for name in ONE:
            if value := params.get(name, "").strip():
                given[name] = value
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise BadQuery(f"filter {error.errors()[0]['loc'][0]!r} can't be read") from error

    def query(self, *, order: Order, grouped: bool = True, limit: int = 20) -> Query:
        """Return the query that finds what is asked for."""
        # A dismissed text is no longer relevant, but who asks for the dismissed wants to see them.
        dismissed = State.DISMISSED in self.state and State.OPEN not in self.state
        return Query(
            text=self.q,
            relevant=None if self.all or dismissed or self.possibly_grave else True,
            possibly_grave=True if self.possibly_grave else None,
            categories=self.category,
            provinces=self.province,
            sources=self.source,
            types=self.type,
            kinds=self.kind,
            sentiments=self.tone,
            states=self.state,
            severity_min=self.severity,
            since=self.since,
            until=self.until,
            group=self.group,
            grouped=grouped and self.group is None,
            order=order,
            cursor=self.cursor,
            limit=limit,
        )

    def without(self, name: str, value: object = None) -> Self:
        """Return the filters less one value of the field `name`, or less the whole field."""
        held = getattr(self, name)
        kept = tuple(v for v in held if v != value) if isinstance(held, tuple) and value is not None else None
        empty = type(self).model_fields[name].default
        return self.model_copy(update={name: empty if kept is None else kept, "cursor": None})

    def change(self, changes: Mapping[str, object]) -> Self:
        """Return the filters with `changes`, from the first page unless a cursor is among them."""
        return self.model_copy(update={"cursor": None, **changes})

    def __getitem__(self, name: str) -> object:
        """Return the field `name`, for templates."""
        return getattr(self, name)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The filters as the fields of a form."""
        pairs: list[tuple[str, str]] = []
        for name in (*ONE[:1], *MANY, *ONE[1:]):
            value = getattr(self, name)
            if isinstance(value, tuple):
                pairs += [(name, str(v)) for v in value]
            elif value is True:
                pairs.append((name, "1"))
            elif value:
                pairs.append((name, str(value)))
        return pairs

    @property
    def address(self) -> str:
        """The filters as they stand behind the question mark of an address."""
        return urlencode(self.pairs)


def choices(counts: Sequence[Count], chosen: Sequence[str]) -> list[Count]:
    """Return what a filter offers: the counted values, and those chosen that nothing has."""
    counted = {c.value for c in counts}
    return [*counts, *(Count(value=v, count=0) for v in chosen if v not in counted)]
