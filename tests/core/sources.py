"""Days of invented sources, drawn at random from a fixed seed."""

import math
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from core.source_days import Makeup, SourceDay

MONDAY = date(2026, 6, 1)  # ten weeks without a public holiday follow
OFFICE = [1, 1, 0, 0, 1, 2, 4, 6, 8, 8, 7, 6, 5, 5, 6, 6, 6, 5, 4, 4, 4, 3, 2, 1]
WEEK = [1.1, 1.1, 1.1, 1.1, 1.0, 0.8, 0.6]


def poisson(random: Random, mean: float) -> int:
    """A count at random (Knuth's way, for small means)."""
    product, count, bound = random.random(), 0, math.exp(-mean)
    while product > bound:
        product *= random.random()
        count += 1
    return count


def news(days: int, a_day: float, *, first: date = MONDAY, random: Random | None = None) -> list[SourceDay]:
    """Days of a paper with about `a_day` pages by its habit of hours and weekdays, by chance or exactly."""
    found = []
    for n in range(days):
        day = first + timedelta(days=n)
        means = [a_day * WEEK[day.weekday()] * share / sum(OFFICE) for share in OFFICE]
        hours = tuple(poisson(random, mean) if random else round(mean) for mean in means)
        found.append(SourceDay(source_id="bao", day=day, checks=24, hours=hours))
    return found


def falls(days: Sequence[SourceDay], since: date, to: float) -> list[SourceDay]:
    """The same days, with the part `to` of the pages from `since` on."""
    return [
        d.model_copy(update={"hours": tuple(round(to * h) for h in d.hours)}) if d.day >= since else d
        for d in days
    ]


def made(
    random: Random,
    pages: int,
    *,
    blank: float = 0.02,
    linked: float = 0.95,
    bare: float = 0.02,
    dated: float = 0.95,
    title: float = 60,
    text: float = 2500,
    repeated: float = 0.1,
    commented: float = 0.4,
) -> Makeup:
    """The make-up of a day with `pages` pages; shares, typical lengths in characters, articles commented."""
    lost = sum(random.random() < blank for _ in range(pages))
    kept = pages - lost
    titles = [random.gauss(math.log(title), 0.35) for _ in range(kept)]
    texts = [random.gauss(math.log(text), 0.7) for _ in range(kept)]

    def some(share: float, of: int = kept) -> int:
        return sum(random.random() < share for _ in range(of))

    return Makeup(
        pages=kept,
        blank=lost,
        linked=some(linked),
        bare=some(bare),
        dated=some(dated),
        title=sum(titles),
        title_squared=sum(t * t for t in titles),
        text=sum(texts),
        text_squared=sum(t * t for t in texts),
        paragraphs=15 * kept,
        repeated=some(repeated, 15 * kept),
        commented=poisson(random, commented * kept) if commented else 0,
    )


def shaped(
    random: Random, days: int, pages: int, *, first: date = MONDAY, **habits: float
) -> list[SourceDay]:
    """Days of a source with a steady make-up."""
    return [
        SourceDay(
            source_id="bao",
            day=first + timedelta(days=n),
            checks=24,
            makeup=made(random, poisson(random, pages), **habits),
        )
        for n in range(days)
    ]
