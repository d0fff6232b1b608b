"""Bytes to characters: byte order mark, header, meta, sniffing, and a check on pages that lie about it."""

import re
from collections.abc import Iterator

from charset_normalizer import from_bytes
from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    resolve_encoding,
)

from core.legacy import Font, decoded, font_of, from_font
from core.text import nfc

# Ten times the largest of 298 news pages measured; the crawler refuses larger answers before this.
BYTES_LIMIT = 20_000_000
SNIFFED = 40_000
# A page cut in the middle of a letter, or with one pasted from elsewhere, is still UTF-8.
BROKEN_SHARE = 0.02
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
NON_ASCII = re.compile(rb"[\x80-\xff]")
TONES = "\u0300\u0301\u0303\u0309\u0323"
VOWELS = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
TONED = re.compile(f"[{VOWELS}][{TONES}]")
LOOSE_TONE = re.compile(f"(?<![{VOWELS}])[{TONES}]")
_BYTES = {chr(n): bytes([n]) for n in range(0x80, 0x100)}
_BYTES |= {
    letter: bytes([n])
    for n in range(0x80, 0xA0)
    if (letter := bytes([n]).decode("cp1252", "replace")) != "\ufffd"
}
_LATER = "[" + "".join(map(re.escape, (letter for letter, byte in _BYTES.items() if byte < b"\xc0"))) + "]"
# The bytes of one letter or sign, each taken for a letter: "áº¡" is ạ.
TWICE = re.compile(f"[\xc2-\xcd]{_LATER}|[\xe1\xe2]{_LATER}{{2}}|\xf0{_LATER}{{3}}")
# Letters of Vietnamese alone (U+1E80 to U+1EFF): no language has "áº" or "á»" before such a sign, but a text
# on encodings may show a few.
TWICE_VIETNAMESE = re.compile(f"\xe1[\xba\xbb]{_LATER}")
TWICE_LEAST, TWICE_LOOKED_AT = 10, 1_000_000
# Python has no codec of that name. HTML lets a page name its encoding in its first kilobyte; few obey.
NAMES_VISCII, HEAD = re.compile(r"charset\s*=[\s\"']*viscii", re.IGNORECASE), 4_096
WESTERN = frozenset({"cp1252", "iso8859-1", "latin-1", "ascii", "iso8859-15"})


def decode(body: bytes, content_type: str | None = None) -> str:
    """Return `body` as NFC text without control characters; never raises.

    A byte order mark decides. Then bytes that are UTF-8 are UTF-8, whatever header or meta say: no other
    encoding yields valid UTF-8 by chance (RFC 3629, section 3). Then header, then meta, as far as the bytes
    fit; what claims to be Western but reads as Vietnamese in windows-1258 is taken for that. The rest is
    sniffed, and letters that can't be read become U+FFFD. What was typed for the fonts of before
    Unicode (TCVN3, VNI, VISCII) is put into it, and UTF-8 that was taken for Western and written as UTF-8
    again is read as it was meant.
    """
    body = body[:BYTES_LIMIT]
    text = _read_again(_decode(body, content_type))
    return nfc(decoded([CONTROLS.sub("", text.encode("utf-8", "ignore").decode())])[0])


def _decode(body: bytes, content_type: str | None) -> str:
    marked, bom = read_bom(body)
    if marked and bom:
        return body[len(bom) :].decode(marked, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        if _nearly_utf8(body):
            return body.decode("utf-8", "replace")
    latin = body.decode("latin-1")
    called = NAMES_VISCII.search(f"{content_type or ''} {latin[:HEAD]}")
    font = Font.VISCII if called else font_of([latin])
    if font is Font.VISCII:
        # Some of its capitals are control characters, which don't outlive what comes next.
        return from_font(latin, font)
    for encoding in _declared(body, content_type):
        try:
            text = body.decode(encoding)
        except (UnicodeError, LookupError):
            continue
        if encoding in WESTERN and _reads_vietnamese(body):
            break
        return text
    if _reads_vietnamese(body):
        return body.decode("cp1258", "replace")
    if font:
        return body.decode("cp1252", "replace")
    return body.decode(_sniffed(body), "replace")


def _read_again(text: str) -> str:
    """Return Vietnamese `text` that was UTF-8, read as windows-1252 and written anew, as it was meant."""
    if len(TWICE_VIETNAMESE.findall(text, 0, TWICE_LOOKED_AT)) < TWICE_LEAST:
        return text
    return TWICE.sub(lambda found: _meant(found[0]), text)


def _meant(letters: str) -> str:
    """Return what UTF-8 makes of `letters` as bytes of windows-1252 or Latin-1, or them as they are."""
    try:
        return b"".join(_BYTES[letter] for letter in letters).decode("utf-8")
    except (UnicodeDecodeError, KeyError):
        return letters


def _declared(body: bytes, content_type: str | None) -> Iterator[str]:
    for label in (http_content_type_encoding(_latin(content_type)), html_body_declared_encoding(body)):
        encoding = resolve_encoding(label) if label else None
        if encoding and encoding != "utf-8":
            yield encoding


def _latin(content_type: str | None) -> str | None:
    return content_type.replace("\x00", "")[:500] if content_type else None


def _nearly_utf8(body: bytes) -> bool:
    """Say whether nearly all bytes above ASCII stand in well-formed UTF-8 sequences."""
    high = len(NON_ASCII.findall(body))
    whole = sum(len(m) for m in MULTIBYTE.findall(body))
    return high - whole <= max(3, BROKEN_SHARE * high) and whole > 0


def _reads_vietnamese(body: bytes) -> bool:
    """Say whether `body` read as windows-1258 has Vietnamese tones, all standing after a vowel."""
    text = body.decode("cp1258", "ignore")
    toned, loose = len(TONED.findall(text)), len(LOOSE_TONE.findall(text))
    return toned >= 3 and toned > 10 * loose


def _sniffed(body: bytes) -> str:
    high = NON_ASCII.search(body)
    start = max(0, high.start() - 1_000) if high else 0
    best = from_bytes(body[start : start + SNIFFED], preemptive_behaviour=False).best()
    return best.encoding if best else "cp1252"
