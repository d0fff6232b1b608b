"""Whose home an address is: a child's, or an adult's who is no kin; and addresses that are said again."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from core.contracts import TextField
from nlp.identity_letters import is_foreign, spelled
from nlp.identity_numbers import Found
from nlp.identity_reading import Field, Stretch, all_of
from nlp.identity_whereabouts import LOW_BEFORE, address_at, beside_name, whereabouts

Placed = tuple[TextField, Found]
_CHAIN = 60  # code points of an address that go on after the commune
_FAR = 120  # code points from an adult's age to its home
_LIVES = "ngụ|trú|ở|quê|cư trú|thường trú|tạm trú|hộ khẩu|hktt|địa chỉ|người|dân"
_ADULT = spelled(
    r"(?:\((?:[^()\n]{0,40}, )?|,? [-–]? ?)(?:(?P<age>\d\d) tuổi|(?:SN|sinh năm) ?(?P<born>(?:19|20)\d\d))"
    rf"(?=[^()\n]{{0,40}}?(?<!\w)(?i:{_LIVES})(?!\w)|, ?[^\W\d_]|\),? )"
)
_LISTED = spelled(r"(?:,| và) $")  # "hai xã Mẫu Nam, Mẫu Bắc"
_OUTSIDE = spelled(r"\),? (?P<all>(?:cùng|đều) )?(?:ngụ|trú|quê|ở|thường trú)(?!\w)")


def kept_places(
    fields: Mapping[TextField, Field],
    near: Mapping[TextField, Sequence[Stretch]],
    named: Mapping[TextField, Sequence[Found]],
    year: int,
    anybodys: bool,
) -> Iterator[Placed]:
    """Yield what says where a child lives and learns, and when it was born, in each field near a child.

    The home of an adult whose name stands before it and is not masked, `named` being what is, is left out: it
    is no child's, unless the adult is kin or, as `anybodys` says, a neighbour or finder. A hamlet, ward or
    commune that was found is yielded wherever the page says it, so is a school with a foreign name.
    """
    left_out: defaultdict[tuple[TextField, int], list[Found]] = defaultdict(list)
    known: set[str] = set()
    brands: set[str] = set()
    for field, typed in fields.items():
        ends = {end for _, end, _ in named[field]}
        for name_end in ends:
            yield from ((field, place) for place in beside_name(typed.text, name_end, typed.bare))
        for start, end in near[field]:
            for place in whereabouts(typed.text, start, end, year, typed.bare):
                name_ends = None
                if place[2] == "address" and not anybodys:
                    name_ends = _stranger_before(typed, place[0], year, ends)
                if name_ends is not None:
                    left_out[field, name_ends].append(place)
                    continue
                yield field, place
                name = typed.text[place[0] : place[1]]
                if place[2] == "address" and _unit(typed, place[0]):
                    known.add(name)
                elif place[2] == "school" and name.isascii() and is_foreign(name):
                    brands.add(name)
    for (field, _), places in left_out.items():
        if any(fields[field].text[start:end] in known for start, end, _ in places):
            yield from ((field, place) for place in places)
    for field, typed in fields.items():
        for name in known:
            if name[0].isalpha():
                yield from ((field, place) for place in _again(typed, name))
        for name in brands:
            for start, end in all_of(typed, name.lower()):
                if typed.text[start].isupper():
                    yield field, (start, end, "school")


def _stranger_before(typed: Field, at: int, year: int, ends: Collection[int]) -> int | None:
    """Return where the name ends of the adult who is no kin and whose home an address at `at` is, or None.

    "Trần Văn Mẫu (22 tuổi, ngụ ấp …", "Trần Văn Mẫu - 22 tuổi, ngụ ấp …". The masked names end at `ends`.
    """
    ages = list(_ADULT[typed.bare].finditer(typed.text, max(0, at - _FAR), at))
    if not ages:
        return None
    last = ages[-1]
    between = typed.text[last.end() : at]
    if "\n" in between:
        return None
    if ")" in between:
        outside = _OUTSIDE[typed.bare].match(between)
        if outside is None or (outside["all"] and any(at - _FAR < end < at for end in ends)):
            return None  # "Mẫu (9 tuổi) và Trần Thử (30 tuổi) cùng ngụ": the child's too
    grown = int(last["age"]) >= 18 if last["age"] else int(last["born"]) < year - 18
    name_ends = len(typed.text[: last.start()].rstrip(" \n,(-–"))
    return name_ends if grown and name_ends not in ends else None


def _again(typed: Field, name: str) -> Iterator[Found]:
    at = typed.text.find(name)
    while at >= 0:
        end = at + len(name)
        unit = _unit(typed, at)
        listed = " " in name and _LISTED[typed.bare].search(typed.text, max(0, at - 4), at)
        if listed and not unit and not typed.text[end : end + 1].isalnum():
            yield at, end, "address"
        if unit and not typed.text[end : end + 1].isalnum():
            yield at, end, "address"
            yield from address_at(typed.text, unit.start(), end, end + _CHAIN, typed.bare)
        at = typed.text.find(name, end)


def _unit(typed: Field, at: int) -> re.Match[str] | None:
    """Find the word for a hamlet, ward or commune before its name at `at`."""
    return LOW_BEFORE[typed.bare].search(typed.text, max(0, at - 16), at)
