"""Metrics: who may read them, and what they say."""

import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from starlette.testclient import TestClient

from core.settings import ConsoleSettings
from dashboards.console.app import create_app
from tests.dashboards.conftest import House
from tests.dashboards.console_world import GRAVE_NEW, PHONE, SECRET_NAME

LABELS = ("source", "stage", "result", "reason", "state", "kind")
Values = dict[str, dict[tuple[str, ...], float]]


def asked(app: FastAPI, host: str = "127.0.0.1", **headers: str) -> tuple[int, str]:
    with TestClient(app, client=(host, 50000), follow_redirects=False) as machine:
        answer = machine.get("/metrics", headers=headers)
        return answer.status_code, answer.text


def values(text: str) -> Values:
    found: Values = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = tuple(sample.labels[name] for name in LABELS if name in sample.labels)
            found.setdefault(sample.name, {})[key] = sample.value
    return found


@pytest.fixture
def guarded(house: House) -> FastAPI:
    """A console with a token for its metrics."""
    console = ConsoleSettings(metrics_token=SecretStr("tay-bi-mat"))
    return create_app(house.settings.model_copy(update={"console": console}), house.records, house.engine)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_without_a_token_in_the_settings_this_machine_reads_them(app: FastAPI, host: str) -> None:
    assert asked(app, host)[0] == 200


@pytest.mark.parametrize("host", ["192.0.2.7", "2001:db8::1", "testclient"])
def test_without_a_token_nobody_else_does(app: FastAPI, host: str) -> None:
    assert asked(app, host)[0] == 403


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_what_a_proxy_on_this_machine_hands_on_is_not_of_this_machine(app: FastAPI, name: str) -> None:
    assert asked(app, "127.0.0.1", **{name: "192.0.2.7"})[0] == 403


def test_with_a_token_it_is_needed_everywhere_and_opens_from_anywhere(guarded: FastAPI) -> None:
    assert asked(guarded)[0] == 403
    assert asked(guarded, Authorization="Bearer tay-bi-ma")[0] == 403
    assert asked(guarded, Authorization="Bearer ")[0] == 403
    assert asked(guarded, "192.0.2.7", Authorization="Bearer tay-bi-mat")[0] == 200


def test_they_count_states_ages_outcomes_and_queues(app: FastAPI) -> None:
    found = values(asked(app)[1])

    assert found["langnghe_source_state"]["bao-khac", "failed"] == 1
    assert found["langnghe_source_state"]["bao", "failed"] == 0
    assert 0 <= found["langnghe_source_last_success_age_seconds"]["bao",] < 3600
    assert ("bao-khac",) not in found["langnghe_source_last_success_age_seconds"]
    assert found["langnghe_source_makeup_changes"]["bao",] == 1
    assert found["langnghe_source_pages_24h"]["dien-dan",] == 0
    assert found["langnghe_outcomes_24h"]["bao", "crawl", "dropped", "robots"] == 1
    assert found["langnghe_quarantined_items"]["crawl",] == 1
    assert found["langnghe_waiting_pages"] == {("analyse",): 0, ("index",): 0}
    assert found["langnghe_open_alerts"]["grave",] == 1


def test_they_hold_no_text_and_no_address(app: FastAPI) -> None:
    text = asked(app)[1]
    assert not [secret for secret in (SECRET_NAME, PHONE, GRAVE_NEW, "https://", "Báo") if secret in text]
