"""Keys, lists, customers, conversations: what is read from the simulated provider, and its quirks."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from engage_simulator.testing import Engage
from tests.engage_simulator.wire import ask, notification, send

ANNA, MARCO = "393470000001", "393470000002"


def test_a_wrong_or_missing_key_is_refused_everywhere(engage: Engage, key: str) -> None:
    for path in ("/user", "/user/property", "/chat/notification", "/chat", "/ticket", "/agent", "/channel"):
        for answer in (ask(engage, "GET", path), ask(engage, "GET", path, apikey=key[:-1])):
            assert (answer.status, answer.json["code"]) == (401, 401)
            assert answer.json["reason"]


def test_a_key_belongs_to_one_channel(engage: Engage, key: str) -> None:
    other = engage.key("24002")
    assert send(engage, notification(other, ANNA, "conferma_ordine", "Anna", "42")).status == 404
    assert len(ask(engage, "GET", "/user", apikey=key).json["user"]) == 12
    assert len(ask(engage, "GET", "/user", apikey=other).json["user"]) == 4


def test_a_key_that_was_regenerated_is_refused_and_the_new_one_works(engage: Engage, key: str) -> None:
    new = engage.regenerate_key("24001")
    assert new != key
    assert len(new) == 64
    assert new.split("_")[1] == "24001"
    assert ask(engage, "GET", "/user", apikey=key).status == 401
    assert ask(engage, "GET", "/user", apikey=new).status == 200
    engage.revoke_key("24001")
    assert ask(engage, "GET", "/user", apikey=new).status == 401


@pytest.mark.parametrize("version", [10, 11, 12, 14, 15, 16])
def test_every_version_in_use_answers(engage: Engage, key: str, version: int) -> None:
    assert ask(engage, "GET", "/channel", version=version, apikey=key).status == 200


def test_what_does_not_exist_is_told_as_an_error_of_the_provider(engage: Engage, key: str) -> None:
    for method, path, version in (
        ("GET", "/nothing", 16),
        ("POST", "/user", 16),
        ("GET", "/user", 13),
        ("PUT", "/user/1/dance", 16),
        ("GET", "", 16),
    ):
        answer = ask(engage, method, path, version=version, apikey=key)
        assert answer.status == 404
        assert {"code", "reason"} == answer.json.keys()


def test_the_account_of_the_stories_has_its_numbers(engage: Engage, key: str) -> None:
    channels = ask(engage, "GET", "/channel", apikey=key).json["channels"]
    assert [(row["name"], row["messenger"]) for row in channels] == [
        ("Assistenza clienti", "WB"),
        ("Novità e offerte", "WB"),
        ("Bot eventi", "TG"),
        ("Vetrina social", "IG"),
    ]
    states: dict[str, str] = {}
    for row in ask(engage, "GET", "/chat/notification", apikey=key, limit=500).json["notification_templates"]:
        states.setdefault(row["name"], row["status"])
    assert Counter(states.values()) == {"approved": 6, "pending": 2, "rejected": 1}
    assert {"promo_estate", "conferma_ordine", "benvenuto", "novita_foto"} <= states.keys()
    assert len(ask(engage, "GET", "/user/property", apikey=key).json["properties"]) == 5
    others = ask(engage, "GET", "/chat/notification", apikey=engage.key("24002")).json["notification_templates"]
    assert [row["status"] for row in others] == ["approved"] * 3
    bot = ask(engage, "GET", "/chat/notification", apikey=engage.key("24003"))
    assert bot.json["notification_templates"] == []


def test_no_answer_holds_a_key(engage: Engage, key: str) -> None:
    for path in ("/channel", "/agent", "/user", "/chat/notification"):
        assert key.encode() not in ask(engage, "GET", path, apikey=key).body


def test_the_demo_has_2000_customers_and_templates_of_every_kind(engage: Engage) -> None:
    engage.reset(seed="demo")
    world = engage.world()
    assert sum(world["customer_counts"].values()) == 2000
    rows = [row for templates in world["templates"].values() for row in templates]
    assert {row["language"] for row in rows} == {"it", "en", "de"}
    parts = [part for row in rows for part in row["components"]]
    assert {"TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION"} == {part.get("format") for part in parts} - {None}
    assert {"HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL"} == {part["type"] for part in parts}
    kinds = {button["type"] for part in parts for button in part.get("buttons", [])}
    assert {"QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE", "OTP"} == kinds
    types = {row["type"] for row in world["fields"]["24001"]}
    assert types == {"number", "word", "text", "single_choice", "multiple_choice", "location", "date", "time"}


def test_pages_follow_each_other_and_end_empty(engage: Engage, key: str) -> None:
    ids: list[str] = []
    for offset in (0, 5, 10, 15):
        page = ask(engage, "GET", "/user", apikey=key, limit=5, offset=offset).json["user"]
        ids += [row["id"] for row in page]
    assert len(ids) == len(set(ids)) == 12
    names = [
        ask(engage, "GET", "/chat/notification", apikey=key, limit=1, offset=n).json["notification_templates"][0]
        for n in (0, 1)
    ]
    assert names[0] != names[1]


def test_several_customers_are_read_stopped_and_deleted_at_once(engage: Engage, key: str) -> None:
    both = f"{ANNA},{MARCO}"
    assert len(ask(engage, "GET", f"/user/{both}", apikey=key).json["user"]) == 2
    for deed, member, value in (("stop", "stopped", "1"), ("start", "stopped", "0"), ("block", "blocked", "1")):
        assert ask(engage, "PUT", f"/user/{both}/{deed}", apikey=key).json["code"] == 200
        assert {row[member] for row in ask(engage, "GET", f"/user/{both}", apikey=key).json["user"]} == {value}
    assert ask(engage, "DELETE", f"/user/{both}", apikey=key).status == 200
    assert ask(engage, "GET", f"/user/{both}", apikey=key).status == 404
    assert ask(engage, "DELETE", f"/user/{both}", apikey=key).status == 404


def test_writing_a_customer_changes_what_is_named_and_nothing_else(engage: Engage, key: str) -> None:
    engage.put_customer("24001", id=ANNA, name="Anna Bianchi", customfields={"citta": "Torino", "taglia": "M"})
    fields = json.dumps({"name": "Anna B.", "customfields": {"citta": "Asti"}})
    assert ask(engage, "PUT", f"/user/{ANNA}", apikey=key, fields=fields).status == 200
    row = ask(engage, "GET", f"/user/{ANNA}", apikey=key).json["user"][0]
    assert (row["name"], row["customfields"]) == ("Anna B.", {"citta": "Asti", "taglia": "M"})


@pytest.mark.parametrize("fields", ["", "{", "[]", '{"customfields": {"altezza": "180"}}', '{"customfields": "x"}'])
def test_writing_nonsense_to_a_customer_is_refused(engage: Engage, key: str, fields: str) -> None:
    assert ask(engage, "PUT", f"/user/{ANNA}", apikey=key, fields=fields).status == 400


def test_the_history_of_a_person_shows_what_was_accepted_and_what_was_written(engage: Engage, key: str) -> None:
    send(engage, notification(key, ANNA, "conferma_ordine", "Anna", "42"))
    send(engage, notification(key, MARCO, "benvenuto"))
    engage.write("24001", ANNA, "STOP")
    answer = ask(engage, "GET", "/chat", apikey=key, id=ANNA, limit=3, showstartstop=0)
    written, sent = answer.json["chats"]
    assert (written["chat"], written["outgoing"]) == ("STOP", False)
    assert (sent["chat"], sent["outgoing"]) == ("Ciao Anna, il tuo ordine *42* è confermato. Grazie!", True)
    assert written["created"].isdigit()
    assert written["id"] != sent["id"]
    assert len(ask(engage, "GET", "/chat", apikey=key, id=ANNA, limit=1).json["chats"]) == 1


def test_what_a_person_writes_opens_a_ticket(engage: Engage, key: str) -> None:
    engage.write("24001", ANNA, "Buongiorno", created=1_763_800_000)
    engage.write("24001", ANNA, "STOP", created=1_763_800_100)
    engage.write("24001", MARCO, "Ci siete?", created=1_763_800_050)
    tickets = ask(engage, "GET", "/ticket", apikey=key, num_chats=1, customfields=1, asc=1, offset=0, limit=150)
    rows = tickets.json["tickets"]
    assert [(row["user_id"], row["chats"][0]["chat"]) for row in rows] == [(MARCO, "Ci siete?"), (ANNA, "STOP")]
    assert [row["waiting_since"] for row in rows] == ["1763800050", "1763800100"]
    newest = ask(engage, "GET", "/ticket", apikey=key, num_chats=2, asc=0, limit=1).json["tickets"]
    assert [chat["chat"] for chat in newest[0]["chats"]] == ["STOP", "Buongiorno"]
    engage.control("DELETE", f"/channels/24001/tickets/{ANNA}")
    assert len(ask(engage, "GET", "/ticket", apikey=key).json["tickets"]) == 1


def test_the_provider_may_stop_who_writes_stop(engage: Engage, key: str) -> None:
    engage.write("24001", ANNA, "STOP", stop=True)
    assert ask(engage, "GET", f"/user/{ANNA}", apikey=key).json["user"][0]["stopped"] == "1"


def test_agents_are_keyed_by_id_and_none_is_an_empty_list(engage: Engage, key: str) -> None:
    agents = ask(engage, "GET", "/agent", apikey=key, open_tickets=1).json["agents"]
    assert agents["501"]["channels"] == ["24001", "24002", "24003", "24004"]
    engage.control("PUT", "/agents", [])
    assert ask(engage, "GET", "/agent", apikey=key).json["agents"] == []


def test_shapes_change_how_lists_look_but_not_what_is_in_them(engage: Engage, key: str) -> None:
    usual = ask(engage, "GET", "/user", apikey=key, limit=5).json["user"]
    engage.shapes(lists="object", numbers="number", page=3, omit=["image", "customfields"])
    rows = ask(engage, "GET", "/user", apikey=key, limit=5).json["user"]
    assert list(rows) == [row["id"] for row in usual][:3]
    assert rows[ANNA]["id"] == int(ANNA)
    assert rows[ANNA]["stopped"] == int(usual[0]["stopped"])
    assert not {"image", "customfields"} & rows[ANNA].keys()
    assert ask(engage, "GET", "/user", apikey=key, offset=100).json["user"] == []
    engage.shapes(container="bare")
    assert isinstance(ask(engage, "GET", "/channel", apikey=key).json, list)
    engage.shapes(container="other", templates="flat")
    flat = ask(engage, "GET", "/chat/notification", apikey=key).json["templates"]
    order = next(row for row in flat if row["name"] == "conferma_ordine")
    assert (order["header"], order["header_type"]) == ("Ordine ricevuto", "TEXT")
    assert order["body"].startswith("Ciao {{1}}")
    engage.shapes()
    assert ask(engage, "GET", "/user", apikey=key, limit=5).json["user"] == usual
