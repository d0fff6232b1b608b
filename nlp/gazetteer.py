"""The names of places: what each means, and one pattern that finds them all."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from core.provinces import current_names
from core.text import fold
from nlp.surnames import SURNAMES

TYPES = {"h": "huyện", "q": "quận", "tx": "thị xã", "tp": "thành phố"}
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
_APOSTROPHE = r"\s?['’ʼ‘]\s?"
# How the characters between a name's words are typed.
_LOOSE = {" ": r"\s+", "'": _APOSTROPHE}


class Place(NamedTuple):
    """What a name means: the province where it stands alone (if `doubtful`, only after a word that leads
    to a place or in a list of places), and the provinces by type of district, with `""` for any type.
    `chinese_too`: China has a province of the name."""

    alone: str | None
    doubtful: bool
    typed: dict[str, frozenset[str]]
    chinese_too: bool

    def after(self, kind: str) -> frozenset[str]:
        """Return the provinces that the name can mean after a type of district, none after another word."""
        return self.typed.get(kind) or self.typed.get("", frozenset()) if kind else frozenset()

    @property
    def any(self) -> frozenset[str]:
        """All provinces that the name can mean."""
        return frozenset().union(*self.typed.values(), {self.alone} if self.alone else ())


class Gazetteer(NamedTuple):
    """One pattern for all names, what each (lower case) means, and the words that tell things apart."""

    pattern: re.Pattern[str]
    places: dict[str, Place]
    types: dict[str, str]
    other_after: frozenset[str]
    harmless: frozenset[str]
    leads: frozenset[str]
    family_names: frozenset[str]


@cache
def gazetteer(bare: bool, any_case: bool) -> Gazetteer:
    """Return the names for texts with diacritics or, if `bare`, without; in capitals or in any case."""

    def typed(words: Iterable[str]) -> frozenset[str]:
        return frozenset(_unmarked(word) for word in words) if bare else frozenset(words)

    places: dict[str, Place] = {}
    spelled: set[str] = set()
    for name, place in known_places().items():
        for form in typed(spellings(name)):
            if form == "Tinh Gia":  # without marks "tỉnh Gia Lai" begins like it
                continue
            places.setdefault(form.lower(), place)
            spelled |= {form.lower()} if any_case else {form, form.upper()}
    types = TYPES | {kind: kind for kind in TYPES.values()} | {fold(kind): kind for kind in TYPES.values()}
    return Gazetteer(
        re.compile(_trie(sorted(spelled)), re.IGNORECASE if any_case else 0),
        places,
        types,
        typed(listed()["other_after"]),
        typed(listed()["harmless"]),
        typed(listed()["leads"]),
        typed([*SURNAMES, *listed()["middle_names"]]),
    )


@cache
def listed() -> dict[str, Any]:
    """Return `places.yaml` as it stands."""
    found: dict[str, Any] = yaml.safe_load(files("nlp").joinpath("places.yaml").read_text("utf-8"))
    return found


@cache
def known_places() -> dict[str, Place]:
    """Return what each listed name means, names in one spelling."""
    names = listed()
    alone = dict(current_names())
    for part in ("spellings", "known", "doubtful"):
        for province, given in names[part].items():
            alone |= dict.fromkeys(given, province)
    doubtful = {name for given in names["doubtful"].values() for name in given}
    typed: dict[str, dict[str, frozenset[str]]] = {}
    for province, districts in names["districts"].items():
        for district in districts:
            kind = next((k for k in TYPES.values() if district.startswith(k + " ")), "")
            kinds = typed.setdefault(district.removeprefix(kind).strip(), {})
            kinds[kind] = kinds.get(kind, frozenset()) | {province}
    for name, province in alone.items():
        typed.setdefault(name, {}).setdefault("thành phố", frozenset({province}))
    return {
        name: Place(alone.get(name), name in doubtful, typed.get(name, {}), name in names["chinese_too"])
        for name in dict.fromkeys((*alone, *typed, *names["never"]))
    }


@cache
def communes() -> dict[str, str]:
    """Return the province of each commune (lower case, in all spellings) whose name no other province has."""
    found: dict[str, str] = {}
    for line in files("nlp").joinpath("communes.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            province, _, names = line.partition(": ")
            for name in names.split(", "):
                found |= dict.fromkeys((form.lower() for form in spellings(name)), province)
    return found


def spellings(name: str) -> set[str]:
    """Return `name` with Hòa also as Hoà, Đắk also as Đăk, Đak, Đắc."""
    older = name
    for new, old in _OLDER_TONES.items():
        older = re.sub(new + r"\b", old, older)
    forms = {name, older}
    for form in tuple(forms):
        if re.search("Đ[ắă]k|Đak", form):
            forms |= {re.sub("Đ[ắă]k|Đak", other, form) for other in ("Đắk", "Đăk", "Đak", "Đắc", "Đăc")}
    return forms


def one_apostrophe(name: str) -> str:
    """Return `name` with the apostrophe of "M'Đrắk" as the lists have it."""
    return re.sub(_APOSTROPHE, "'", name)


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
    parts = [_LOOSE.get(head, re.escape(head)) + _trie(rest) for head, rest in branches.items()]
    if not parts:
        return ""
    whole = parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"
    return f"(?:{whole})?" if ends else whole
