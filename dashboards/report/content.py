"""What the report says, gathered from the index once for both HTML and PDF."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from core.contracts import VIETNAM, Contract, SourceHealth, SourceState
from core.source_days import SourceDay
from dashboards.charts import BarRow, bars, is_empty, number, trend
from dashboards.report.cases import NAMES, Case, cases
from dashboards.report.sentences import cautions, severity, summary
from dashboards.report.sources import caution, watched
from dashboards.report.words import change, foreign, known, listing
from index.engine import Bucket, Query, Reader
from index.weekly import Figure, Row, WeeklyNumbers, weekly_numbers

WEEKS = 8  # two months: long enough to see a habit, short enough to read
TOP_PROVINCES = 10  # in the chart; the table has them all
NOTHING_TO_WATCH = (
    "Không ghi nhận nguồn nào bị lỗi, ít tin bất thường hoặc thay đổi cấu trúc trang trong tuần."
)
CELL = 60  # characters of a source's name
NO_TEXTS = "Không có số liệu: trong tuần không thu thập được tin nào."
NO_TONE = "Trong tuần không có bình luận hoặc bài diễn đàn nào liên quan."
NO_RISK = "Trong tuần không có tin nào liên quan."
NO_CASE = "Trong tuần không có vụ việc nào từ mức có nguy cơ trở lên."


class Tile(Contract):
    """One of the large numbers of the first page, with its change and the number of the week before."""

    name: str
    count: str
    change: str
    before: str


class Table(Contract):
    """A table: its head, its rows as text, and a sentence in its place when it has none.

    `bars` are the numbers of this week and the week before behind each row, where they can be drawn.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str
    bars: tuple[tuple[int, int], ...] = ()


class Content(Contract):
    """All of one report but its charts."""

    number: str
    span: str
    made: str
    model: str
    summary: tuple[str, ...]
    cautions: tuple[str, ...]
    tiles: tuple[Tile, ...]
    trend_title: str
    trend_note: str
    categories: Table
    provinces: Table
    cases: tuple[Case, ...]
    cases_note: str
    tones: Table
    sources: Table
    sources_note: str
    watched: Table


class Gathered(Contract):
    """The numbers behind a report: of the week, and of the weeks up to it."""

    numbers: WeeklyNumbers
    weeks: tuple[Bucket, ...]
    collected_weeks: tuple[Bucket, ...]


def gather(engine: Reader, week: str) -> Gathered:
    """Return the numbers of ISO week `week`. Raises BadUsage when it isn't one."""
    numbers = weekly_numbers(engine, week)
    query = Query(since=numbers.since - timedelta(weeks=WEEKS - 1), until=numbers.until)
    every = query.model_copy(update={"relevant": None})
    return Gathered(
        numbers=numbers,
        weeks=tuple(engine.counts(query, "week")),
        collected_weeks=tuple(engine.counts(every, "week")),
    )


