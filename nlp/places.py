"""Which provinces of today a text names: by name, former name, abbreviation, or a place that settles it."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from core.contracts import Page, PageType
from core.provinces import current_names
from core.text import fold
from nlp.surnames import SURNAMES

_TYPES = {"h": "huyện", "q": "quận", "tx": "thị xã", "tp": "thành phố"}
_LIST = re.compile(r"\s*(?:,|\(|và|-|–)\s*")
_TEAM_AFTER = re.compile(r"\s*(?:FC|F\.C|T&T)\b")
_AGE_TEAM = re.compile(r"[Uu]\d\d")
_NUMBERED_DISTRICT = re.compile(r"(?:[Qq]uận|QUẬN|quan|Quan|Q\.)\s?(?:1[0-2]|[1-9])(?![\w/])")
_MARKED = re.compile("[ăâđêôơưáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]", re.IGNORECASE)
_WORDS_BEFORE = re.compile(r"(?:(\w+)[ .]+)?(\w+)([ .]*)$")
_OLDER_TONES = {
    "òa": "oà",
    "óa": "oá",
    "ỏa": "oả",
    "õa": "oã",
    "ọa": "oạ",
    "ủy": "uỷ",
    "úy": "uý",
    "ùy": "uỳ",
}


class _Place(NamedTuple):
    """What a name means: the province where it stands alone (if `doubtful`, only after a word that leads
    to a place or in a list of places), and after a type of district, with `""` for any type.
    `chinese_too`: China has a province of the name."""

    alone: str | None
    doubtful: bool
    typed: dict[str, str]
    chinese_too: bool


class _Gazetteer(NamedTuple):
    """One pattern for all names, what each (lower case) means, and the words that tell things apart."""

    pattern: re.Pattern[str]
    places: dict[str, _Place]
    types: dict[str, str]
    other_after: frozenset[str]
    harmless: frozenset[str]
    leads: frozenset[str]
    family_names: frozenset[str]


def provinces(page: Page) -> tuple[str, ...]:
    """Return the names of today's provinces that the page names, in the order of first mention.

    Title, lead, text and thread title are read. Names of before July 2025 lead to the province of today;
    districts and well-known towns to theirs. Not taken: streets, persons, clubs, newspapers, dishes, and
    abbreviations (HN, SG, HP) without a word that leads to a place. A text typed without diacritics is read
    without them. Lower-case names count in comments, posts and reports only.
    """
    any_case = page.type is not PageType.ARTICLE
    found: dict[str, None] = {}
    for text in (page.title, page.lead, page.text, page.thread_title):
        if text:
            found.update(dict.fromkeys(_named(text, any_case)))
    return tuple(found)


@cache
def place_names() -> frozenset[str]:
    """Return the names of provinces, towns and districts that are known, in all spellings, with capitals."""
    return frozenset(form for name in _places() for form in _spellings(name))


@cache
def district_names() -> frozenset[str]:
    """Return the names of the districts and towns that are known, in all spellings, with capitals."""
    listed = _listed()
    names = [name for part in ("known", "districts") for names in listed[part].values() for name in names]
    return frozenset(form for name in names if name[0].isupper() for form in _spellings(name))


def _named(text: str, any_case: bool) -> Iterator[str]:
    # A quarter of Vietnamese letters are marked; fewer than one in twenty: typed without.
    bare = len(_MARKED.findall(text[:400])) * 20 < min(len(text), 400)
    gazetteer = _gazetteer(bare, any_case or bare)
    mentions = [(hit.start(), "Hồ Chí Minh") for hit in _NUMBERED_DISTRICT.finditer(text)]
    last = -1  # where the mention before ended: in a list a doubtful name is a place as well
    for hit in gazetteer.pattern.finditer(text):
        start, end = hit.span()
        listed = text[start - 1 : start] == "(" or (last > 0 and bool(_LIST.fullmatch(text, last, start)))
        if province := _meant(text, start, end, gazetteer, listed):
            mentions.append((start, province))
            last = end
    return (province for _, province in sorted(mentions))


def _meant(text: str, start: int, end: int, gazetteer: _Gazetteer, listed: bool) -> str | None:
    if (start and text[start - 1].isalnum()) or (end < len(text) and text[end].isalnum()):
        return None
    name = " ".join(text[start:end].split())
    place = gazetteer.places[name.lower()]
    before = _WORDS_BEFORE.search(text, max(0, start - 24), start)
    further, word, gap = before.groups() if before else ("", "", "")
    if "." in gap and not (len(word) <= 4 and word[0].isupper()):
        word = ""  # a full stop ends the sentence unless after an abbreviation: "TP. Huế"
    near = word.lower()
    two = f"{further} {near}".lower()
    kind = gazetteer.types.get(near) or gazetteer.types.get(two, "")
    if kind and (typed := place.typed.get(kind) or place.typed.get("")):
        return typed
    leads = near in gazetteer.leads
    if place.alone is None or (place.doubtful and not leads and not listed):
        return None
    if kind != "thành phố" and not leads:
        if (near in gazetteer.other_after and two not in gazetteer.harmless) or _AGE_TEAM.fullmatch(near):
            return None
        if len(word) > 1 and word.istitle() and (word in gazetteer.family_names or len(name) == 3):
            return None  # "Nguyễn Thái Bình", "Thu Huế" are persons
    if place.chinese_too and "Trung Quốc" in text[max(0, start - 300) : end + 300]:
        return None
    return None if _TEAM_AFTER.match(text, end) else place.alone


@cache
def _gazetteer(bare: bool, any_case: bool) -> _Gazetteer:
    """Return the names for texts with diacritics or, if `bare`, without; in capitals or in any case."""

    def typed(words: Iterable[str]) -> frozenset[str]:
        return frozenset(_unmarked(word) for word in words) if bare else frozenset(words)

    places: dict[str, _Place] = {}
    spelled: set[str] = set()
    for name, place in _places().items():
        for form in typed(_spellings(name)):
            places.setdefault(form.lower(), place)
            spelled |= {form.lower()} if any_case else {form, form.upper()}
    types = _TYPES | {kind: kind for kind in _TYPES.values()} | {fold(kind): kind for kind in _TYPES.values()}
    return _Gazetteer(
        re.compile(_trie(sorted(spelled)), re.IGNORECASE if any_case else 0),
        places,
        types,
        typed(_listed()["other_after"]),
        typed(_listed()["harmless"]),
        typed(_listed()["leads"]),
        typed([*SURNAMES, *_listed()["middle_names"]]),
    )


@cache
def _listed() -> dict[str, Any]:
    listed: dict[str, Any] = yaml.safe_load(files("nlp").joinpath("places.yaml").read_text("utf-8"))
    return listed


def _places() -> dict[str, _Place]:
    listed = _listed()
    alone = dict(current_names())
    for part in ("spellings", "known", "doubtful"):
        for province, names in listed[part].items():
            alone |= dict.fromkeys(names, province)
    doubtful = {name for names in listed["doubtful"].values() for name in names}
    typed: dict[str, dict[str, str]] = {}
    for province, names in listed["districts"].items():
        for given in names:
            kind = next((k for k in _TYPES.values() if given.startswith(k + " ")), "")
            typed.setdefault(given.removeprefix(kind).strip(), {})[kind] = province
    for name in alone:
        typed.setdefault(name, {}).setdefault("thành phố", alone[name])
    names = dict.fromkeys((*alone, *typed, *listed["never"]))
    return {n: _Place(alone.get(n), n in doubtful, typed.get(n, {}), n == "Hà Nam") for n in names}


def _spellings(name: str) -> set[str]:
    """Return `name` with Hòa also as Hoà, Đắk also as Đăk, Đak, Đắc."""
    older = name
    for new, old in _OLDER_TONES.items():
        older = re.sub(new + r"\b", old, older)
    forms = {name, older}
    for form in tuple(forms):
        if re.search("Đ[ắă]k|Đak", form):
            forms |= {re.sub("Đ[ắă]k|Đak", other, form) for other in ("Đắk", "Đăk", "Đak", "Đắc", "Đăc")}
    return forms


def _unmarked(name: str) -> str:
    """Return `name` without diacritics, its capitals kept."""
    return "".join(fold(c).upper() if c.isupper() else fold(c) for c in name)


def _trie(words: list[str]) -> str:
    """Return a pattern for `words` (sorted) that prefers the longest and tries each letter once."""
    branches: dict[str, list[str]] = {}
    ends = False
    for word in words:
        if word:
            branches.setdefault(word[0], []).append(word[1:])
        else:
            ends = True
    parts = [(r"\s+" if head == " " else re.escape(head)) + _trie(rest) for head, rest in branches.items()]
    if not parts:
        return ""
    whole = parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"
    return f"(?:{whole})?" if ends else whole
