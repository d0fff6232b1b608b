"""The text-only gate for what is handed in: plain characters pass, whatever is packed in them does not."""

import base64
import re

from core.gate import refused_bytes, without_data_uris
from core.text import nfc
from intake.refusal import Refused

HEAD = 4096
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
SURROGATES = re.compile("[\ud800-\udfff]")
# Longer than words are; a line of Base64 has 76 letters (RFC 2045), the smallest PNG 92.
PACKED = re.compile(r"[A-Za-z0-9+/]{60,}")
SPACES = re.compile(r"[^\S\n]+")
LINES = re.compile(r"\s*\n\s*")


def clean(text: str, field: str) -> str:
    """Return `text` in NFC with single spaces and line breaks, data: URIs cut out.

    Raises Refused for what is no text: the bytes of a file, also in Base64, and characters that stand for
    bytes which could not be read.
    """
    if SURROGATES.search(text):
        raise Refused("encoding", "has letters that can't be read; save the file as UTF-8", field)
    kind = _file_in(text)
    if kind is None:
        text = without_data_uris(text)
        kind = next((k for found in PACKED.finditer(text) if (k := _unpacked(found[0]))), None)
    if kind is not None:
        raise Refused(kind, "holds a file, not text; leave the file out", field)
    text = CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return nfc(LINES.sub("\n", SPACES.sub(" ", text)).strip())


def line(text: str, field: str, limit: int) -> str:
    """Return `text` cleaned, on one line. Raises Refused for what is no text or over `limit` characters."""
    return within(clean(text, field).replace("\n", " "), field, limit)


def within(text: str, field: str, limit: int) -> str:
    """Return `text`. Raises Refused if it is longer than `limit` characters."""
    if len(text) > limit:
        raise Refused("too_large", f"has {len(text)} characters, {limit} at most are taken", field)
    return text


def _file_in(text: str) -> str | None:
    """Return what sort of file `text` begins as, or None.

    Formats that are known by two letters (BM, MZ) are told from words by the control characters in them.
    """
    head = text[:HEAD]
    begins_as_markup = head.lstrip("\ufeff \t\r\n").startswith("<")
    if not (begins_as_markup or CONTROLS.search(head) or "%PDF-" in head):
        return None
    try:
        return refused_bytes(head.encode("latin-1"))
    except UnicodeEncodeError:
        return refused_bytes(head.encode())


def _unpacked(run: str) -> str | None:
    """Return what sort of file a long run of Base64 begins, or None: digests and the like are no file."""
    kind = refused_bytes(base64.b64decode(run[: len(run) // 4 * 4]))
    return None if kind == "binary" else kind
