"""How the numbers came about and what they can't say: printed in every report."""

from importlib.resources import files

METHOD = tuple(
    files("dashboards.report").joinpath("templates", "method.txt").read_text("utf-8").strip().splitlines()
)
