"""Numbers and addresses of the net that identify a person: phone, e-mail, papers, accounts, plates."""

import re
from collections.abc import Iterator

Found = tuple[int, int, str]  # start, end, kind

# Mobile numbers 03, 05, 07, 08, 09 with 10 digits, landlines 02 with 11 (plan of 2018), and 01 with 11 before
# it. Hotlines (111, 18001567, 1900…) begin otherwise.
_PHONE = re.compile(
    r"(?<![\w/.,-])(?:\(?\+?84\)?[ .-]?|0)(?:[35789](?:[ .-]?\d){8}|[12](?:[ .-]?\d){9})(?!\d)"
)
_HOTLINE_BEFORE = re.compile(r"(?:đường dây nóng|hotline|tổng đài|trực ban)[^\n;]{0,60}$", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(
    r"(?:https?://)?(?:www\.|m\.|web\.)?"
    r"(?:facebook|fb|tiktok|instagram|threads|zalo|t|twitter|x|youtube|snapchat|locket|roblox)"
    r"\.(?:com|me|net|camera|be)/[^\s<>\"')\]]+",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<![\w.@])@[A-Za-z0-9_.]{3,30}(?<!\.)")
# What stands before a number says what it is; at most 40 characters off, in the same line.
_PAPERS = re.compile(
    r"(?:CMND|CMTND|CCCD|căn cước|chứng minh nhân dân|định danh|hộ chiếu|passport|BHXH|BHYT|bảo hiểm|khai sinh|mã học sinh)"
    r"[^\d\n;]{0,40}?(?P<number>[A-Z]{0,2}\d(?:[ .]?\d){6,14}|\d{1,4}/\d{4})(?!\d)",
    re.IGNORECASE,
)
# A citizen's number: province 001-096, century and sex 0-3, year, six digits (Circular 59/2021/TT-BCA).
_CITIZEN = re.compile(r"(?<![\w/.,-])0(?:0[1-9]|[1-8]\d|9[0-6])[0-3]\d{8}(?!\d)")
_BANK = re.compile(
    r"(?:STK|số tài khoản|tài khoản(?: số)?|số TK)[^\d\n;]{0,40}?(?P<number>\d(?:[ .-]?\d){5,18})",
    re.IGNORECASE,
)
_PLATE = re.compile(r"(?<![\w/.-])\d{2}[ -]?[A-ZĐ]{1,2}\d?[ .-]{0,3}\d{3}[.]?\d{1,2}(?![\w/])")


def numbers(text: str) -> Iterator[Found]:
    """Yield phone numbers, e-mail, identity papers, bank accounts and links or handles of accounts.

    These are personal data of whomever they belong to, so they are found in any text. Numbers of public
    services (111, 18001567, 1900…) and those given as a hotline are not.
    """
    for hit in _PHONE.finditer(text):
        if not _HOTLINE_BEFORE.search(text, max(0, hit.start() - 80), hit.start()):
            yield *hit.span(), "phone"
    if "@" in text:
        for hit in _EMAIL.finditer(text):
            yield *hit.span(), "email"
        for hit in _HANDLE.finditer(text):
            yield *hit.span(), "account"
    for hit in _LINK.finditer(text) if "/" in text else ():
        yield *hit.span(), "account"
    for pattern, kind in ((_PAPERS, "id_number"), (_BANK, "account")):
        for hit in pattern.finditer(text):
            yield *hit.span("number"), kind
    for hit in _CITIZEN.finditer(text):
        yield *hit.span(), "id_number"


def plates(text: str) -> Iterator[Found]:
    """Yield number plates (29A-123.45, 59X1 12345): they lead to a family where a child is spoken of."""
    for hit in _PLATE.finditer(text):
        yield *hit.span(), "plate"
