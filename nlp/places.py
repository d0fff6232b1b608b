"""Which provinces of today a text names: by name, former name, abbreviation, or a place that settles it."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import takewhile
from typing import NamedTuple

from core.contracts import Page, PageType
from nlp.gazetteer import (
    Gazetteer,
    Place,
    communes,
    gazetteer,
    known_places,
    listed,
    one_apostrophe,
    spellings,
)

FIELDS = ("title", "lead", "text", "thread_title")
READ = 100_000  # code points of a field; of 63,364 articles none is longer, and a dump must not take seconds
_LIST = re.compile(r"\s*(?:,|\(|và|-|–)\s*")
# What stands between a district and its province, or between two of one province.
_BESIDE = re.compile(
    r"\s*(?:[,(–-]|và|thuộc|của)?\s*(?:(?:tỉnh|huyện|quận|thị xã|thành phố|h|q|tx|tp)\b\.?)?\s*",
    re.IGNORECASE,
)
_TEAM_AFTER = re.compile(r"\s*(?:FC|F\.C|T&T)\b")
_AGE_TEAM = re.compile(r"[Uu]\d\d")
# Words of match reports: where two are near, a city that nothing leads to is a team.
_SPORT = re.compile(
    r"\b(?:CLB|HLV|HAGL|SLNA|V[.-]?League|AFF|trận|bàn thắng|cầu thủ|ghi bàn|sân khách|sân nhà|đội nhà"
    r"|đội khách|đội bóng|đá phạt|trọng tài|hiệu số|\d-\d|huấn luyện viên|thủ môn|tiền đạo|hậu vệ|vòng \d+"
    r"|giải đấu|bóng đá)(?!\w)"
)
_SPORT_WITHIN = 200  # characters before and after: about two sentences
_NUMBERED_DISTRICT = re.compile(r"(?:[Qq]uận|QUẬN|quan|Quan|Q\.)\s?(?:1[0-2]|[1-9])(?![\w/])")
_COMMUNE = re.compile(
    r"\b(?:(?<!thị )xã|(?<!Thị )Xã|[Pp]hường|[Tt]hị trấn|TT\.|P\.)\s?"
    r"(?=((?=\D)\w[\w'’]*(?:\s\w[\w'’]*){0,5}))"
)
_MARKED = re.compile("[ăâđêôơưáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]", re.IGNORECASE)
_WORDS_BEFORE = re.compile(r"(?:(\w+)[ .]+)?(\w+)([ .]*)$")


class Mention(NamedTuple):
    """A stretch of a field that names a place: code points `start` to `end`, and today's province."""

    field: str
    start: int
    end: int
    province: str


class _Named(NamedTuple):
    start: int
    end: int
    province: str


class _Open(NamedTuple):
    """A name that is a place only beside another of one of its provinces."""

    start: int
    end: int
    provinces: frozenset[str]


def provinces(page: Page) -> tuple[str, ...]:
    """Return the names of today's provinces that the page names, in the order of first mention.

    Title, lead, text and thread title are read. Names of before July 2025 lead to the province of today;
    districts, well-known towns, and communes of a name that no other province has, to theirs. Not taken:
    streets, persons, clubs, newspapers, dishes, and abbreviations (HN, SG, HP) without a word that leads to
    a place. A text typed without diacritics is read without them. Lower-case names count in comments, posts
    and reports only.
    """
    return tuple(dict.fromkeys(mention.province for mention in mentions(page)))


def mentions(page: Page) -> list[Mention]:
    """Return every mention that `provinces` goes by, field by field, in the order of the text."""
    any_case = page.type is not PageType.ARTICLE
    fields = ((name, getattr(page, name)[:READ]) for name in FIELDS)
    return [Mention(name, *named) for name, text in fields for named in _named(text, any_case)]


@cache
def place_names() -> frozenset[str]:
    """Return the names of provinces, towns and districts that are known, in all spellings, with capitals."""
    return frozenset(form for name in known_places() for form in spellings(name))


@cache
def district_names() -> frozenset[str]:
    """Return the names of the districts and towns that are known, in all spellings, with capitals."""
    names = [name for part in ("known", "districts") for given in listed()[part].values() for name in given]
    return frozenset(form for name in names if name[0].isupper() for form in spellings(name))


