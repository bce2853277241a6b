"""What can be made to go wrong, seen from the wire."""

from __future__ import annotations

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from engage_simulator.testing import ControlError, Engage
from tests.engage_simulator.wire import ask, bytes_until_the_end, notification, open_request, send

ANNA, MARCO, GIULIA = "393470000001", "393470000002", "393470000003"
SENDS = {"operation": "send_notification"}


@pytest.mark.parametrize("accepted", [True, False])
def test_a_reset_closes_the_connection_without_one_byte(engage: Engage, key: str, accepted: bool) -> None:
    engage.fault("reset", accepted=accepted, match=SENDS, times=1)
    assert bytes_until_the_end(engage, notification(key, ANNA, "benvenuto")) == b""
    rows = engage.ledger()
    assert [(row["recipient"], row["answered"]) for row in rows] == ([(ANNA, False)] if accepted else [])
    assert engage.summary()["unanswered"] == int(accepted)
    assert send(engage, notification(key, MARCO, "benvenuto")).status == 200


def test_a_send_cut_after_acceptance_is_found_in_the_persons_history(engage: Engage, key: str) -> None:
    engage.fault("reset", accepted=True, times=1)
    bytes_until_the_end(engage, notification(key, ANNA, "promo_estate", "Anna"))
    (entry,) = ask(engage, "GET", "/chat", apikey=key, id=ANNA).json["chats"]
    assert entry["chat"].startswith("Ciao Anna, fino al 31 agosto")
    assert entry["outgoing"] is True


def test_a_truncated_answer_announces_more_than_comes(engage: Engage, key: str) -> None:
    engage.fault("truncate", accepted=True, times=1)
    received = bytes_until_the_end(engage, notification(key, ANNA, "benvenuto"))
    head, _, body = received.partition(b"\r\n\r\n")
    announced = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    assert head.startswith(b"HTTP/1.1 200")
    assert 0 < len(body) < announced
    assert engage.summary()["accepted"] == 1


def test_only_the_faulted_connection_is_cut(engage: Engage, key: str) -> None:
    engage.fault("hang", accepted=True, match=SENDS | {"recipient": MARCO})
    engage.fault("reset", accepted=False, match=SENDS | {"recipient": ANNA})
    with open_request(engage, notification(key, MARCO, "benvenuto")) as waiting:
        engage.wait_until_held(1)
        assert bytes_until_the_end(engage, notification(key, ANNA, "benvenuto")) == b""
        assert engage.release() == 1
        assert waiting.recv(65536).startswith(b"HTTP/1.1 200")


def test_a_held_request_waits_until_it_is_released(engage: Engage, key: str) -> None:
    engage.fault("hang", accepted=True, match=SENDS, times=3)
    bodies = [notification(key, person, "benvenuto") for person in (ANNA, MARCO, GIULIA)]
    with ThreadPoolExecutor(3) as pool:
        answers = [pool.submit(send, engage, body) for body in bodies]
        engage.wait_until_held(3)
        held = engage.control("GET", "/held")["requests"]
        assert {row["recipient"] for row in held} == {ANNA, MARCO, GIULIA}
        assert [row["answered"] for row in engage.ledger()] == [False] * 3
        assert engage.release() == 3
        assert [answer.result().status for answer in answers] == [200] * 3
    assert [row["answered"] for row in engage.ledger()] == [True] * 3
    assert engage.held() == 0


def test_a_held_request_may_end_by_being_cut_or_by_time(engage: Engage, key: str) -> None:
    engage.fault("hang", accepted=False, match=SENDS | {"recipient": ANNA})
    engage.fault("hang", accepted=False, seconds=0.1, match=SENDS | {"recipient": MARCO})
    with open_request(engage, notification(key, ANNA, "benvenuto")) as waiting:
        engage.wait_until_held(1)
        engage.release("cut")
        assert waiting.recv(65536) == b""
    assert send(engage, notification(key, MARCO, "benvenuto")).status == 504
    assert engage.ledger() == []


def test_a_held_request_whose_client_went_away_is_held_no_more(engage: Engage, key: str) -> None:
    engage.fault("hang", accepted=True, match=SENDS)
    waiting = open_request(engage, notification(key, ANNA, "benvenuto"))
    engage.wait_until_held(1)
    waiting.shutdown(socket.SHUT_RDWR)
    waiting.close()
    end = time.monotonic() + 5
    while engage.held() and time.monotonic() < end:
        time.sleep(0.02)
    assert engage.held() == 0
    assert engage.summary()["accepted"] == 1


def test_the_refusals_and_cuts_of_the_story_can_be_played(engage: Engage, key: str) -> None:
    """12 refused, 4 cut without an answer, 3 of those accepted."""
    people = [f"3933300{number:05d}" for number in range(50)]
    engage.fault("answer", status=400, reason="Invalid number", match=SENDS | {"recipient": people[:12]})
    engage.fault("reset", accepted=True, match=SENDS | {"recipient": people[12:15]})
    engage.fault("reset", accepted=False, match=SENDS | {"recipient": people[15]})
    results = [bytes_until_the_end(engage, notification(key, person, "benvenuto"), seconds=5) for person in people[:16]]
    assert [result[9:12] for result in results] == [b"400"] * 12 + [b""] * 4
    statuses = {send(engage, notification(key, person, "benvenuto")).status for person in people[16:]}
    assert statuses == {200}
    summary = engage.summary()
    assert (summary["accepted"], summary["distinct_recipients"], summary["unanswered"]) == (37, 37, 3)
    assert [rule["hits"] for rule in engage.faults()] == [12, 3, 1]


