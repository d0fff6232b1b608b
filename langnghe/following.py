"""Work that follows other work in the background: on what that has ready, while it goes on."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context


@contextmanager
def following(work: Callable[[], object]) -> Iterator[Callable[[], None]]:
    """Do `work` in a thread each time that what is given is called, until the block ends.

    Calls that come while it works lead to one further round. The block waits for the round under way, and
    raises the error that `work` ended with, after which it is not called again.
    """
    called, over = threading.Event(), threading.Event()
    errors: list[BaseException] = []

    def rounds() -> None:
        while called.wait() and not over.is_set():
            called.clear()
            try:
                work()
            except BaseException as error:
                errors.append(error)
                return

    # With the context of the caller, so that logs name the run there too.
    thread = threading.Thread(target=copy_context().run, args=(rounds,), name="following", daemon=True)
    thread.start()
    try:
        yield called.set
    finally:
        over.set()
        called.set()
        thread.join()
    if errors:
        raise errors[0]
