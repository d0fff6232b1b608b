"""docs/intake.md: the mapping can be read, the curl examples work, and the limits are the real ones."""

import json
import os
import re
import subprocess
from pathlib import Path

import yaml

from core.settings import IntakeSettings, Settings
from intake import package
from intake.contract import Report
from intake.mapping import Columns, FileMapping
from tests.intake.serving import serving

PAGE = (Path(__file__).parents[2] / "docs/intake.md").read_text()
SHELL = re.compile(r"^ {4}(curl (?:.*\\\n)*.*)$", re.MULTILINE)


def test_the_example_mapping_can_be_read_and_has_every_column() -> None:
    example = re.search(r"\n( {4}source:\n.*?)\n\n", PAGE, re.DOTALL)
    assert example
    read = FileMapping.model_validate(yaml.safe_load(example[1]))
    assert {field for field, _ in read.columns.named()} == set(Columns.model_fields)
    for commented in re.findall(r"^ {4}# (\w+):", example[1], re.MULTILINE):
        assert commented in FileMapping.model_fields


def test_the_curl_examples_are_answered(settings: Settings) -> None:
    examples = SHELL.findall(PAGE)
    assert len(examples) == 2
    with serving(settings) as served:
        known = {"LANGNGHE": f"http://127.0.0.1:{served.port}", "TOKEN": served.token}
        for example in examples:
            done = subprocess.run(
                ["bash", "-c", example], env=os.environ | known, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout
            assert {"id", "openapi"} & json.loads(done.stdout).keys()


def test_the_fields_and_limits_told_are_the_real_ones() -> None:
    told = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert told == list(Report.model_fields)
    limits = IntakeSettings()
    assert f"{limits.max_bytes // 1024} KiB of JSON" in PAGE
    assert f"{limits.body_s:g} seconds" in PAGE
    assert f"{limits.per_minute} reports a minute" in PAGE
    assert f"{limits.keys_hours:g} hours" in PAGE
    assert f"over {package.LARGEST // 2**20} MB unpacked" in PAGE
