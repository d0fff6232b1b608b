"""Serving the console on a socket that is bound before anything is promised."""

import socket

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import BadUsage
from dashboards.console.app import create_app
from index import open_engine
from intake.app import PREFIX, create_intake
from langnghe.commands.console import errors
from langnghe.house import House

LARGEST_HEAD = 16 * 1024  # bytes of a request's headers; cookies and the longest search are below 8 KiB


def create_served(house: House) -> ASGIApp:
    """Return what is served: the intake of reports below its prefix, the console everywhere else.

    Neither sees the other's requests: the intake takes no cookies and no forms, the console no tokens.
    """
    console = create_app(house.settings, house.records, open_engine(house.settings, patient=False))
    intake = create_intake(house.settings, house.records)

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        inside = scope["type"] == "http" and scope["path"].startswith(PREFIX)
        await (intake if inside else console)(scope, receive, send)

    return served


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises BadUsage when the address is taken or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except (OSError, OverflowError) as error:
        sock.close()
        raise BadUsage(
            f"the console can't listen on {host}:{port} ({error}); choose another --port"
        ) from error
    sock.listen(128)
    return sock


def serve_console(
    house: House, host: str | None = None, port: int | None = None, sock: socket.socket | None = None
) -> None:
    """Serve the console until it is stopped, on `sock` or on the given or configured address."""
    console = house.settings.console
    sock = sock or bind(host or console.host, console.port if port is None else port)
    app = create_served(house)
    address, number = sock.getsockname()[:2]
    if not address.startswith("127.") and address != "::1" and not console.secure_cookies:
        errors.print(
            "Warning: the console is open to the network; serve it behind HTTPS with secure_cookies = true"
        )
    # An address that a client claims in a header must not pass the sign-in's throttle.
    config = uvicorn.Config(
        app,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=LARGEST_HEAD,
    )
    errors.print(f"Console: http://{address}:{number}/   (Ctrl+C stops it)")
    uvicorn.Server(config).run(sockets=[sock])