def write_content(
    engine: Reader,
    gathered: Gathered,
    health: Sequence[SourceHealth],
    source_days: Mapping[str, Sequence[SourceDay]],
    source_names: Mapping[str, str],
    now: datetime,
) -> Content:
    """Return the words and tables of the report."""
    numbers = gathered.numbers
    to_watch = watched(health, source_days, numbers.since, numbers.until, CELL)
    names = {source.source_id: source.name for source in health} | dict(source_names)
    collected = _collected_by_source(engine, numbers)
    silent = [
        s for s in health if s.state is not SourceState.DISABLED and not collected.get(s.source_id, (0, 0))[0]
    ]
    grave = severity(numbers, 3)
    local = now.astimezone(VIETNAM)
    any_text = bool(numbers.collected.count)
    nothing = NO_RISK if any_text else NO_TEXTS
    return Content(
        number=f"{int(numbers.week[6:])}/{numbers.week[:4]}",
        span=f"từ {numbers.since:%d/%m} đến {numbers.until:%d/%m/%Y}",
        made=f"{local:%H:%M} ngày {local:%d/%m/%Y}",
        model=_model(engine),
        summary=tuple(summary(numbers, NAMES.category)),
        cautions=(
            *cautions(numbers, [foreign(names[s.source_id], CELL) for s in silent], now),
            *caution(to_watch),
        ),
        tiles=()
        if not any_text
        else (
            _tile("Tin thu thập", numbers.collected),
            _tile("Tin liên quan đến nguy cơ", numbers.relevant),
            _tile("Mức nghiêm trọng", grave),
            _tile("Mức có nguy cơ", severity(numbers, 2)),
        ),
        trend_title=f"Tin liên quan theo tuần, {len(_starts(gathered))} tuần gần nhất",
        trend_note=_trend_note(gathered),
        categories=_rows("Nhóm nguy cơ", [(NAMES.category(r.value), r) for r in numbers.categories], nothing),
        provinces=_rows("Tỉnh, thành phố", [(r.value, r) for r in numbers.provinces], nothing),
        cases=tuple(cases(engine, numbers.gravest, names)),
        cases_note=_cases_note(numbers),
        tones=_rows(
            "Sắc thái",
            [(NAMES.tone(r.value), r) for r in numbers.sentiment],
            NO_TONE if any_text else NO_TEXTS,
        ),
        sources=_sources(health, collected, numbers, names),
        sources_note=_sources_note(health, silent),
        watched=Table(
            head=("Nguồn", "Nội dung cần lưu ý"),
            rows=tuple((source.name, " ".join(source.notes)) for source in to_watch),
            empty=NOTHING_TO_WATCH,
        ),
    )


def draw_trend(gathered: Gathered, width: int, height: int) -> dict[str, str]:
    """Return the chart `trend` as SVG, nothing without data."""
    starts = _starts(gathered)
    chart = trend(
        gathered.weeks,
        title="Số tin liên quan theo tuần",
        since=starts[0],
        until=starts[-1],
        width=width,
        height=height,
    )
    return {"trend": chart} if gathered.numbers.collected.count and not is_empty(chart) else {}


