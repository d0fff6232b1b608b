"""The overview: the last seven days beside the same days of the weeks before, and what waits."""

from datetime import date, datetime, timedelta

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from core.contracts import VIETNAM
from dashboards.charts import bars, trend
from dashboards.console.numbers import OPEN, WEEK, Share, Week, queue, search, shares
from dashboards.console.pages import Console, console, page, reading, source_names
from dashboards.console.permissions import Action, needs
from dashboards.console.reading import Reading
from index.trends import ENOUGH_WEEKS, Rise, baseline_weeks, rises

router = APIRouter()

WIDTHS = (640, 340)  # px of a chart on a wide page and on a phone
LISTED = 8  # provinces and sources in the lists of what waits


@router.get("/overview")
@needs(Action.READ_NUMBERS)
def overview(request: Request) -> Response:
    """Show the numbers of the last seven days, what rose, and what waits for a decision."""
    here, sight = console(request), reading(request)
    say, names = here.language.say, here.names
    week = Week(sight, datetime.now(VIETNAM).date())
    this, before = say("7 ngày qua"), say("7 ngày trước đó")
    by_category = week.rows("category", "category", names.category)
    by_province = week.rows("province", "province", str)
    nothing = say("Chưa có tin liên quan trong 7 ngày qua.")
    values = {
        "since": week.since,
        "until": week.today,
        "relevant": week.figure(),
        "grave": week.figure(severity_min=3),
        "waiting": week.waiting(),
        "rose": [
            (_sentence(here, rise), search(sight.role, rise.since, rise.until, _narrow(rise)))
            for rise in rises(here.engine, week.today, here.settings.watch)
        ],
        "standing_out": week.standing_out(),
        "comparable": baseline_weeks(here.engine, week.today) >= ENOUGH_WEEKS,
        "trend": _trend(here, week),
        "categories": [
            bars(
                by_category, title=say("Theo nhóm nguy cơ"), this=this, before=before, empty=nothing, width=w
            )
            for w in WIDTHS
        ],
        "provinces": [
            bars(
                by_province,
                title=say("Theo tỉnh, thành phố"),
                this=this,
                before=before,
                empty=nothing,
                width=w,
            )
            for w in WIDTHS
        ],
        "tones": week.tones(names.tone),
        "open": _open(here, sight, source_names(request)),
    }
    return page(request, "overview.html", values)


def _trend(here: Console, week: Week) -> list[str]:
    say, counts = here.language.say, week.by_week()

    def behind(start: date) -> str:
        return search(week.sight.role, start, start + WEEK - timedelta(days=1), {}) or ""

    return [
        trend(
            counts,
            title=say("Số tin liên quan theo từng kỳ 7 ngày"),
            since=counts[0].start,
            until=counts[-1].start,
            href=behind if week.search() else None,
            empty=say("Chưa có tin liên quan trong 8 tuần qua."),
            width=width,
        )
        for width in WIDTHS
    ]


def _open(here: Console, sight: Reading, sources: dict[str, str]) -> list[tuple[str, list[Share]]]:
    """Return what waits for a decision: by severity, province and source."""
    say, names = here.language.say, here.names
    severity = sorted(sight.values(OPEN, "severity"), key=lambda c: c.value, reverse=True)
    provinces, listed = sight.values(OPEN, "province", LISTED), sight.values(OPEN, "source", LISTED)
    # The queue narrows to a level and those above it: only the highest has just these texts behind it.
    grave = queue(sight.role, severity=3)
    return [
        (
            say("Theo mức độ"),
            shares(severity, lambda v: names.severity(int(v)), lambda v: grave if v == "3" else None),
        ),
        (say("Theo tỉnh, thành phố"), shares(provinces, str, lambda v: queue(sight.role, province=(v,)))),
        (
            say("Theo nguồn"),
            shares(listed, lambda v: sources.get(v, v), lambda v: queue(sight.role, source=(v,))),
        ),
    ]


def _narrow(rise: Rise) -> dict[str, object]:
    return {"category": (rise.category,), "province": (rise.province,) if rise.province else ()}


def _sentence(here: Console, rise: Rise) -> str:
    """Return what rose as a sentence."""
    say, number = here.language.say, here.language.number
    name = here.names.category(rise.category)
    if rise.province:
        name = say("%(category)s tại %(province)s", category=name, province=rise.province)
    told = {"name": name, "count": number(rise.count), "weeks": number(rise.weeks)}
    if not rise.ratio:
        return say("%(name)s: %(count)s tin, trong %(weeks)s tuần trước không có tin nào.", **told)
    return say(
        "%(name)s: %(count)s tin, gấp %(ratio)s lần mức bình thường của %(weeks)s tuần trước "
        "(khoảng %(expected)s tin).",
        **told,
        ratio=number(round(rise.ratio, 1)),
        expected=number(round(rise.expected, 1)),
    )
