"""What is seen of a site that is being looked over."""

from core.contracts import Contract


class Items(Contract):
    """Posts or comments that repeat on a page: their CSS, the attribute that names one, how many there are.

    `share` is theirs of all text on the page that is no link.
    """

    item: str
    text: str
    date: str | None = None
    id: str = "id"
    count: int
    share: float


class Sight(Contract):
    """What one page shows: where it leads, and what it seems to be.

    `article` says that it has a title and a text of its own; `declared` that it calls itself an article.
    """

    url: str
    name: str = ""
    language: str = ""
    feeds: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    next: str | None = None
    article: bool = False
    declared: bool = False
    items: Items | None = None


class Section(Contract):
    """A page that lists articles or threads, and the CSS of the link to its next page."""

    url: str
    next: str | None = None


class Scouted(Contract):
    """What was found of a site. `failure` says in one line why nothing was.

    `samples` are pages that may be articles or threads; `told` are all addresses that may be such.
    """

    home: str = ""
    name: str = ""
    language: str = ""
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    samples: tuple[Sight, ...] = ()
    told: tuple[str, ...] = ()
    failure: str = ""