def _named(text: str, any_case: bool) -> list[_Named]:
    # A quarter of Vietnamese letters are marked; fewer than one in twenty: typed without.
    bare = len(_MARKED.findall(text[:400])) * 20 < min(len(text), 400)
    words = gazetteer(bare, any_case or bare)
    found: list[_Named | _Open] = []
    last = -1  # where the mention before ended: in a list a doubtful name is a place as well
    for hit in words.pattern.finditer(text):
        start, end = hit.span()
        in_list = text[start - 1 : start] == "(" or (last > 0 and bool(_LIST.fullmatch(text, last, start)))
        if meant := _meant(text, start, end, words, in_list):
            found.append(meant)
            last = end if isinstance(meant, _Named) else last
    found += [_Named(*hit.span(), "Hồ Chí Minh") for hit in _NUMBERED_DISTRICT.finditer(text)]
    settled = _settled(text, sorted(found, key=lambda place: place.start))
    return settled if bare else sorted([*settled, *_communes(text, settled)])


def _settled(text: str, found: list[_Named | _Open]) -> list[_Named]:
    """Return the places of `found` with those of the open ones that a neighbour settles."""
    for step, places in ((-1, range(len(found) - 2, -1, -1)), (1, range(1, len(found)))):
        for n in places:
            place, beside = found[n], found[n - step]
            if isinstance(place, _Open) and isinstance(beside, _Named) and beside.province in place.provinces:
                end, start = (place.end, beside.start) if step < 0 else (beside.end, place.start)
                if _BESIDE.fullmatch(text, end, start):
                    found[n] = _Named(place.start, place.end, beside.province)
    return [place for place in found if isinstance(place, _Named)]


def _meant(text: str, start: int, end: int, words: Gazetteer, in_list: bool) -> _Named | _Open | None:
    if (start and text[start - 1].isalnum()) or (end < len(text) and text[end].isalnum()):
        return None
    name = " ".join(one_apostrophe(text[start:end]).split())
    place = words.places[name.lower()]
    before = _WORDS_BEFORE.search(text, max(0, start - 24), start)
    further, word, gap = before.groups() if before else ("", "", "")
    if "." in gap and not (len(word) <= 4 and word[0].isupper()):
        word = ""  # a full stop ends the sentence unless after an abbreviation: "TP. Huế"
    near = word.lower()
    two = f"{further} {near}".lower()
    kind = words.types.get(near) or words.types.get(two, "")
    typed = place.after(kind)
    if len(typed) == 1:
        return _Named(start, end, *typed)
    if typed:
        return _Open(start, end, typed)
    leads = near in words.leads
    if kind != "thành phố" and not leads and _is_other(place, text, end, name, word, two, words):
        return None
    if place.chinese_too and "Trung Quốc" in text[max(0, start - 300) : end + 300]:
        return None
    if _TEAM_AFTER.match(text, end) or (not leads and not kind and _in_sport(text, start, end)):
        return None
    if place.alone is None or (place.doubtful and not leads and not in_list):
        return _Open(start, end, place.any)
    return _Named(start, end, place.alone)


def _is_other(place: Place, text: str, end: int, name: str, word: str, two: str, words: Gazetteer) -> bool:
    """Say whether the word before makes the name something else: a street, a person, a team."""
    if word.lower() in words.other_after and two not in words.harmless:
        # "đường Hà Nội" is a street, "đường Hà Nội - Hải Phòng" a way from one to the other.
        further = words.pattern.match(text, end + 3) if text[end : end + 3] == " - " else None
        other = words.places.get(further[0].lower()) if further else None
        return not (place.alone and other and other.alone)
    if _AGE_TEAM.fullmatch(word):
        return True
    # "Nguyễn Thái Bình", "Thu Huế" are persons
    return len(word) > 1 and word.istitle() and (word in words.family_names or len(name) == 3)


def _in_sport(text: str, start: int, end: int) -> bool:
    near = text[max(0, start - _SPORT_WITHIN) : end + _SPORT_WITHIN]
    return len({word.lower() for word in _SPORT.findall(near)}) > 1


def _communes(text: str, others: list[_Named]) -> Iterator[_Named]:
    """Yield the communes whose name only one province has, unless what stands beside says another."""
    beginning = {other.start: other.province for other in others}
    for hit in _COMMUNE.finditer(text):
        name = " ".join(takewhile(lambda word: word[0].isupper(), hit[1].split(" ")))
        start, end = hit.start(1), hit.start(1) + len(name)
        if province := communes().get(one_apostrophe(name).lower()):
            beside = _BESIDE.match(text, end)
            if beginning.get(beside.end() if beside else end, province) == province:
                yield _Named(start, end, province)
