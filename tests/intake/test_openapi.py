"""What the description promises is what partners get, with what it allows and what it forbids."""

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import CHECKS, load_all_checks

from core.settings import IntakeSettings, Settings, load_settings
from intake.openapi import description
from tests.intake.serving import Served, serving

load_all_checks()
# A text that is blank, or an address that is none, fits the schema and is refused in words.
CHECKED = [CHECKS.get_one(name) for name in CHECKS.get_all_names() if name != "positive_data_acceptance"]

schema = schemathesis.openapi.from_dict(description())


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A running intake without a rate limit to speak of."""
    given: Settings = load_settings(data_dir=tmp_path_factory.mktemp("intake"))
    with serving(
        given.model_copy(update={"intake": IntakeSettings(per_minute=100_000, body_s=2)})
    ) as running:
        yield running


@schema.parametrize()
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_described(case: Case, served: Served) -> None:
    case.call_and_validate(
        base_url=f"http://127.0.0.1:{served.port}",
        headers={"Authorization": f"Bearer {served.token}"},
        checks=CHECKED,
    )
