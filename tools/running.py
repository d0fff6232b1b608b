"""What is started and stopped."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Running(ABC):
    """A server of this machine; as a context it is started and stopped."""

    @abstractmethod
    def start(self) -> None:
        """Start it; return when it answers."""

    @abstractmethod
    def stop(self) -> None:
        """End it in order."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
