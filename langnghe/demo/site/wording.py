"""Makes invented everyday texts from the patterns of `topics.yaml`."""

import re
from functools import cache
from importlib.resources import files
from random import Random

import yaml
from pydantic import TypeAdapter

from core.contracts import Contract, Sentiment
from core.provinces import provinces
from core.text import fold

SLOT = re.compile(r"\{(?:(\d+)\.\.(\d+)|([a-z]+)(\d?))\}")
CHAT = (("không", "ko"), ("được", "dc"), ("mọi người", "mn"), ("vậy", "v"), ("rồi", "r"), ("với", "vs"))
STARTS = (
    "",
    "",
    "",
    "Nói thật, ",
    "Theo tôi thì ",
    "Công nhận ",
    "Ý kiến riêng: ",
    "Đọc xong mới biết, ",
    "Haizz, ",
)
ENDS = ("", "", "", " Ai thấy giống tôi không?", " Nghĩ vậy thôi.", " 😂", " 👍", "!!", " Hihi.", " Thế nhé.")


class Topic(Contract):
    """What one everyday subject is written with; patterns have slots in braces."""

    id: str
    section: str
    board: str
    words: dict[str, tuple[str, ...]]
    titles: tuple[str, ...]
    leads: tuple[str, ...]
    facts: tuple[str, ...]
    comments: dict[Sentiment, tuple[str, ...]]
    threads: tuple[str, ...]
    openers: tuple[str, ...]
    replies: tuple[str, ...]


@cache
def _raw() -> tuple[dict[str, tuple[str, ...]], tuple[Topic, ...]]:
    raw = yaml.safe_load(files(__package__).joinpath("topics.yaml").read_text("utf-8"))
    common = TypeAdapter(dict[str, tuple[str, ...]]).validate_python(raw["common"])
    return common, TypeAdapter(tuple[Topic, ...]).validate_python(raw["topics"])


def topics() -> tuple[Topic, ...]:
    """Return the everyday subjects of `topics.yaml`."""
    return _raw()[1]


class Wording:
    """Fills the patterns of one text: a named slot keeps its word, a range of numbers is drawn each time."""

    def __init__(self, topic: Topic, rng: Random) -> None:
        self.topic = topic
        self.rng = rng
        self._words = {**_raw()[0], "tinh": tuple(p.name for p in provinces()), **topic.words}
        self._bound: dict[str, str] = {}

    def fill(self, pattern: str) -> str:
        """Return `pattern` with its slots filled, its first letter a capital."""
        text = SLOT.sub(self._slot, pattern)
        return text[:1].upper() + text[1:]

    def one(self, patterns: tuple[str, ...]) -> str:
        """Return one of `patterns`, filled."""
        return self.fill(self.rng.choice(patterns))

    def lead(self) -> str:
        """Return the lead of an article: two sentences."""
        return " ".join(self.fill(pattern) for pattern in self.rng.sample(self.topic.leads, 2))

    def paragraphs(self) -> tuple[str, ...]:
        """Return the body of an article: six to nine facts, two to a paragraph or one."""
        count = self.rng.randint(6, 9)
        facts = [self.topic.facts[i] for i in sorted(self.rng.sample(range(len(self.topic.facts)), count))]
        told: list[str] = []
        while facts:
            size = self.rng.choice((1, 2, 2, 3))
            told.append(" ".join(self.fill(fact) for fact in facts[:size]))
            facts = facts[size:]
        return tuple(told)

    def comment(self, tone: Sentiment) -> str:
        """Return a reader's remark in `tone`, now and then in chat spelling or without diacritics."""
        said = self.one(self.topic.comments[tone])
        start = self.rng.choice(STARTS)
        said = start + (said[:1].lower() + said[1:] if start and not start.endswith(": ") else said)
        said += self.rng.choice(ENDS)
        return in_chat(said, self.rng)

    def _slot(self, match: re.Match[str]) -> str:
        low, high, name, nth = match.groups()
        if low:
            return str(self.rng.randint(int(low), int(high)))
        key = name + nth
        if key not in self._bound:
            taken = {word for bound, word in self._bound.items() if bound.rstrip("0123456789") == name}
            self._bound[key] = self.rng.choice([word for word in self._words[name] if word not in taken])
        return self._bound[key]


def in_chat(text: str, rng: Random) -> str:
    """Return `text` as people type: mostly as it is, sometimes shortened or on a bare keyboard."""
    draw = rng.random()
    if draw < 0.12:
        return "".join(
            c if fold(c) == c.lower() else (fold(c).upper() if c.isupper() else fold(c)) for c in text
        )
    if draw < 0.3:
        for word, short in CHAT:
            text = text.replace(word, short)
        return text[:1].lower() + text[1:]
    return text
