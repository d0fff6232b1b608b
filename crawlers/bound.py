"""Child processes that do not outlive their parent, whatever kills it, nor take all memory."""

import ctypes
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent() -> None:
    """Let the kernel kill this process when its parent ends; leave Ctrl-C to the parent.

    Elsewhere than on Linux the end of standard input does the first, a little later.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "linux":
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def bound_memory(size: int) -> None:
    """Let this process hold `size` bytes at most; what needs more fails with MemoryError."""
    resource.setrlimit(resource.RLIMIT_DATA, (size, size))
