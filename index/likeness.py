"""What makes one document like another: the share of its most telling words that the other has."""

from core.contracts import Document
from index.wording import split
from index.words import SEARCHED

# So many telling words are looked for: as many as Elasticsearch's `more_like_this` takes.
TELLING = 25
# What is like a document has at least this share of its telling words, by their weight.
LIKE = 0.3


def words_of(document: Document) -> list[str]:
    """Return the words of the document, title and lead first; single letters say nothing."""
    return [word for field in SEARCHED for word in split(getattr(document.page, field)) if len(word) > 1]
