"""Shapes of addresses: what articles' addresses have in common, as regular expressions on the path."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from core.urls import normalise

EXTENSION = re.compile(r"\.[a-z]{2,5}$", re.IGNORECASE)
# A title in words and then a number, as in `tre-em-4812345`, `tre-em-post171`, `tre-em.1234567`.
NUMBERED = re.compile(r"^(?=.*[a-z]).+?(?P<join>[-_.][a-z]{0,5})(?P<number>\d+)$", re.IGNORECASE)
PAGE = re.compile(r"^(?:trang|page|pg?)[-_.]?\d{1,4}$", re.IGNORECASE)
LEADING = re.compile(r"^(?P<number>\d+)(?P<join>[-_.]).+$")
# A slug of this many words is a headline; names of sections and tags have fewer.
HEADLINE_WORDS = 5
# A number of this many digits names a text; shorter ones are pages, sections and (before a title or in a
# query) boards of forums.
NUMBERS = {"number": 4, "numbered": 4, "leading": 3, "query": 3}
NUMERIC = re.compile(r"^(?!p=|page=|trang=|start=|offset=)([a-z_]{1,20})=(\d+)$", re.IGNORECASE)


class Part(NamedTuple):
    """One segment of a path: its kind, what is alike in all of its shape, and the word or digits in it."""

    kind: str
    frame: str
    word: str


ANYTHING = Part("anything", "", "")
YEAR = re.compile(r"^(?:19|20)\d\d$")


def parts_of(url: str) -> tuple[Part, ...]:
    """Return the segments of the address of `url`, without AMP and tracking, and its numeric parameter."""
    path, query = urlsplit(url).path, ""
    twin = urlsplit(normalise(url))
    if twin.path != path.rstrip("/"):
        path = twin.path
    parts = _named([_part(segment) for segment in path.split("/")[1:]])
    numbers = [found for p in twin.query.split("&") if (found := NUMERIC.match(p))]
    query = numbers[0][1] if numbers else ""
    return (*parts, Part("query", query, numbers[0][2])) if query else tuple(parts)


def _named(parts: list[Part]) -> list[Part]:
    """Return `parts` with what stands behind a text's number, or behind its day, as anything."""
    for place, part in enumerate(parts):
        day = len(part.word) <= 2 and place > 0 and YEAR.match(parts[place - 1].word)
        if part.kind == "number" and (len(part.word) > NUMBERS["number"] or day):
            rest = [p if p.kind == "number" or p.frame == "end" else ANYTHING for p in parts[place + 1 :]]
            return [*parts[: place + 1], *rest]
    return parts


def _part(segment: str) -> Part:
    found = EXTENSION.search(segment)
    extension = found[0] if found else ""
    stem = segment[: len(segment) - len(extension)]
    if stem.isdigit():
        return Part("number", extension, stem)
    if PAGE.match(stem):
        return Part("page", "", "")
    if match := NUMBERED.match(stem):
        return Part("numbered", match["join"] + "|" + extension, match["number"])
    if match := LEADING.match(stem):
        return Part("leading", match["join"] + "|" + extension, match["number"])
    if sum(bool(word) for word in re.split("[-_]", stem)) >= HEADLINE_WORDS:
        return Part("headline", extension, "")
    return Part("word", "" if stem else "end", segment)


def detailed(url: str) -> bool:
    """Say whether the address of `url` names one text: a long number, or a headline's words."""
    try:
        parts = parts_of(url)
    except ValueError:
        return False
    kinds = {part.kind for part in parts}
    if kinds & {"headline", "page"}:
        return "page" not in kinds
    deep = sum(part.frame != "end" for part in parts) > 2
    return any(
        len(part.word) >= (1 if deep else NUMBERS[part.kind]) for part in parts if part.kind in NUMBERS
    )


def shape_of(url: str) -> tuple[tuple[str, str], ...]:
    """Return the shape of an address: that of another text on the same site is equal, its section aside."""
    return tuple((part.kind, part.frame) for part in parts_of(url))


def folder_of(url: str) -> tuple[str, ...]:
    """Return the words in an address: the section, or what tells threads from members."""
    return tuple(part.word for part in parts_of(url) if part.kind == "word")


def by_shape(urls: Iterable[str]) -> list[list[str]]:
    """Return `urls` in groups of one shape, the largest first."""
    groups: defaultdict[tuple[tuple[str, str], ...], list[str]] = defaultdict(list)
    for url in urls:
        groups[shape_of(url)].append(url)
    return sorted(groups.values(), key=len, reverse=True)


def patterns(good: Sequence[str], bad: Sequence[str], known: Sequence[str]) -> list[str]:
    """Return expressions that find the addresses like `good`, which are texts, and not those like `bad`.

    `known` are further addresses of the site, which tell how much varies within a shape.
    """
    found = []
    for group in by_shape(good):
        shape = shape_of(group[0])
        alike = [url for url in known if shape_of(url) == shape] + group
        folders = {folder_of(url) for url in group}
        mixed = any(shape_of(url) == shape and folder_of(url) not in folders for url in bad)
        # Where all that was looked at in a shape is a text, so may be all else in it.
        members = [parts_of(url) for url in alike if not mixed or folder_of(url) in folders]
        found.append(_pattern(members, by_name=mixed))
    return list(dict.fromkeys(found))


def _pattern(members: Sequence[tuple[Part, ...]], *, by_name: bool) -> str:
    """Return the expression for addresses of one shape; their folders `by_name`, if there are several."""
    pieces = [_piece([member[place] for member in members], by_name) for place in range(len(members[0]))]
    query = pieces.pop() if members[0][-1].kind == "query" else ""
    start = "^"
    while len(pieces) > 1 and pieces[0] == "[^/]+":  # any section, at any depth
        pieces.pop(0)
        start = ""
    path = start + "/" + "/".join(pieces)
    return f"{path}{query}" if query else f"{path}$"


def _piece(parts: Sequence[Part], by_name: bool) -> str:
    first = parts[0]
    join, _, extension = first.frame.rpartition("|")
    fewest = min(len(part.word) for part in parts)
    # One digit less than seen: older texts have shorter numbers.
    digits = rf"\d{{{fewest - 1},}}" if fewest > 4 else r"\d+"
    match first.kind:
        case "number":
            return digits + _literal(first.frame)
        case "numbered":
            return "[^/]+" + _literal(join) + digits + _literal(extension)
        case "leading":
            return r"\d+" + _literal(join) + "[^/]+" + _literal(extension)
        case "headline":  # words cannot be told apart in two ways, or long addresses would take for ever
            slug = rf"[-_]*(?:[^/_-]+[-_]+){{{HEADLINE_WORDS - 1}}}[^/]*"
            return slug + _literal(first.frame)
        case "anything":
            return "[^/]+"
        case "query":
            return rf"\?(?:.*&)?{_literal(first.frame)}=\d+"
    words = [_literal(word) for word in sorted({part.word for part in parts})]
    if len(words) == 1:
        return words[0]
    return f"(?:{'|'.join(words)})" if by_name else "[^/]+"


def _literal(text: str) -> str:
    return re.escape(text).replace(r"\-", "-")
