"""Names of texts that were handed in, by file or by HTTP, and stand at no address that the crawler knows."""

import hashlib
import json

SCHEME = "urn:langnghe:"


def handed_in_id(source_id: str, *names: str) -> str:
    """Return the id (24 hex digits) of the text that its source calls by `names`.

    No page of the crawler has such an id, be it the same text: what a partner sends must not replace it.
    """
    return hashlib.sha256(json.dumps(["handed in", source_id, *names]).encode()).hexdigest()[:24]


def handed_in_address(source_id: str, page_id: str) -> str:
    """Return what stands for the address of a text that has none; it leads nowhere and says nothing of it."""
    return f"{SCHEME}{source_id}:{page_id}"
