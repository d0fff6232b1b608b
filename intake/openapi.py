"""The description of the HTTP intake for partners' programs (OpenAPI 3.1)."""

from pydantic.json_schema import models_json_schema

from intake.contract import Accepted, Problem, Report
from intake.problems import MEDIA_TYPE

PROBLEMS = {
    400: "The body is no JSON, or the Idempotency-Key is missing.",
    401: "The token is missing, wrong, expired or revoked.",
    403: "The token is not for this.",
    408: "The report took too long to arrive.",
    409: "The Idempotency-Key was used for another report.",
    410: "The report was erased on request.",
    413: "The report is too large.",
    415: "It is not plain JSON in UTF-8.",
    422: "The report does not fit the contract, or holds no text.",
    429: "Too many reports; wait as long as Retry-After says.",
    503: "The archive can't be reached; send it again under the same key.",
}


def description() -> dict[str, object]:
    """Return the OpenAPI document as JSON values."""
    _, schemas = models_json_schema(
        [(Report, "validation"), (Accepted, "serialization"), (Problem, "serialization")],
        ref_template="#/components/schemas/{model}",
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Lắng Nghe: intake of reports", "version": "1", "description": __doc__},
        "paths": {"/intake/v1/reports": {"post": _post()}},
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _post() -> dict[str, object]:
    return {
        "operationId": "sendReport",
        "summary": "Send one report. It is archived when the answer comes.",
        "security": [{"token": []}],
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "description": "A name for this request, at best a UUID; the same when it is sent again.",
                "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
            }
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _named("Report")}}},
        "responses": {
            "202": {
                "description": "Archived.",
                "content": {"application/json": {"schema": _named("Accepted")}},
            },
            **{
                str(status): {
                    "description": said,
                    "content": {MEDIA_TYPE: {"schema": _named("Problem")}},
                }
                for status, said in PROBLEMS.items()
            },
        },
    }


def _named(schema: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{schema}"}