def draw_charts(gathered: Gathered, width: int) -> dict[str, str]:
    """Return the charts `trend`, `categories` and `provinces` as SVG; one without data is left out."""
    numbers = gathered.numbers
    if not numbers.collected.count:
        return {}
    charts = {
        "categories": bars(
            [_bar(NAMES.category(row.value), row) for row in numbers.categories if _seen(row)],
            title="Số tin liên quan theo nhóm nguy cơ",
            width=width,
        ),
        "provinces": bars(
            [_bar(row.value, row) for row in numbers.provinces if _seen(row)][:TOP_PROVINCES],
            title="Số tin liên quan theo tỉnh, thành phố",
            width=width,
        ),
    }
    drawn = {name: chart for name, chart in charts.items() if not is_empty(chart)}
    return draw_trend(gathered, width, width * 3 // 10) | drawn


def _starts(gathered: Gathered) -> list[date]:
    """The Mondays to show: from the first week in which anything was collected, eight at most."""
    monday = gathered.numbers.since
    first = min((bucket.start for bucket in gathered.collected_weeks), default=monday)
    return [first + timedelta(weeks=n) for n in range((monday - first).days // 7 + 1)]


def _trend_note(gathered: Gathered) -> str:
    collected = {bucket.start for bucket in gathered.collected_weeks}
    starts = _starts(gathered)
    gaps = [f"{start:%d/%m}" for start in starts if start not in collected]
    if gaps and len(gaps) < len(starts):
        return f"Không thu thập được gì trong tuần bắt đầu từ {listing(gaps)}: số 0 ở đó là thiếu số liệu."
    if len(starts) < WEEKS:
        return f"Mới có số liệu của {len(starts)} tuần."
    return "Mỗi cột là một tuần, ghi ngày thứ Hai; cột sẫm là tuần báo cáo."


def _tile(name: str, figure: Figure) -> Tile:
    before = "chưa có số liệu tuần trước" if figure.before is None else f"tuần trước {number(figure.before)}"
    return Tile(name=name, count=number(figure.count), change=change(figure), before=before)


def _bar(name: str, row: Row) -> BarRow:
    return BarRow(label=name, value=row.figure.count, previous=row.figure.before)


def _seen(row: Row) -> bool:
    return bool(row.figure.count or row.figure.before)


def _rows(what: str, named: Sequence[tuple[str, Row]], empty: str) -> Table:
    return Table(
        head=(what, "Tuần này", "Tuần trước", "Tăng, giảm", "TB 4 tuần"),
        rows=tuple(
            (
                name,
                number(row.figure.count),
                known(row.figure.before),
                change(row.figure),
                known(row.figure.mean),
            )
            for name, row in named
            if _seen(row)
        ),
        empty=empty,
        bars=tuple((row.figure.count, row.figure.before or 0) for _, row in named if _seen(row)),
    )


def _cases_note(numbers: WeeklyNumbers) -> str:
    if not numbers.gravest:
        return NO_CASE if numbers.collected.count else NO_TEXTS
    whole = severity(numbers, 3).count + severity(numbers, 2).count
    return (
        f"{len(numbers.gravest)} vụ việc đứng đầu trong {number(whole)} tin từ mức có nguy cơ trở lên, "
        "các tin cùng chủ đề hoặc trùng nhau gộp thành một. "
        "Tên và thông tin nhận dạng trẻ em được che bằng dấu •."
    )


def _collected_by_source(engine: Reader, numbers: WeeklyNumbers) -> dict[str, tuple[int, int]]:
    """How many texts of any sort each source gave in the week and in the week before."""
    weeks = []
    for back in (0, 1):
        since = numbers.since - timedelta(weeks=back)
        query = Query(relevant=None, since=since, until=since + timedelta(days=6))
        weeks.append({c.value: c.count for c in engine.facets(query, ["source"], limit=10_000)["source"]})
    return {
        source: (weeks[0].get(source, 0), weeks[1].get(source, 0))
        for source in weeks[0].keys() | weeks[1].keys()
    }


def _sources(
    health: Sequence[SourceHealth],
    collected: Mapping[str, tuple[int, int]],
    numbers: WeeklyNumbers,
    names: Mapping[str, str],
) -> Table:
    relevant = {row.value: row.figure.count for row in numbers.sources}
    states = {s.source_id: s for s in health}
    shown = [s for s in states if states[s].state is not SourceState.DISABLED or s in collected]
    shown += sorted(collected.keys() - states.keys())
    shown.sort(key=lambda s: (-collected.get(s, (0, 0))[0], names.get(s, s)))
    rows = []
    for source in shown:
        now, before = collected.get(source, (0, 0))
        state = NAMES.health(states[source].state) if source in states else "Không còn trong danh mục"
        rows.append(
            (
                foreign(names.get(source, source), CELL),
                number(now),
                number(before),
                number(relevant.get(source, 0)),
                state,
            )
        )
    return Table(
        head=("Nguồn", "Thu thập", "Tuần trước", "Liên quan", "Tình trạng khi lập báo cáo"),
        rows=tuple(rows),
        empty="Chưa có nguồn nào được bật.",
    )


def _sources_note(health: Sequence[SourceHealth], silent: Sequence[SourceHealth]) -> str:
    off = sum(s.state is SourceState.DISABLED for s in health)
    turned_off = f", {number(off)} nguồn đang tắt" if off else ""
    said = [f"{number(len(health) - off)} nguồn đang bật{turned_off}."]
    if silent:
        said.append(f"{number(len(silent))} nguồn đang bật không có tin nào trong tuần.")
    return " ".join(said)


def _model(engine: Reader) -> str:
    hits = engine.search(Query(relevant=None, limit=1)).hits
    return f"{hits[0].document.analysis.model.name} {hits[0].document.analysis.model.version}" if hits else ""