def test_too_fast_comes_with_and_without_retry_after(engage: Engage, key: str) -> None:
    engage.fault("rate_limit", retry_after=3, match=SENDS, times=1)
    engage.fault("rate_limit", match=SENDS, times=1)
    first = send(engage, notification(key, ANNA, "benvenuto"))
    second = send(engage, notification(key, ANNA, "benvenuto"))
    assert (first.status, first.headers.get("retry-after")) == (429, "3")
    assert (second.status, second.headers.get("retry-after")) == (429, None)
    assert engage.ledger() == []


def test_the_provider_may_answer_html_or_garbage(engage: Engage, key: str) -> None:
    engage.fault("html", status=502, match={"path": "/channel"})
    engage.fault("garbage", accepted=True, match=SENDS)
    page = ask(engage, "GET", "/channel", apikey=key)
    assert (page.status, page.headers["content-type"]) == (502, "text/html; charset=utf-8")
    garbage = send(engage, notification(key, ANNA, "benvenuto"))
    assert garbage.status == 200
    with pytest.raises(ValueError, match=r"."):
        json.loads(garbage.body)
    assert engage.summary()["accepted"] == 1


def test_an_error_may_hide_in_a_200_and_a_failure_may_have_accepted(engage: Engage, key: str) -> None:
    engage.fault("answer", status=200, code=4711, reason="Daily limit", match=SENDS, times=1)
    engage.fault("answer", status=503, accepted=True, match=SENDS, times=1)
    engage.fault("answer", status=200, body={"user": []}, headers={"X-From": "edge"}, match={"path": "/user"})
    hidden = send(engage, notification(key, ANNA, "benvenuto"))
    assert (hidden.status, hidden.json) == (200, {"code": 4711, "reason": "Daily limit"})
    assert engage.ledger() == []
    assert send(engage, notification(key, ANNA, "benvenuto")).status == 503
    assert len(engage.ledger()) == 1
    given = ask(engage, "GET", "/user", apikey=key)
    assert (given.json, given.headers["x-from"]) == ({"user": []}, "edge")


def test_latency_delays_and_lets_other_faults_follow(engage: Engage, key: str) -> None:
    engage.fault("latency", ms=150)
    engage.fault("answer", status=500, match=SENDS, times=1)
    start = time.monotonic()
    assert send(engage, notification(key, ANNA, "benvenuto")).status == 500
    assert send(engage, notification(key, ANNA, "benvenuto")).status == 200
    assert time.monotonic() - start >= 0.3


def test_rules_choose_by_number_channel_and_template(engage: Engage, key: str) -> None:
    engage.fault("answer", status=500, match=SENDS | {"nth": [2, 3]})
    engage.fault("answer", status=501, match={"method": "POST", "every": 5})
    engage.fault("answer", status=502, match={"channel": "24002"})
    engage.fault("answer", status=503, match={"template": "promo_estate"})
    statuses = [send(engage, notification(key, ANNA, "benvenuto")).status for _ in range(7)]
    assert statuses == [200, 500, 500, 200, 200, 200, 501]
    assert ask(engage, "GET", "/user", apikey=engage.key("24002")).status == 502
    assert ask(engage, "GET", "/user", apikey=key).status == 200
    assert send(engage, notification(key, ANNA, "promo_estate", "Anna")).status == 503


def test_rules_are_listed_removed_one_by_one_and_all_at_once(engage: Engage, key: str) -> None:
    first = engage.fault("answer", status=500, match={"after": 1})
    second = engage.fault("answer", status=503)
    assert ask(engage, "GET", "/user", apikey=key).status == 503
    engage.control("DELETE", f"/faults/{second}")
    assert [rule["id"] for rule in engage.faults()] == [first]
    assert ask(engage, "GET", "/user", apikey=key).status == 500
    engage.clear_faults()
    assert ask(engage, "GET", "/user", apikey=key).status == 200


@pytest.mark.parametrize(
    "rule",
    [
        {"action": {"kind": "explode"}},
        {"action": {"kind": "reset", "status": 500}},
        {"match": {"colour": "red"}, "action": {"kind": "reset"}},
        {"match": {"operation": "send_pigeon"}, "action": {"kind": "reset"}},
        {"match": {"operation": "send_chat"}},
        {"action": "reset"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_and_none_of_its_list_is_kept(
    engage: Engage, rule: dict[str, object]
) -> None:
    with pytest.raises(ControlError, match="400"):
        engage.control("POST", "/faults", [{"action": {"kind": "reset"}}, rule])
    assert engage.faults() == []


def test_faults_may_come_with_the_seed(engage: Engage) -> None:
    world = engage.world(customers=True)
    engage.reset(world=world | {"faults": [{"match": {"path": "/agent"}, "action": {"kind": "html"}}]})
    assert ask(engage, "GET", "/agent", apikey=engage.key("24001")).headers["content-type"].startswith("text/html")
