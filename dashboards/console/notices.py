"""Alerts and finished reports."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from core.contracts import Alert, AlertKind
from core.errors import BadUsage
from core.records.notices import acknowledge, alerts, reports
from dashboards.console.alert_words import message
from dashboards.console.filters import Filters
from dashboards.console.pages import console, page, people, signed_in_person
from dashboards.console.permissions import Action, needs
from index.weekly import week_start

router = APIRouter()

# A report is a page of its own, made here, with its style inside; it runs nothing and loads nothing.
REPORT_POLICY = (
    "sandbox allow-popups allow-top-navigation-by-user-activation; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'none'"
)
MEDIA = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}


@router.get("/alerts")
@needs(Action.READ_ALERTS)
def list_alerts(request: Request) -> Response:
    """Show alerts, those that nobody has seen first."""
    found = alerts(console(request).records)
    values = {
        "waiting": [a for a in found if a.acknowledged_at is None],
        "seen": [a for a in found if a.acknowledged_at is not None],
        "people": people(request),
        "links": {a.key: _behind(a) for a in found},
        "messages": {a.key: message(console(request).names, a) for a in found},
    }
    return page(request, "alerts.html", values)


@router.post("/alerts/acknowledge")
@needs(Action.ACKNOWLEDGE)
def acknowledge_alert(request: Request, key: Annotated[str, Form(max_length=500)]) -> Response:
    """Mark an alert as seen."""
    try:
        acknowledge(console(request).records, key, signed_in_person(request).user.username)
    except BadUsage as error:
        raise HTTPException(404) from error
    return RedirectResponse("/alerts", 303)


@router.get("/reports")
@needs(Action.READ_REPORTS)
def list_reports(request: Request) -> Response:
    """Show the weekly reports that were made."""
    made = reports(console(request).records)
    rows = [(report, start := week_start(report.week), start + timedelta(days=6)) for report in made]
    return page(request, "reports.html", {"reports": rows})


@router.get("/reports/{week}.{form}")
@needs(Action.READ_REPORTS)
def report_file(request: Request, week: str, form: str) -> Response:
    """Return the file of a listed report, and no other file."""
    here = console(request)
    listed = {r.week: {"html": r.html, "pdf": r.pdf} for r in reports(here.records)}
    name = listed.get(week, {}).get(form)
    if name is None:
        raise HTTPException(404)
    # Of what is recorded only the name counts: the data folder may have been moved since.
    path = here.settings.reports_dir.resolve() / Path(name).name
    if path.is_symlink() or not path.is_file():
        raise HTTPException(404)
    headers = {"Content-Security-Policy": REPORT_POLICY} if form == "html" else {}
    headers["Content-Disposition"] = f'inline; filename="lang-nghe-{week}.{form}"'
    headers["Cache-Control"] = "no-store"
    return FileResponse(path, media_type=MEDIA[form], headers=headers)


def _behind(alert: Alert) -> str | None:
    """Return the page of the console that an alert is about, None if there is no such page (any more)."""
    facts = alert.facts
    if alert.kind is AlertKind.GRAVE:
        return f"/texts/{facts.get('page_id', '')}"
    if alert.kind is AlertKind.RISE:
        asked = {
            "category": (facts.get("category"),),
            "since": facts.get("since"),
            "until": facts.get("until"),
        }
        with suppress(ValidationError):
            return f"/search?{Filters.model_validate(asked).address}"
    if "source" in facts:
        return f"/sources/{quote(str(facts['source']), safe='')}"
    return None
