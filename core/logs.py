"""Structured logs on standard error, bound to run, source and page; never a secret or a child's identity."""

import logging
import re
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import structlog

# Field names whose values never reach a log, and shapes that are masked wherever they stand.
SECRET_NAMES = re.compile(r"passw|secret|token|api_?key|authorization|cookie", re.IGNORECASE)
TEXT_NAMES = frozenset({"title", "lead", "text", "thread_title", "why"})
URL_PASSWORD = re.compile(r"(?<=://)[^/@\s:]+:[^/@\s]+(?=@)")
PHONE_OR_ID = re.compile(r"(?<![\w.-])(?:\+84|0)\d(?:[ .-]?\d){7,9}(?![\w-])|(?<![\w.-])\d{12}(?![\w-])")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def hide_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask secrets and what identifies a person: a structlog processor."""
    for name, value in event.items():
        if SECRET_NAMES.search(name) or name in TEXT_NAMES:
            event[name] = "•••"
        elif isinstance(value, str):
            event[name] = masked(value)
    return event


def masked(text: str) -> str:
    """Return `text` with passwords in URLs, addresses and numbers that identify a person masked."""
    return EMAIL.sub("•••", PHONE_OR_ID.sub("•••", URL_PASSWORD.sub("•••", text)))


@contextmanager
def masking() -> Iterator[None]:
    """Mask what is logged meanwhile by logs that another program has set up (Airflow's of a task)."""
    before = structlog.get_config()["processors"]
    if hide_secrets in before:
        yield
        return
    structlog.configure(processors=[*before[:-1], hide_secrets, before[-1]])
    try:
        yield
    finally:
        structlog.configure(processors=before)


def set_up_logs(*, debug: bool = False, json: bool = False) -> None:
    """Send logs to standard error: warnings and worse, or all with `debug`; as JSON lines with `json`."""
    level = logging.DEBUG if debug else logging.WARNING
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide_secrets,
    ]
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # Each request tried again, with a traceback; what is waited for is said in lines of our own.
    logging.getLogger("elastic_transport").setLevel(level if debug else logging.ERROR)


def log(name: str) -> structlog.types.FilteringBoundLogger:
    """Return the logger of the room `name`."""
    logger: structlog.types.FilteringBoundLogger = structlog.get_logger(room=name)
    return logger
