"""Several indices of the same archive, of which one serves: how an index is made anew while it is in use."""

from typing import Protocol

from index.engine import Engine


class Generations(Protocol):
    """The generations of an index, named by who builds them (letters, digits and dashes).

    An engine opened for serving follows a swap by itself: its next call is answered by the new generation.
    All methods raise `core.errors.IndexUnavailable`.
    """

    def open(self) -> Engine:
        """Open what serves, beginning a first generation if there is none. The caller closes it."""

    def serving(self) -> str | None:
        """Return the name of the generation that serves; None if none does or it has no name."""

    def building(self) -> str | None:
        """Return the name of a generation that was begun and neither swapped in nor dropped, if any."""

    def build(self, name: str) -> Engine:
        """Open the generation `name` for writing, beginning it if need be. The caller closes it."""

    def swap(self, name: str) -> None:
        """Let `name` serve from now on, at once and for everyone. The one before is kept."""

    def drop(self, name: str) -> None:
        """Remove a generation that does not serve."""

    def names(self) -> list[str]:
        """Return all that there are, in order of name."""

    def close(self) -> None:
        """Release all connections."""
