"""The tree of a page and the text of its article."""

import logging

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from trafilatura import bare_extraction

from crawlers.extraction.wording import line

# trafilatura reports each page without text; our outcome says so already.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
# A summary is sometimes given as articleBody; a news text under 500 characters is read from the page.
BODY_MINIMUM = 500


def parse(source: str) -> HtmlElement | None:
    """Return the tree of `source`, comments and processing instructions left out; None when there is none."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        return document_fromstring(source.encode(), parser=parser)
    except (etree.LxmlError, ValueError):
        return None


def main_text(tree: HtmlElement, declared: str) -> str:
    """Return the text of the article in `tree`; `declared` is its JSON-LD body, where there is one."""
    try:
        found = bare_extraction(tree, include_comments=False, with_metadata=False)
    except Exception:
        # Any failure of the library on a broken page means: no text found.
        return line(declared)
    return (getattr(found, "text", None) or "") if found is not None else line(declared)
