"""Figures of a benchmark: printed as they come, held against limits, told as JSON at the end."""

import json
import sys


class Figures:
    """What was measured, by name; `quiet` prints nothing before the end."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.found: dict[str, float] = {}
        self.missed: list[str] = []

    def tell(self, name: str, value: float, at_least: float = 0, at_most: float = float("inf")) -> None:
        """Take in a figure and what it may be at least and at most."""
        self.found[name] = value
        if not at_least <= value <= at_most:
            self.missed.append(name)
        if not self.quiet:
            print(f"{name:<72}{value:>10,.2f}", flush=True)

    def end(self) -> int:
        """Print what is left to say; return the exit code: 1 if a limit was missed."""
        if self.quiet:
            print(json.dumps(self.found, indent=1))
        for name in self.missed:
            print(f"missed: {name}", file=sys.stderr)
        return int(bool(self.missed))
