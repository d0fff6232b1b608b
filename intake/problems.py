"""Answers that say what went wrong, as application/problem+json (RFC 9457)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from starlette.responses import Response

from intake.contract import Fault, Problem

MEDIA_TYPE = "application/problem+json"


class Declined(Exception):
    """The request can't be served; `answer` says why."""

    def __init__(
        self,
        status: int,
        detail: str,
        headers: Mapping[str, str] | None = None,
        faults: Sequence[Fault] = (),
    ) -> None:
        """Decline with `status`."""
        super().__init__(detail)
        self.status = status
        self.problem = Problem(
            title=HTTPStatus(status).phrase, status=status, detail=detail, errors=tuple(faults)
        )
        # What is left of the body is not waited for.
        self.headers = {"Connection": "close", **(headers or {})}

    @property
    def answer(self) -> Response:
        """The answer to send."""
        return Response(self.problem.model_dump_json(), self.status, self.headers, MEDIA_TYPE)
