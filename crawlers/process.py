"""The parent's end of the crawl process."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from core import errors
from core.errors import LangngheError, StageFailed


def child_lines(job: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Run the crawl process with `job` and yield what it says, line by line, until it ends.

    Raises the error that the process ended with, and StageFailed when it died. Leaving the loop ends it too.
    """
    given = json.dumps({**job, "debug": logging.getLogger().level == logging.DEBUG})
    command = [sys.executable, "-m", "crawlers.child"]
    end: dict[str, Any] = {}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(given.encode())
            process.stdin.close()
            for line in process.stdout:
                said = json.loads(line)
                if "end" in said:
                    end = said
                    break
                yield said
        except (BrokenPipeError, json.JSONDecodeError):
            pass  # it died while it was given the job, or in the middle of a line
        finally:
            process.kill()
    if end.get("end") == "done":
        return
    if not end:
        raise StageFailed("the crawl process died; run the command again, it goes on where it stopped")
    kind = getattr(errors, end["end"], StageFailed)
    raise (kind if issubclass(kind, LangngheError) else StageFailed)(end["message"])
