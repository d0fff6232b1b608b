"""Pages as they should not be, but are: a few of them on each newspaper."""

import unicodedata
from dataclasses import replace

from langnghe.demo.site.answers import Answer

# Addresses that a newspaper links to and that give no text, by the number that stands in them.
GONE, FAILING, EMPTY = 900_404, 900_500, 900_000
UNREADABLE = {GONE: "not found", FAILING: "server error", EMPTY: "empty body"}


def unreadable(number: int, answer: Answer) -> Answer:
    """Return what stands at one of the UNREADABLE addresses; `answer` is the site's 404."""
    if number == FAILING:
        return replace(answer, kind="broken", status=500)
    if number == EMPTY:
        return replace(answer, kind="broken", status=200, body=b"")
    return replace(answer, kind="broken")


def damaged(answer: Answer, fault: str) -> Answer:
    """Return a good article page with `fault`; its text stays whole.

    `no-charset`: neither header nor meta names one. `windows-1258`: in this encoding, named in the header.
    `truncated`: the transfer ends below the text. `broken-json-ld`: the data block is cut in the middle.
    """
    text = answer.body.decode()
    if fault == "no-charset":
        text = text.replace('<meta charset="utf-8">', "")
        return replace(answer, body=text.encode(), content_type="text/html")
    if fault == "windows-1258":
        text = text.replace('<meta charset="utf-8">', '<meta charset="windows-1258">')
        return replace(answer, body=in_windows_1258(text), content_type="text/html; charset=windows-1258")
    if fault == "truncated":
        return replace(answer, body=text[: text.rindex("</footer>") - 40].encode())
    if fault == "broken-json-ld":
        return replace(answer, body=text.replace('"articleSection"', '"articleSec\n', 1).encode())
    return answer


def in_windows_1258(text: str) -> bytes:
    """Return `text` in windows-1258, which writes most tone marks as characters of their own."""
    return b"".join(_one(c) for c in unicodedata.normalize("NFC", text))


def _one(character: str) -> bytes:
    try:
        return character.encode("cp1258")
    except UnicodeEncodeError:
        base, *marks = list(unicodedata.normalize("NFD", character))
    for mark in marks:
        joined = unicodedata.normalize("NFC", base + mark)
        # Circumflex, breve and horn belong to the letter; the five tones stand after it.
        if len(joined) == 1 and _fits(joined):
            base = joined
    tones = "".join(mark for mark in marks if _fits(mark))
    return (base + tones).encode("cp1258", "xmlcharrefreplace")


def _fits(character: str) -> bool:
    try:
        character.encode("cp1258")
    except UnicodeEncodeError:
        return False
    return True
