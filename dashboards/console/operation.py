"""How runs do: numbers and states, never a text."""

from collections import Counter

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from core.contracts import Contract
from core.outcomes import Stage
from core.records.runs import Run, outcome_counts, quarantined, runs
from dashboards.console.pages import console, page
from dashboards.console.permissions import Action, needs

router = APIRouter()

RUNS_SHOWN = 20


class RunShown(Contract):
    """A run with how many items had each outcome at each stage."""

    run: Run
    stages: dict[Stage, list[tuple[str, str, int]]]


@router.get("/operation")
@needs(Action.READ_OPERATION)
def operation(request: Request) -> Response:
    """Show the latest runs and what waits in quarantine."""
    here = console(request)
    waiting = Counter((item.stage, item.reason) for item in quarantined(here.records))
    values = {
        "runs": [RunShown(run=run, stages=_stages(request, run)) for run in runs(here.records, RUNS_SHOWN)],
        "waiting": sorted(waiting.items(), key=lambda w: -w[1]),
        "size": here.engine.size(),
    }
    return page(request, "operation.html", values)


def _stages(request: Request, run: Run) -> dict[Stage, list[tuple[str, str, int]]]:
    counts = outcome_counts(console(request).records, run.id)
    ordered = sorted(counts.items(), key=lambda c: -c[1])
    return {
        stage: [(result, reason, n) for (at, result, reason), n in ordered if at is stage]
        for stage in Stage
        if any(at is stage for at, _, _ in counts)
    }
