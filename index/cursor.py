"""Where a page of results ended, as an opaque string."""

import base64
import json

from core.errors import BadQuery
from index.engine import Order

BAD_CURSOR = "This page of the results is not known: search again from the first page."


def encode(order: Order, key: str) -> str:
    """Return the cursor after the document with `key` in `order`."""
    return base64.urlsafe_b64encode(json.dumps([order, key]).encode()).decode()


def decode(order: Order, cursor: str) -> str:
    """Return the key within `cursor`. Raises BadQuery if it was not made for `order`, or not by `encode`."""
    try:
        found = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
        made_for, key = found
        key.encode()  # Refuses half characters, which no key has and no engine takes.
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BadQuery(BAD_CURSOR) from error
    if made_for != order:
        raise BadQuery(BAD_CURSOR)
    return str(key)
