"""A reader process: takes tasks and bodies on standard input, gives readings on standard output.

Run as `python -m crawlers.reader`. Parsing foreign bytes apart from the crawl means that a page that hangs,
kills or swells the parser costs one process and one page. A frame is a length in four bytes and what it says.
"""

import os
import struct
import sys
from typing import BinaryIO

from crawlers.bound import bound_memory, die_with_parent

# A page of 8 MiB needs up to 520 MB, one of 8 MiB of nothing but tags would need 1 GB: it fails instead.
MEMORY_LIMIT = 900 * 2**20
LENGTH = struct.Struct(">I")


def main() -> None:
    """Read tasks until standard input ends."""
    die_with_parent()
    bound_memory(MEMORY_LIMIT)
    from crawlers.reading import read
    from crawlers.tasks import Task

    source, sink = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not get between frames
    while True:
        task, body = _frame(source), _frame(source)
        if task is None or body is None:
            return
        try:
            answer = read(Task.model_validate_json(task), body).model_dump_json().encode()
        except (Exception, RecursionError, MemoryError) as error:
            answer = b"!" + type(error).__name__.encode()
        sink.write(LENGTH.pack(len(answer)) + answer)
        sink.flush()


def _frame(source: BinaryIO) -> bytes | None:
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    size: int = LENGTH.unpack(head)[0]
    body = source.read(size)
    return body if len(body) == size else None


if __name__ == "__main__":
    main()
