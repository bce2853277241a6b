"""The profile and its replacements, the key's shape, and the probe of a real account."""

import asyncio
import tomllib

import pytest

from staffetta.connectors.engage.connector import EngageConnector
from staffetta.connectors.engage.probe import Findings, probe
from staffetta.connectors.engage.profile import ProfileError, load_profile
from staffetta.connectors.errors import KeyRefused, Unreachable
from tests.connectors.engage_wire import KEY, OTHER_KEY, Kept, ask, by_path, collected, settings
from tests.wire import Answer, Seen, refused_port, serving


class TestProfile:
    def test_the_default_is_complete(self) -> None:
        profile = load_profile()
        assert {name: section.path for name, section in profile.items()} == {
            "channels": "/channel", "agents": "/agent", "templates": "/chat/notification", "fields": "/user/property",
            "customers": "/user", "history": "/chat", "tickets": "/ticket", "example_reply": "", "sends": "",
        }  # fmt: skip
        assert profile["templates"]["name"] == ("name",)

    def test_single_entries_are_replaced_and_the_rest_stays(self) -> None:
        profile = load_profile({"templates": {"path": "x/y/", "page_size": 50, "query": {"all": "1"}}})
        section = profile["templates"]
        assert (section.path, section.page_size, section.query["all"]) == ("/x/y", 50, "1")
        assert section["status"] == ("status", "state")

    @pytest.mark.parametrize(
        ("override", "entry"),
        [
            ({"tempates": {}}, "tempates"),
            ({"templates": "x"}, "templates"),
            ({"templates": {"pth": "x"}}, "templates.pth"),
            ({"templates": {"path": 7}}, "templates.path"),
            ({"templates": {"name": "x"}}, "templates.name"),
            ({"templates": {"name": [1]}}, "templates.name"),
            ({"templates": {"paged": "yes"}}, "templates.paged"),
            ({"templates": {"query": {"a": 1}}}, "templates.query"),
            ({"templates": {"query": 1}}, "templates.query"),
        ],
    )
    def test_a_wrong_entry_is_named(self, override: dict[str, object], entry: str) -> None:
        with pytest.raises(ProfileError) as told:
            load_profile(override)
        assert told.value.entry == entry

    def test_an_unpaged_list_is_asked_once(self) -> None:
        with serving(lambda _: Answer({"user": [{"id": "1"}]})) as server:
            profile: dict[str, object] = {"customers": {"paged": False}}
            found = ask(server, lambda connector: collected(connector.customers()), profile=profile)
            assert len(found) == 1
            assert [seen.query for seen in server.seen] == [{"apikey": KEY}]


class TestKeys:
    def test_the_usual_form_names_its_channel(self) -> None:
        assert EngageConnector.shape(KEY).channel_id == "24001"
        assert EngageConnector.shape(KEY[:-5]).channel_id == "24001"

    @pytest.mark.parametrize(
        "key", [KEY.upper(), KEY[1:], "6f1c8a52-7e0b-4c0e-9d55-0a1b2c3d4e5f", "x" * 16, "a+b/c=" * 8]
    )
    def test_another_form_is_no_reason_to_refuse(self, key: str) -> None:
        shape = EngageConnector.shape(key)
        assert (shape.channel_id, shape.absurd) == ("", False)

    @pytest.mark.parametrize(
        "typed",
        ["", "x" * 15, "x" * 513, "una parola sola no", "anna.bianchi@example.com", f"https://x/?apikey={KEY}",
         f"{KEY}\n{KEY}", "è" * 20],
    )  # fmt: skip
    def test_only_the_absurd_is_refused(self, typed: str) -> None:
        assert EngageConnector.shape(typed).absurd

    def test_keys_of_other_channels_in_an_answer_are_taken_out_of_the_exchange(self) -> None:
        kept = Kept()
        with serving(lambda _: Answer({"user": [{"id": "1", "apikey": OTHER_KEY}]})) as server:
            ask(server, lambda connector: connector.check_key(), kept=kept)
        assert OTHER_KEY not in repr(kept.exchanges)
        assert "***" in kept.exchanges[0].response_body


def probed(server_url: str) -> Findings:
    return asyncio.run(probe(KEY, settings(server_url), pause=0))


class TestProbe:
    def test_it_only_reads_and_proposes_what_answers(self) -> None:
        answers = {
            "/user": {"user": [{"id": "393330000001", "name": "Anna"}]},
            "/channels": {"items": {"24001": {"title": "Mio", "kind": "WB"}}},
            "/chat/notification": Answer({"code": 404, "reason": f"no {KEY}"}, 404),
            "/templates": {"data": [{"name": "benvenuto", "language": "it", "secret": KEY}]},
            "/user/property": {"properties": [{"name": "citta"}]},
            "/agent": {"agents": {"7": {"id": "7", "channels": ["24001"]}}},
        }

        def reply(seen: Seen) -> Answer:
            assert seen.method == "GET"
            return by_path(answers)(seen)

        with serving(reply) as server:
            findings = probed(server.url(""))
        proposal = tomllib.loads(findings.profile)
        assert proposal == {
            "channels": {"path": "/channels", "rows": ["items"]}, "templates": {"path": "/templates", "rows": ["data"]},
        }  # fmt: skip
        load_profile(proposal)
        shown = repr(findings)
        for value in (KEY, KEY[:32], KEY[-20:], "Anna", "393330000001", "benvenuto"):
            assert value not in shown
        fitting = {(found.operation, found.path) for found in findings.probed if found.fits}
        assert ("fields", "/user/property") in fitting
        assert ("customers", "/user") in fitting
        assert "# fields: the profile in use fits." in findings.profile

    def test_what_does_not_answer_is_a_comment(self) -> None:
        with serving(by_path({"/user": {"user": []}})) as server:
            findings = probed(server.url(""))
        assert tomllib.loads(findings.profile) == {}
        assert "# templates: no path answered with rows." in findings.profile

    def test_rows_without_the_needed_member_ask_which_it_is(self) -> None:
        with serving(by_path({"/user": {}, "/channel": {"channels": [{"uid": "24001"}]}})) as server:
            findings = probed(server.url(""))
        assert tomllib.loads(findings.profile) == {"channels": {"path": "/channel", "rows": ["channels"], "id": []}}

    def test_a_refused_key_or_a_dead_host_ends_it(self) -> None:
        with serving(lambda _: Answer({"code": 401}, 401)) as server:
            with pytest.raises(KeyRefused):
                probed(server.url(""))
            assert len(server.seen) == 1
        with pytest.raises(Unreachable):
            probed(f"http://127.0.0.1:{refused_port()}")
