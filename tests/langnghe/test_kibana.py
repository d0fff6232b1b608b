"""`langnghe kibana` writes what Kibana imports."""

import json
from pathlib import Path

from tests.langnghe.conftest import command


def test_the_file_has_one_object_a_line_under_the_prefix_of_the_settings(tmp_path: Path) -> None:
    target = tmp_path / "out.ndjson"
    done = command("kibana", str(target), LANGNGHE_ELASTIC__PREFIX="khac", LANGNGHE_LANGUAGE="en")
    assert (done.returncode, done.stderr) == (0, "")
    assert "5 saved objects" in done.stdout
    objects = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert objects[0]["attributes"]["title"] == "khac"
    assert objects[1]["attributes"]["title"] == "Lắng Nghe: Overview"


def test_a_file_that_can_t_be_written_is_named(tmp_path: Path) -> None:
    done = command("kibana", str(tmp_path / "nowhere" / "out.ndjson"))
    assert done.returncode == 2
    assert "nowhere/out.ndjson: No such file or directory; name a file" in done.stderr
