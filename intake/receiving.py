"""A report on its way in: read strictly, claimed under its key, archived, and only then answered."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from core.archive import Archive
from core.contracts import Page, PageType, content_hash
from core.errors import Conflict
from core.handed_in import handed_in_address, handed_in_id
from core.outcomes import Outcome, Result, Stage
from core.records import Records, runs
from core.records.crawled import later, record_batch, remembered, seen
from core.records.idempotency import Claim, claim, mark_archived
from core.records.tokens import Token
from core.records.tombstones import erased
from core.urls import normalise
from intake.contract import Accepted, Fault, Report
from intake.pages import believable, web_address
from intake.problems import Declined
from intake.refusal import Refused
from intake.texts import clean, line

NAME_SHOWN = 100  # letters of the name of a field that is not known


@dataclass(frozen=True)
class Desk:
    """Where reports are taken in, and how long keys are remembered."""

    records: Records
    archive: Archive
    kept: timedelta

    def receive(self, token: Token, key: str, body: bytes) -> Accepted:
        """Take in a report; return when it is archived.

        Raises Declined for what is not taken, ArchiveUnavailable and RecordsUnavailable: then it can be sent
        again under the same key.
        """
        now = datetime.now(UTC)
        report = read_report(body)
        digest = hashlib.sha256(report.model_dump_json().encode()).hexdigest()
        try:
            page = page_of_report(report, token.source_id, (key, digest), now)
        except Refused as refused:
            fault = Fault(field=refused.field, detail=refused.detail)
            raise Declined(422, f"{refused.field} {refused.detail}.", faults=[fault]) from refused
        if erased(self.records, [page]):
            raise Declined(410, "This report was erased on request; it is not taken in again.")
        wanted = Claim(token_id=token.id, key=key, body_hash=digest, page_id=page.id, received_at=now)
        try:
            claimed = claim(self.records, wanted, self.kept)
        except Conflict as conflict:
            detail = "This Idempotency-Key was used for another report; give each report a key of its own."
            raise Declined(409, detail) from conflict
        if claimed.archived_at is None:
            self._keep(page.model_copy(update={"fetched_at": claimed.received_at}), claimed)
        return Accepted(id=claimed.page_id, received_at=claimed.received_at)

    def _keep(self, page: Page, claimed: Claim) -> None:
        """Archive a report and write that down; done again after a kill, it adds nothing."""
        known = seen(self.records, [page.id]).get(page.id)
        new = known is None or known.content_hash != page.content_hash
        pages = [later(page, known)] if new else []
        partitions = self.archive.write(pages)
        outcome = Outcome(
            stage=Stage.INTAKE,
            item=hashlib.sha256(f"{claimed.token_id} {claimed.key}".encode()).hexdigest()[:24],
            source_id=page.source_id,
            result=Result.ARCHIVED if new else Result.UNCHANGED,
        )
        run_id = runs.run_of_day(self.records, "intake", claimed.received_at)
        record_batch(self.records, run_id, partitions, map(remembered, pages), [outcome])
        mark_archived(self.records, claimed)


def read_report(body: bytes) -> Report:
    """Return the report that `body` holds. Raises Declined that names each wrong field, and no value."""
    try:
        return Report.model_validate_json(body)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        if any(fault["type"] == "json_invalid" for fault in found):
            raise Declined(400, "The body is no valid JSON in UTF-8.") from None
        faults = [
            Fault(
                field=".".join(map(str, fault["loc"]))[:NAME_SHOWN] or "report",
                detail="is not known; leave it out" if fault["type"] == "extra_forbidden" else fault["msg"],
            )
            for fault in found
        ]
        named = ", ".join(fault.field for fault in faults[:5])
        raise Declined(422, f"The report does not fit the contract: {named}.", faults=faults[:20]) from None


def page_of_report(report: Report, source_id: str, sent_as: tuple[str, str], at: datetime) -> Page:
    """Return the page that a report makes, by its sender's number or else as what it was sent as.

    Raises Refused.
    """
    text = clean(report.text, "text")
    if not text:
        raise Refused("no_text", "holds no text that can be kept", "text")
    title = line(report.title, "title", len(report.title))
    url = web_address(line(report.url, "url", len(report.url)))
    own = line(report.id, "id", len(report.id))
    name = handed_in_id(source_id, "id", own) if own else handed_in_id(source_id, "sent", *sent_as)
    return Page(
        id=name,
        url=url or handed_in_address(source_id, name),
        canonical_url=normalise(url) if url else handed_in_address(source_id, name),
        source_id=source_id,
        type=PageType.REPORT,
        title=title,
        text=text,
        language="vi",
        published_at=believable(report.reported_at, at, "reported_at") if report.reported_at else None,
        fetched_at=at,
        content_hash=content_hash(title, "", text),
    )
