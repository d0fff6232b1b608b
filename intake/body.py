"""The body of a request within its limits: JSON as it is, not packed, not too large, not too slow."""

import asyncio

from starlette.requests import ClientDisconnect, Request

from intake.problems import Declined


def check_headers(request: Request, largest: int) -> None:
    """Return if the headers announce plain JSON of a size that is taken. Raises Declined."""
    headers = request.headers
    kind, _, parameters = headers.get("content-type", "").partition(";")
    charset = parameters.replace(" ", "").replace('"', "").lower()
    if kind.strip().lower() != "application/json" or charset not in {"", "charset=utf-8"}:
        raise Declined(415, "Send the report as JSON in UTF-8, with Content-Type: application/json.")
    if headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise Declined(415, "Send the report as it is, without Content-Encoding.")
    length = headers.get("content-length", "0")
    if length.isdecimal() and int(length) > largest:
        raise _too_large(largest)


async def read_body(request: Request, largest: int, seconds: float) -> bytes:
    """Return the body. Raises Declined for one that is over `largest` bytes or takes over `seconds`."""
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > largest:
                    raise _too_large(largest)
    except TimeoutError as error:
        raise Declined(
            408, f"The report did not arrive within {seconds:g} seconds; send it again."
        ) from error
    except ClientDisconnect as error:
        raise Declined(400, "The connection ended before the report did.") from error
    return bytes(body)


def _too_large(largest: int) -> Declined:
    return Declined(413, f"The report is over {largest} bytes; send text only, and shorten it.")
