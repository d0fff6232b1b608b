"""What extraction gives back, and how long each part of it may be."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from core.contracts import Contract, Text
from crawlers.extraction.posted import Post

# A headline of more than 300 characters is a mistake or an attack; 500 leaves room for scripts that need
# more code points than Latin. The lead of the longest news texts we measured has 1,100 characters.
TITLE_LIMIT = 500
LEAD_LIMIT = 2_000
SECTION_LIMIT = 200
# The longest of 63,000 news articles has under 60,000 characters; long-form and minutes stay under this.
TEXT_LIMIT = 200_000
URL_LIMIT = 2_000


class Origin(StrEnum):
    """Where a page tells of its article: in JSON-LD, else in meta tags, else only on the page as shown."""

    LINKED = "linked"
    META = "meta"
    PAGE = "page"


class Extract(Contract):
    """What a page says, as plain NFC text. What was not found is empty (`""`) or None.

    `text` does not begin with the lead; `lead_shown` says that readers see it above the text, and `full_text`
    has both. A lead that only search engines see (`description`) is not shown.
    `posts` are what its JSON-LD tells of comments below an article; on a page of a forum, which alone has a
    `thread_title`, they are the posts of the thread.
    A page without an article (empty, an image in disguise, a list of links) has an empty `text`.
    `title` has at most 500 characters, `lead` 2,000, `text` 200,000: what is longer is cut at a word and
    ends with `…`. `canonical_url` is what the page claims about itself: whoever takes it for an identity has
    to check that it is of the same site. `language` is a two- or three-letter code. A date may lie in the
    future; `core.contracts.Page.dated_at` deals with that.
    """

    title: Text = Field(default="", max_length=TITLE_LIMIT)
    lead: Text = Field(default="", max_length=LEAD_LIMIT)
    lead_shown: bool = False
    text: Text = Field(default="", max_length=TEXT_LIMIT)
    published_at: AwareDatetime | None = None
    modified_at: AwareDatetime | None = None
    language: str = ""
    section: Text = Field(default="", max_length=SECTION_LIMIT)
    thread_title: Text = Field(default="", max_length=TITLE_LIMIT)
    posts: tuple[Post, ...] = ()
    canonical_url: str = Field(default="", max_length=URL_LIMIT)
    origin: Origin = Origin.PAGE

    @property
    def full_text(self) -> str:
        """What a reader reads below the headline: the lead, if it is shown there, and the text."""
        return f"{self.lead}\n{self.text}".strip() if self.lead_shown else self.text
