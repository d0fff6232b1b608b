"""Edits as editors make them of each other's articles: what `nlp.duplicates_quality` measures by."""

import re
from collections.abc import Callable
from random import Random

_SENTENCE_END = re.compile(r"(?<=[.!?…”\"])\s+(?=[A-ZĐÀ-Ỹ“\"])")
PHRASE = 4  # words in a row that are changed together, at most
# What other pages have around a text; written for this purpose.
AROUND = (
    "Tin tổng hợp. Mời quý độc giả theo dõi thêm tin tức trên chuyên mục Xã hội của chúng tôi.",
    (
        "Bạn đọc có thể gửi ý kiến về toà soạn qua đường dây nóng. Xem thêm: Tin mới nhất trong ngày, Những "
        "bài đọc nhiều, Video nổi bật. Chia sẻ bài viết trên mạng xã hội. Bình luận của bạn sẽ được biên tập."
    ),
    (
        "Bài viết được đăng lại từ báo bạn và có biên tập. Ảnh minh hoạ. Bấm vào đây để xem các bài cùng chủ "
        "đề, đăng ký nhận tin qua thư mỗi sáng, tải ứng dụng để đọc báo nhanh hơn, không bỏ lỡ tin nào."
    ),
)


def sentences(text: str, share: float, other: str, draw: Random) -> str:
    """Return `text` with sentences dropped, added or replaced by some of `other`: `share` of its words."""
    own, foreign = _SENTENCE_END.split(text), _SENTENCE_END.split(other)
    left = int(len(text.split()) * share)
    while left > 0 and len(own) > 1:
        at, what = draw.randrange(len(own)), draw.choice(("drop", "replace", "add"))
        words, new = own[at].split(), draw.choice(foreign)
        if what == "add":
            own.insert(at, new)
            left -= len(new.split())
        elif len(words) > left + 8:  # too long to go whole: its end goes
            own[at] = " ".join(words[: len(words) - left])
            left = 0
        else:
            own[at : at + 1] = [new] if what == "replace" else []
            left -= len(words)
    return " ".join(own)


def phrases(text: str, share: float, other: str, draw: Random) -> str:
    """Return `text` with up to `share` of its words dropped, replaced or added, some in a row at a time."""
    words, foreign = text.split(), other.split()
    left = int(len(words) * share)
    while left > 0:
        count, at = draw.randint(1, PHRASE), draw.randrange(len(words))
        new = foreign[(start := draw.randrange(len(foreign))) : start + count]
        what = draw.choice(("drop", "replace", "replace", "add"))
        words[at : at + (0 if what == "add" else count)] = [] if what == "drop" else new
        left -= count
    return " ".join(words)


def both(text: str, share: float, other: str, draw: Random) -> str:
    """Return `text` with half of the change in sentences and half in phrases."""
    return phrases(sentences(text, share / 2, other, draw), share / 2, other, draw)


def cut(text: str, share: float, other: str, draw: Random) -> str:
    """Return `text` without the last `share` of its words."""
    words = text.split()
    return " ".join(words[: len(words) - int(len(words) * share)])


def framed(text: str, share: float, other: str, draw: Random) -> str:
    """Return `text` as it is, between what another site puts around it."""
    return " ".join((draw.choice(AROUND), text, draw.choice(AROUND)))


Edit = Callable[[str, float, str, Random], str]
EDITS: tuple[Edit, ...] = (sentences, phrases, both, cut, framed)
