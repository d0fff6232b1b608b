"""Fills the forum: threads of relevant posts, of hard negatives, and of everyday talk."""

from functools import cache
from importlib.resources import files
from random import Random

import yaml
from pydantic import Field

from core.contracts import Contract, Kind
from core.provinces import current_names
from core.taxonomy import taxonomy
from langnghe.demo.site.chance import seeded
from langnghe.demo.site.dates import FORUM_HOURS, Calendar
from langnghe.demo.site.invented import Label, Row, invented
from langnghe.demo.site.texts import Remark, Thread
from langnghe.demo.site.wording import Wording, in_chat, topics

EVERYDAY_THREADS = 95
PER_CATEGORY = 3
# The one category that rises in the last days, and by how many posts.
RISE, RISING = "online_exploitation", 15
# Posts in a thread of small talk (more than a page shows), and about how many replies an everyday thread has.
BUSY, SHORT = 13, 4


class Board(Contract):
    """A part of the forum."""

    id: str
    name: str
    about: str


class Gathering(Contract):
    """A thread in which posts of one category gather."""

    board: str
    title: str


class Rise(Gathering):
    """The thread of the one visible rise, and how its posts say where they come from."""

    places: tuple[str, ...]


class Boards(Contract):
    """What `boards.yaml` says."""

    boards: tuple[Board, ...]
    gatherings: dict[str, Gathering]
    rise: Rise
    chatter: tuple[str, ...] = Field(min_length=1)


@cache
def boards() -> Boards:
    """Return the boards and long threads of `boards.yaml`."""
    return Boards.model_validate(
        yaml.safe_load(files(__package__).joinpath("boards.yaml").read_text("utf-8"))
    )


class _Clerk:
    """Gives numbers to threads and posts."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.thread, self.post = 1_300, 50_000

    def open(self, board: str, title: str, posts: list[Remark]) -> Thread:
        self.thread += self.rng.randint(1, 5)
        ordered: list[Remark] = []
        for post in sorted(posts, key=lambda p: p.at):
            self.post += self.rng.randint(1, 6)
            quotes = ordered[-1].text[:120] if ordered and self.rng.random() < 0.15 else ""
            ordered.append(Remark(self.post, post.text, post.at, post.label, quotes))
        return Thread(self.thread, board, title, tuple(ordered))


def threads(calendar: Calendar) -> list[Thread]:
    """Return all threads of the forum."""
    rng = seeded("forum")
    clerk = _Clerk(rng)
    posts = [row for row in invented() if row.type == "post"]
    rng.shuffle(posts)
    pure = [row for row in posts if row.categories == (RISE,) and not _placed(row)]
    rising = sorted(pure, key=lambda row: row.kind is not Kind.INCIDENT)[:RISING]
    clerk.rng.shuffle(rising)
    opened = _rise(calendar, clerk, rising)
    opened += _relevant(calendar, clerk, [row for row in posts if row not in rising])
    opened += _chatter(calendar, clerk, [row for row in posts if not row.relevant])
    return opened + _everyday(calendar, clerk)


def _rise(calendar: Calendar, clerk: _Clerk, rows: list[Row]) -> list[Thread]:
    """Return the threads of the one rise: posts of one category and no other, placed in Đồng Nai."""
    rise, rng = boards().rise, clerk.rng
    moments = calendar.rise(len(rows), rng, FORUM_HOURS)
    told = []
    for i, (row, at) in enumerate(zip(rows, moments, strict=True)):
        place = rise.places[i % len(rise.places)]
        told.append(Remark(0, f"{row.body} {place}", at, row.label))
    alone = [
        clerk.open(rise.board, row.title, [post]) for row, post in zip(rows, told, strict=True) if row.title
    ]
    gathered = [post for row, post in zip(rows, told, strict=True) if not row.title]
    return [clerk.open(rise.board, rise.title, gathered), *alone]


def _relevant(calendar: Calendar, clerk: _Clerk, posts: list[Row]) -> list[Thread]:
    """Return threads with a few posts of every category, spread over the weeks."""
    rows: list[Row] = []
    for code in taxonomy().codes:
        rows += [row for row in posts if row.categories[:1] == (code,)][:PER_CATEGORY]
    # Of each category one after the other, so that each is spread over all weeks.
    by_turn: list[Row] = []
    for turn in range(PER_CATEGORY):
        by_turn += clerk.rng.sample(rows[turn::PER_CATEGORY], len(rows) // PER_CATEGORY)
    moments = dict(
        zip((r.id for r in by_turn), calendar.spread(len(rows), clerk.rng, FORUM_HOURS), strict=True)
    )
    opened = []
    for code in taxonomy().codes:
        gathering, gathered = boards().gatherings[code], []
        for row in (r for r in rows if r.categories[0] == code):
            post = Remark(0, row.body, moments[row.id], row.label)
            if row.title:
                opened.append(clerk.open(gathering.board, row.title, [post]))
            else:
                gathered.append(post)
        if gathered:
            opened.append(clerk.open(gathering.board, gathering.title, gathered))
    return opened


def _chatter(calendar: Calendar, clerk: _Clerk, rows: list[Row]) -> list[Thread]:
    """Return the posts that only sound like risks to children: the titled alone, others in long threads."""
    moments = calendar.spread(len(rows), clerk.rng, FORUM_HOURS)
    clerk.rng.shuffle(moments)
    posts = {row.id: Remark(0, row.body, at, row.label) for row, at in zip(rows, moments, strict=True)}
    opened = [clerk.open("chuyen-tro", row.title, [posts[row.id]]) for row in rows if row.title]
    loose = [posts[row.id] for row in rows if not row.title]
    for nth in range(0, len(loose), BUSY):
        title = boards().chatter[nth // BUSY % len(boards().chatter)]
        opened.append(clerk.open("chuyen-tro", title, loose[nth : nth + BUSY]))
    return opened


def _everyday(calendar: Calendar, clerk: _Clerk) -> list[Thread]:
    """Return threads of everyday talk: an opener and two to eight replies, no two posts the same."""
    opened: list[Thread] = []
    said: set[str] = set()
    for i, at in enumerate(calendar.spread(EVERYDAY_THREADS, clerk.rng, FORUM_HOURS)):
        topic = topics()[i % len(topics())]
        wording = Wording(topic, clerk.rng)
        title = wording.one(topic.threads)
        posts = [Remark(0, _unsaid(wording, topic.openers, said), at, Label())]
        for _ in range(clerk.rng.randint(SHORT // 2, SHORT * 2)):
            reply = _unsaid(wording, topic.replies, said)
            posts.append(Remark(0, reply, calendar.after(at, clerk.rng), Label()))
        opened.append(clerk.open(topic.board, title, posts))
    return opened


def _unsaid(wording: Wording, patterns: tuple[str, ...], said: set[str]) -> str:
    """Return a filled pattern that nobody has said yet; after some tries two of them make it new."""
    text = in_chat(wording.one(patterns), wording.rng)
    while text in said:
        wording = Wording(wording.topic, wording.rng)
        text = in_chat(f"{wording.one(patterns)} {wording.one(wording.topic.replies)}", wording.rng)
    said.add(text)
    return text


def _placed(row: Row) -> bool:
    return any(name in f"{row.title} {row.body}" for name in current_names())
