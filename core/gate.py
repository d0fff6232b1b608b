"""The text-only gate: nothing but text comes in, by type, by header and by the bytes themselves."""

import re

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
DATA_URI = re.compile(
    r"data:(?:[\w.+-]+/[\w.+-]+)?(?:;[\w.+=-]+){0,5},(?:\s*[\w+/=%-]{8,})+|data:[\w.+-]+/[\w.+-]+[;,][^\s\"'<>)]*",
    re.IGNORECASE,
)
SVG = re.compile(
    rb"^(?:<\?xml[^>]*>|<!--.*?-->|<!doctype\s+svg[^>]*>|\s)*<svg[\s>]", re.IGNORECASE | re.DOTALL
)
BINARY_SAMPLE = 4096


def refused_address(path: str) -> bool:
    """Say whether a URL's path names something that is never requested (images, video, archives, code)."""
    return bool(NEVER_REQUESTED.search(path))


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
    head = body[:BINARY_SAMPLE].lstrip(b"\xef\xbb\xbf")
    if SVG.match(head):
        return "image"
    guess = filetype.guess(head)
    if guess is not None and not head.lstrip().startswith((b"<", b"{", b"[")):
        family = str(guess.mime).split("/")[0]
        return family if family in {"image", "video", "audio"} else str(guess.extension)
    if head.startswith(b"%PDF-"):
        return "pdf"
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "binary"
    return None


def without_data_uris(text: str) -> str:
    """Return `text` with every data: URI cut out."""
    return DATA_URI.sub("", text)
