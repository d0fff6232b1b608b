"""Which sources were failed, late or changed in a week, so that their counts are read with care."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from core.contracts import Contract, SourceHealth, SourceState
from core.makeup import changes, recent
from core.source_days import SourceDay
from dashboards.charts import number
from dashboards.report.cases import NAMES
from dashboards.report.words import foreign, listing

DAYS = 7


class Watched(Contract):
    """A source with what is to be kept in mind of it, a sentence each."""

    name: str
    notes: tuple[str, ...]


def watched(
    health: Sequence[SourceHealth],
    days: Mapping[str, Sequence[SourceDay]],
    since: date,
    until: date,
    cell: int,
) -> list[Watched]:
    """Return the sources of which something is to be kept in mind in the days `since` to `until`, by name.

    `days` are theirs by id, those of the weeks before too: by them changes are known. Names are cut at `cell`
    characters. Sources that are switched off are left out.
    """
    found = []
    for source in health:
        known = [d for d in days.get(source.source_id, ()) if d.day <= until]
        if source.state is not SourceState.DISABLED and known:
            notes = tuple(_notes(known, since, until))
            if notes:
                found.append(Watched(name=foreign(source.name, cell), notes=notes))
    return found


def caution(sources: Sequence[Watched]) -> list[str]:
    """Return the sentence for the first page, none if there is nothing to say."""
    if not sources:
        return []
    named = listing([source.name for source in sources])
    what = f"{number(len(sources))} nguồn bị lỗi, ít tin bất thường hoặc thay đổi cấu trúc trang trong tuần"
    return [f"{what} ({named}); số tin của các nguồn này cần được đọc thận trọng (xem mục VI)."]


def _notes(known: Sequence[SourceDay], since: date, until: date) -> Iterator[str]:
    week = [d for d in known if d.day >= since]
    dark = [d for d in week if d.checks and d.failed == d.checks]
    if dark:
        yield f"Không đọc được {_days(dark)}."
    runs, failed = sum(d.checks for d in week), sum(d.failed for d in week if d not in dark)
    if failed:
        yield f"Lỗi {number(failed)} trong {number(runs)} lượt thu thập."
    few = [d for d in week if d not in dark and 2 * d.late >= d.checks > 0]
    if few:
        yield f"Ít tin hơn mức thường {_days(few)}."
    lasting = recent(known, until)
    for change in changes(known):
        if change.since >= since or change in lasting:
            said = NAMES.changed(change.measure, change.before, change.after)
            yield f"Cấu trúc trang thay đổi từ khoảng {change.since:%d/%m}. {said}."


def _days(days: Sequence[SourceDay]) -> str:
    return f"{len(days)}/{DAYS} ngày ({', '.join(f'{d.day:%d/%m}' for d in days)})"
