"""The text-only gate: nothing but text comes in, by type, by header and by the bytes themselves."""

import re
from urllib.parse import unquote

import filetype

# What may be stored or read: pages, feeds, sitemaps, plain text, JSON (design, safeguard 1).
TEXT_TYPES = frozenset(
    {
        "text/html",
        "application/xhtml+xml",
        "text/plain",
        "text/xml",
        "application/xml",
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/json",
        "application/ld+json",
        "application/feed+json",
    }
)
# Sitemaps are published gzipped; they are unpacked in memory, within the size limit, and never kept. Servers
# that know no `.gz` call them a stream of octets (nginx, S3); whether it is text, the unpacked bytes tell.
PACKED_TYPES = frozenset(
    {"application/gzip", "application/x-gzip", "application/octet-stream", "binary/octet-stream"}
)
# What a page of text never needs; not requested at all.
NEVER_REQUESTED = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|bmp|tiff?|ico|heic|svgz?|mp[34]|m4[av]|webm|og[gv]|wav|avi|mov|mkv|flv|m3u8|ts"
    r"|pdf|docx?|xlsx?|pptx?|zip|rar|7z|tar|apk|exe|dmg|iso|woff2?|ttf|eot|css|js)$",
    re.IGNORECASE,
)
PICTURES = frozenset(
    ["jpg", "jpeg", "png", "gif", "webp", "avif", "bmp", "tif", "tiff", "ico", "heic", "svg", "svgz"]
)
DATA_URI = re.compile(
    r"data:(?:[\w.+-]+/[\w.+-]+)?(?:;[\w.+=-]+){0,5},(?:\s*[\w+/=%-]{8,})+|data:[\w.+-]+/[\w.+-]+[;,][^\s\"'<>)]*",
    re.IGNORECASE,
)
# What may stand before an SVG's root: declarations, comments, a document type with or without a subset.
# Nothing is tried twice (atomic, possessive): a page of comments alone would else be read in ever more
# ways.
SVG = re.compile(
    rb"(?>\s+|<\?[^>]*>|<!--.*?-->|<!doctype\s+(?:[\w.-]+:)?svg[^>\[]*(?:\[.*?\]\s*)?>)*+<(?:[\w.-]+:)?svg[\s>/]",
    re.IGNORECASE | re.DOTALL,
)
MARKUP = (b"<", b"{", b"[")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
PDF_WITHIN = 1024  # readers of PDF look for its mark so far into a file (ISO 32000-1, annex H.3.4.1)
BINARY_SAMPLE = 4096


def refused_address(path: str) -> str | None:
    """Return why what a URL's path names is never requested (`image`, or `type` for the others), or None.

    Also when the ending is percent-encoded, has parameters behind it (`a.jpg;v=1`), or a slash.
    """
    found = NEVER_REQUESTED.search(unquote(path).partition(";")[0].rstrip("/ "))
    if found is None:
        return None
    return "image" if found.group(0)[1:].lower() in PICTURES else "type"


def refused_type(content_type: str | None, *, packed: bool = False) -> str | None:
    """Return why a Content-Type header is refused (`image`, `type`), or None. `packed` lets gzip pass.

    A missing header is let through to the bytes.
    """
    kind = (content_type or "").split(";")[0].strip().lower()
    if not kind or kind in TEXT_TYPES or (packed and kind in PACKED_TYPES):
        return None
    return kind.split("/")[0] if kind.split("/")[0] in {"image", "video", "audio"} else "type"


def refused_bytes(body: bytes) -> str | None:
    """Return why the first bytes are not text (`image`, `video`, `archive`, `pdf`, `binary`, …), or None."""
    head = body[:BINARY_SAMPLE]
    if head.startswith(UTF_16):
        head = head.decode("utf-16", "ignore").encode()
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if SVG.match(head):
        return "image"
    if not head.startswith(MARKUP):
        if b"%PDF-" in head[:PDF_WITHIN]:
            return "pdf"
        guess = filetype.guess(head)
        if guess is not None:
            family = str(guess.mime).split("/")[0]
            return family if family in {"image", "video", "audio"} else str(guess.extension)
    return "binary" if b"\x00" in head else None


def without_data_uris(text: str) -> str:
    """Return `text` with every data: URI cut out."""
    return DATA_URI.sub("", text)
