"""Numbers and addresses of the net that identify a person: phone, e-mail, papers, accounts, plates."""

import re
from collections.abc import Iterator

from nlp.identity_letters import both, spelled

Found = tuple[int, int, str]  # start, end, kind

# Mobile numbers 03, 05, 07, 08, 09 with 10 digits, landlines 02 with 11 (plan of 2018), and 01 with 11 before
# it. Hotlines (111, 18001567, 1900…) begin otherwise.
_PHONE = re.compile(
    r"(?:(?<![\w/.,-])0|\(?\+84\)?[ .-]?|(?<![\w/.,-])84[ .-]?)"
    r"(?:[35789](?:[ .-]?\d){8}|[12](?:[ .-]?\d){9})(?!\d)"
)
_HOTLINE_BEFORE = spelled(r"(?i:đường dây nóng|hotline|tổng đài|trực ban)[^\n;]{0,60}$")
_MANY_DIGITS = re.compile(r"\d(?:[ .-]{0,2}\d){8}")  # every phone and citizen's number holds them
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HANDLE = re.compile(r"(?<![\w.@])@[A-Za-z0-9_.]{3,30}(?<!\.)")
_HOST_END = re.compile(r"\.(?:com|me|net|camera)/\S")
_LINK = re.compile(
    r"(?<![\w-])(?i:(?:https?://)?(?:www\.|m\.|web\.)?"
    r"(?:facebook|fb|tiktok|instagram|threads|zalo|t|twitter|x|youtube|snapchat|locket)\.(?:com|me|net|camera)/)"
    r"[^\s<>\"')\]]*[^\s<>\"')\].,;:!?]"
)
# What stands before a number says what it is; at most 40 characters off, in the same line.
_PAPER_WORDS = (
    *("CMND", "CMTND", "CCCD", "cmnd", "cccd", "ăn cước", "hứng minh", "ịnh danh", "ộ chiếu", "assport"),
    *("BHXH", "BHYT", "bảo hiểm", "hai sinh", "ã học sinh"),
)
_PAPER_NEAR = both(_PAPER_WORDS)
_PAPER = spelled(
    rf"(?:{'|'.join(_PAPER_WORDS)})[^\d\n;]{{0,40}}?"
    r"(?P<number>(?<!\w)[A-Z]{0,2}\d(?:[ .]?\d){6,14}|\d{1,4}/\d{4})(?![\d/])"
)
_BANK_WORDS = ("STK", "stk", "ài khoản", "số TK")
_BANK_NEAR = both(_BANK_WORDS)
_BANK = spelled(rf"(?:{'|'.join(_BANK_WORDS)})[^\d\n;]{{0,40}}?(?P<number>\d(?:[ .-]?\d){{5,18}})(?![\d/])")
# A citizen's number: province 001-096, century and sex 0-3, year, six digits (Circular 59/2021/TT-BCA).
_CITIZEN = re.compile(r"(?<![\w/.,-])0(?:0[1-9]|[1-8]\d|9[0-6])[0-3]\d{8}(?!\d)")
_PLATE = re.compile(
    r"(?<![\w/.-])\d{2}(?:[ -]?[A-ZĐ]{1,2}\d?| [A-ZĐ] \d)[ .–-]{0,3}\d{3}[.]?\d{1,2}(?![\w/])"
)


def numbers(text: str, bare: bool) -> Iterator[Found]:
    """Yield phone numbers, e-mail, identity papers, bank accounts and links or handles of accounts.

    These are personal data of whomever they belong to, so they are found in any text. Numbers of public
    services (111, 18001567, 1900…) and those given as a hotline are not. `bare` text is `unmarked`.
    """
    # A look for the bare words first spares the slow patterns on nearly every page. A number that is named
    # comes before the same number as a phone's.
    for near, pattern, kind in ((_PAPER_NEAR, _PAPER, "id_number"), (_BANK_NEAR, _BANK, "account")):
        if any(word in text for word in near[bare]):
            for hit in pattern[bare].finditer(text):
                yield *hit.span("number"), kind
    if _MANY_DIGITS.search(text):
        for hit in _PHONE.finditer(text):
            if not _HOTLINE_BEFORE[bare].search(text, max(0, hit.start() - 80), hit.start()):
                yield *hit.span(), "phone"
        for hit in _CITIZEN.finditer(text):
            yield *hit.span(), "id_number"
    if "@" in text:
        for hit in _EMAIL.finditer(text):
            yield *hit.span(), "email"
        for hit in _HANDLE.finditer(text):
            yield *hit.span(), "account"
    if _HOST_END.search(text):
        for hit in _LINK.finditer(text):
            yield *hit.span(), "account"


def plates(text: str, start: int, end: int) -> Iterator[Found]:
    """Yield number plates (29A-123.45, 59X1 12345): they lead to a family where a child is spoken of."""
    for hit in _PLATE.finditer(text, start, end):
        yield *hit.span(), "plate"
