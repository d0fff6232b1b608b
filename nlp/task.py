"""What a model can be trained for."""

from enum import StrEnum


class Task(StrEnum):
    """What a model judges: the risk in a text (all heads), its tone, whether it is toxic."""

    RISK = "risk"
    SENTIMENT = "sentiment"
    HOSTILITY = "hostility"
