"""The keys of filters and the names of their values, in Vietnamese and English."""

import difflib
import re
from collections.abc import Iterable, Mapping
from functools import cache

from core.contracts import Kind, PageType, State
from core.provinces import provinces
from core.taxonomy import taxonomy
from core.text import fold

# What each key is called, Vietnamese first: the first name is the one that is shown.
KEYS: dict[str, tuple[str, ...]] = {
    "category": ("nguy_cơ", "nhóm_nguy_cơ", "loại", "category"),
    "province": ("tỉnh", "tỉnh_thành", "thành_phố", "province"),
    "severity": ("mức", "mức_độ", "severity"),
    "kind": ("dạng", "kind"),
    "sentiment": ("sắc_thái", "sentiment", "tone"),
    "source": ("nguồn", "source"),
    "type": ("loại_tin", "kiểu", "type"),
    "state": ("trạng_thái", "state"),
    "relevant": ("liên_quan", "relevant"),
    "possibly_grave": ("có_thể_nghiêm_trọng", "possibly_grave"),
    "decided": ("đã_quyết", "đã_xử_lý", "decided"),
    "day": ("ngày", "day"),
    "week": ("tuần", "week"),
    "month": ("tháng", "month"),
    "group": ("nhóm", "nhóm_tin", "group"),
    "title": ("tiêu_đề", "title"),
}
PERIODS = ("day", "week", "month")
ORDERED = ("severity", *PERIODS)

# The first name of each is the console's own (a test there holds them together).
_TRUTH = {"true": ("có", "đúng", "yes", "1"), "false": ("không", "sai", "no", "0")}
_SAID: dict[str, Mapping[str, tuple[str, ...]]] = {
    "type": {
        PageType.ARTICLE: ("bài báo",),
        PageType.COMMENT: ("bình luận",),
        PageType.POST: ("bài diễn đàn", "diễn đàn"),
        PageType.REPORT: ("tin báo",),
    },
    "state": {
        State.OPEN: ("chưa xử lý", "mới"),
        State.CONFIRMED: ("đã xác nhận", "xác nhận"),
        State.ESCALATED: ("đã báo cáo lãnh đạo", "đã báo cáo", "báo cáo lãnh đạo"),
        State.REFERRED: ("đã chuyển cơ quan chức năng", "đã chuyển", "chuyển cơ quan chức năng"),
        State.DISMISSED: ("đã loại", "loại bỏ"),
    },
    "relevant": _TRUTH,
    "possibly_grave": _TRUTH,
    "decided": _TRUTH,
}
# Common names of provinces beside the official ones of before and after July 2025.
_CALLED = {
    "Hồ Chí Minh": ("HCM", "Sài Gòn", "TP HCM"),
    "Hà Nội": ("HN",),
    "Huế": ("Thừa Thiên Huế",),
}
_UNIT = re.compile("^(tp|thanhpho|tinh)")

NEAREST = 3  # of what is like a mistyped word; more would not be read
FEW = 14  # categories; up to so many values are all listed
NEAR = 0.6  # of likeness from 0 to 1: the default of difflib


def plain(name: str) -> str:
    """Return `name` as it is looked up: folded, letters and digits only."""
    return "".join(re.findall(r"[^\W_]+", fold(name)))


@cache
def keys() -> Mapping[str, str]:
    """Return for each name of a key, as it is looked up, the key."""
    return {plain(name): key for key, names in KEYS.items() for name in names}


@cache
def names(key: str) -> Mapping[str, tuple[str, str]]:
    """Return for each name of a value of `key`, as it is looked up, how it is written and what is stored.

    The first of each value is the one that is shown. Empty for a key whose values have no names.
    """
    return {plain(name): (name, value) for value, called in _named(key) for name in called}


def stored(key: str, typed: str) -> str | None:
    """Return the value as it is stored that `typed` names, or None if there is no such one."""
    if key == "source":  # Their ids have no spaces or marks: "Tuổi Trẻ" is tuoitre.
        return re.sub(r"[\s_]", "", fold(typed))
    if key == "group":
        return typed
    looked_up = plain(typed)
    if key == "province" and looked_up not in names(key):
        looked_up = _UNIT.sub("", looked_up)
    return names(key)[looked_up][1] if looked_up in names(key) else None


def known_keys(typed: str) -> tuple[str, ...]:
    """Return the names of keys that are most like `typed`; one of each if none is."""
    every = {plain(name): name for called in KEYS.values() for name in called}
    return _nearest(typed, every) or tuple(called[0] for called in KEYS.values())


def known_values(key: str, typed: str) -> tuple[str, ...]:
    """Return the names of values of `key` that are most like `typed`; if none is, one of each or of a few."""
    near = _nearest(typed, {looked_up: name for looked_up, (name, _) in names(key).items()})
    every = [called[0] for _, called in _named(key)]
    return tuple(map(quoted, near or (every if len(every) <= FEW else [*every[:NEAREST], "…"])))


def quoted(name: str) -> str:
    """Return `name` as it is typed behind a key."""
    return f'"{name}"' if re.search(r"\s", name) else name


def _nearest(typed: str, every: Mapping[str, str]) -> tuple[str, ...]:
    near = difflib.get_close_matches(plain(typed), every, NEAREST, NEAR)
    return tuple(dict.fromkeys(every[found] for found in near))


def _named(key: str) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Return each value with its names, the one that is shown first."""
    terms = taxonomy()
    match key:
        case "category":
            return [(c.code, (c.vi, c.en, c.code, *_parts(c.vi), *_parts(c.en))) for c in terms.categories]
        case "severity":
            return [(str(level), (str(level), term.vi)) for level, term in sorted(terms.severity.items())]
        case "kind":
            return [*((k, (term.vi, k)) for k, term in terms.kind.items()), (Kind.NONE, ("không", Kind.NONE))]
        case "sentiment":
            return [(tone, (term.vi, tone)) for tone, term in terms.sentiment.items()]
        case "province":
            return [(p.name, (p.name, *p.former, *_CALLED.get(p.name, ()))) for p in provinces()]
    return [(value, (*called, value)) for value, called in _SAID.get(key, {}).items()]


def _parts(name: str) -> Iterable[str]:
    """Return what a name is made of: "Tai nạn, thương tích" is also either of the two."""
    return re.split(r", | and ", name)
