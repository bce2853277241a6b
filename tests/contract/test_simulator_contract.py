"""Every pair of the Engage contract, asked of the simulator over real HTTP."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from engage_simulator.testing import Engage, running

CONTRACT = json.loads((Path(__file__).parent / "engage-contract.json").read_text(encoding="utf-8"))
MISSING = object()


@pytest.fixture(scope="module")
def process() -> Iterator[Engage]:
    with running(CONTRACT["world"]) as engage:
        yield engage


@pytest.mark.parametrize("pair", CONTRACT["pairs"], ids=lambda pair: pair["name"])
def test_the_simulator_gives_the_answer_of_the_contract(process: Engage, pair: dict[str, Any]) -> None:
    process.reset()
    status, answer = _ask(process.url, pair["request"])
    expected = pair["response"]
    if "status" in expected:
        assert status == expected["status"]
    if "status_not" in expected:
        assert status != expected["status_not"]
    for name in expected.get("json_has", []):
        assert name in answer
    for name, value in (expected.get("json_match", {}) | expected.get("json", {})).items():
        assert _in_any_order(answer.get(name, MISSING)) == _in_any_order(value)


def test_an_accepted_pair_is_in_the_ledger_and_a_refused_one_is_not(process: Engage) -> None:
    process.reset()
    sends = [pair for pair in CONTRACT["pairs"] if pair["request"]["path"] in {"/chat", "/chat/notification"}]
    sends = [pair for pair in sends if pair["request"]["method"] == "POST"]
    for pair in sends:
        _ask(process.url, pair["request"])
    assert process.summary()["accepted"] == sum(pair["response"].get("status") == 200 for pair in sends)


def _ask(url: str, request: dict[str, Any]) -> tuple[int, Any]:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
    target = f"/api/v{CONTRACT['world']['api_version']}{request['path']}"
    if "query" in request:
        target += f"?{urlencode(request['query'])}"
    body = json.dumps(request["json"]) if "json" in request else None
    try:
        connection.request(request["method"], target, body, {"Content-Type": "application/json"} if body else {})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def _in_any_order(value: Any) -> Any:
    if isinstance(value, list):
        return sorted(value, key=lambda row: json.dumps(row, sort_keys=True))
    return value
