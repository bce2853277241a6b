"""Templates, fields, customers and conversations, to their last row and in every form."""

import pytest

from staffetta.connectors.contract import Connector
from staffetta.connectors.errors import BadAnswer, NotSupported, Refused, ServerFault
from staffetta.connectors.messages import Customer, HistoryEntry, ListedField, ListedTemplate, Platform, Reply
from tests.connectors.engage_wire import answering, ask, by_path, collected, error_of, got, no_progress
from tests.wire import Answer, Seen, serving


async def templates(connector: Connector) -> list[ListedTemplate]:
    return list(await connector.list_templates(no_progress))


async def fields(connector: Connector) -> list[ListedField]:
    return list(await connector.list_fields())


async def customers(connector: Connector) -> list[Customer]:
    return await collected(connector.customers(page_size=3))


async def replies(connector: Connector) -> list[Reply]:
    return await collected(connector.replies())


class TestPaging:
    @staticmethod
    def pages(total: int, most: int, *, ignores_offset: bool = False, shift: int = 0) -> tuple[list[str], int]:
        """Read a list of `total` customers from a server that gives at most `most` rows; return ids and requests."""
        rows = [{"id": str(number)} for number in range(1, total + 1)]

        def reply(seen: Seen) -> Answer:
            offset = 0 if ignores_offset else max(0, int(seen.query["offset"]) - shift)
            return Answer({"user": rows[offset : offset + min(most, int(seen.query["limit"]))]})

        with serving(reply) as server:
            found = [customer.id for customer in ask(server, customers)]
            return found, len(server.seen)

    def test_a_list_is_read_to_its_empty_page(self) -> None:
        assert self.pages(7, 3) == ([str(number) for number in range(1, 8)], 4)

    def test_pages_shorter_than_asked_are_no_end(self) -> None:
        assert self.pages(5, 1) == ([str(number) for number in range(1, 6)], 6)

    def test_a_server_that_ignores_the_offset_ends(self) -> None:
        assert self.pages(9, 9, ignores_offset=True) == (["1", "2", "3"], 2)

    def test_rows_that_slid_into_the_next_page_come_once(self) -> None:
        assert self.pages(7, 3, shift=1)[0] == [str(number) for number in range(1, 8)]

    def test_an_empty_list_is_empty(self) -> None:
        assert self.pages(0, 3) == ([], 1)

    def test_a_page_that_breaks_is_told_and_not_taken_for_the_end(self) -> None:
        def reply(seen: Seen) -> Answer:
            return Answer({"user": [{"id": "1"}]}) if seen.query["offset"] == "0" else Answer("", 500)

        with serving(reply) as server:
            assert type(error_of(server, customers)) is ServerFault

    @pytest.mark.parametrize("body", [{"user": [{"name": "Anna"}]}, {"people": [{"id": "1"}]}, {"user2": {"1": {}}}])
    def test_rows_that_cannot_be_told_apart_or_found_are_told(self, body: object) -> None:
        with serving(answering(body)) as server:
            assert type(error_of(server, customers)) is BadAnswer


class TestCustomers:
    def test_every_member_is_read(self) -> None:
        row = {
            "id": 393330000001, "name": " Anna ", "messenger": "wb", "created": "1700000000", "stopped": "1",
            "blocked": 0, "customfields": {"citta": "Torino", "eta": 41, "voti": ["a", "b"], "vuoto": None},
        }  # fmt: skip
        fields = {"citta": "Torino", "eta": "41", "voti": "a, b", "vuoto": ""}
        assert got({"user": [row]}, customers) == [
            Customer("393330000001", "Anna", Platform.WHATSAPP, True, False, 1_700_000_000, fields)
        ]

    @pytest.mark.parametrize("empty", [[], {}, None, "", "[]"])
    def test_an_empty_object_comes_in_many_forms(self, empty: object) -> None:
        assert got([{"id": "1", "customfields": empty}], customers) == [Customer("1")]

    def test_own_values_as_pairs(self) -> None:
        row = {"id": "1", "customfields": [{"name": "citta", "value": "Roma"}, {"key": "x", "value": 1}, "odd"]}
        assert got([row], customers)[0].fields == {"citta": "Roma", "x": "1"}

    @pytest.mark.parametrize("created", ["", "never", 0, -5, "1e400", [], 1_700_000_000_000])
    def test_strange_times_do_not_stop_the_list(self, created: object) -> None:
        assert got([{"id": "1", "created": created}], customers)[0].created in (None, 1_700_000_000)


class TestFields:
    def test_number_and_name_are_always_there(self) -> None:
        fixed = [ListedField("number", "number", "word"), ListedField("name", "name", "text")]
        assert got({}, fields) == fixed
        assert got({"properties": [{"name": "name", "title": "Nome", "type": "text"}]}, fields) == [
            fixed[0], ListedField("name", "Nome", "text", "text"),
        ]  # fmt: skip

    def test_a_missing_list_leaves_the_two_fixed_ones(self) -> None:
        with serving(by_path({})) as server:
            assert [field.name for field in ask(server, fields)] == ["number", "name"]

    def test_a_failing_list_is_told(self) -> None:
        with serving(answering("", 500)) as server:
            assert type(error_of(server, fields)) is ServerFault

    @pytest.mark.parametrize(
        ("raw", "known"),
        [("Number", "number"), ("Word", "word"), ("TEXT", "text"), ("Single choice", "single_choice"),
         ("multiple_choice", "multiple_choice"), ("Location", "location"), ("date", "date"), ("Time", "time"),
         ("hologram", "unknown"), ("", "unknown"), (7, "unknown")],
    )  # fmt: skip
    def test_types_are_named_and_unknown_ones_kept(self, raw: object, known: str) -> None:
        field = got({"fields": [{"key": "x", "type": raw}]}, fields)[-1]
        assert (field.type, field.type_raw) == (known, str(raw))

    @pytest.mark.parametrize(
        ("choices", "read"),
        [(["S", "M", "S"], ("S", "M")), ({"1": "S", "2": "M"}, ("S", "M")), ("S, M,,", ("S", "M")),
         ('["S", "M"]', ("S", "M")), ([{"value": "S"}, {"name": "M"}], ("S", "M")), ([1, 2.5], ("1", "2.5")),
         ([], ()), (None, ()), ({"S": None, "M": ""}, ("S", "M")), (7, ())],
    )  # fmt: skip
    def test_choices_come_in_every_form(self, choices: object, read: tuple[str, ...]) -> None:
        assert got([{"name": "taglia", "options": choices}], fields)[-1].choices == read

    def test_an_object_keyed_by_name(self) -> None:
        found = got({"property": {"citta": {"label": "Città", "type": "text"}, "eta": "Età"}}, fields)
        assert found[2:] == [ListedField("citta", "Città", "text", "text"), ListedField("eta", "Età", "unknown")]


class TestTemplateList:
    def test_it_reports_progress_by_rows(self) -> None:
        told: list[int] = []
        rows = [{"name": f"t{number}", "language": "it"} for number in range(1_100)]

        def reply(seen: Seen) -> Answer:
            offset = int(seen.query["offset"])
            return Answer({"templates": rows[offset : offset + int(seen.query["limit"])]})

        with serving(reply) as server:
            assert len(ask(server, lambda connector: connector.list_templates(told.append))) == 1_100
        assert told == [500, 1_000, 1_100]

    def test_languages_of_one_name_are_all_kept(self) -> None:
        rows = [{"id": 5, "name": "a", "language": "it"}, {"id": 5, "name": "a", "lang": "en-US"}]
        assert [found.language for found in got({"templates": rows}, templates)] == ["it", "en_US"]

    def test_of_doubles_the_approved_one_stands(self) -> None:
        row = {"name": "a", "language": "it"}
        states = ["pending", "APPROVED", "rejected"]
        rows = [{**row, "id": number, "status": state} for number, state in enumerate(states)]
        assert [found.status for found in got({"notifications": rows}, templates)] == ["approved"]

    @pytest.mark.parametrize("status", [404, 405, 501])
    def test_a_list_that_does_not_exist_is_not_supported(self, status: int) -> None:
        with serving(answering({"code": status, "reason": "x"}, status)) as server:
            assert type(error_of(server, templates)) is NotSupported

    def test_an_empty_path_is_not_supported(self) -> None:
        with pytest.raises(NotSupported):
            got({}, templates, {"templates": {"path": ""}})

    def test_a_list_under_an_unknown_member_is_told_instead_of_read_as_empty(self) -> None:
        with serving(answering({"code": 200, "items": [{"name": "a"}]})) as server:
            told = error_of(server, templates)
            assert type(told) is BadAnswer
            assert "items" in told.provider_reason

    def test_an_object_of_languages_by_name(self) -> None:
        answer = {"benvenuto": [{"language": "it", "body": "Ciao"}, {"language": "en", "body": "Hi"}]}
        found = got({"templates": answer}, templates)
        assert [(one.name, one.language) for one in found] == [("benvenuto", "it"), ("benvenuto", "en")]


class TestHistory:
    @pytest.mark.parametrize(
        "body",
        [
            {"chats": [{"id": 9, "chat": "Ciao", "outgoing": "1", "time": "1700000000"}]},
            [{"id": "9", "text": "Ciao", "outgoing": True, "created": 1_700_000_000}],
            {"9": {"chat": "Ciao", "outgoing": "true", "timestamp": 1_700_000_000_000, "id": 9}},
        ],
    )
    def test_it_is_read_in_every_form(self, body: object) -> None:
        found = got(body, lambda connector: connector.history("393330000001"))
        assert found == [HistoryEntry("Ciao", True, 1_700_000_000, "9")]

    def test_a_line_that_does_not_say_who_wrote_it_proves_no_send(self) -> None:
        assert not got([{"chat": "x"}], lambda connector: connector.history("1"))[0].outgoing

    def test_nothing_is_an_empty_history(self) -> None:
        assert got({"code": 200, "chat": []}, lambda connector: connector.history("1")) == []

    def test_rows_somewhere_else_are_told(self) -> None:
        with serving(answering({"deep": {"er": {"still": [1]}}})) as server:
            assert type(error_of(server, lambda connector: connector.history("1"))) is BadAnswer


class TestReplies:
    TICKETS = {
        "tickets": [
            {"id": "1", "user_id": 393330000001, "chats": [
                {"chat": "STOP", "outgoing": False, "time": 5}, {"chat": "Ciao", "outgoing": True}]},
            {"id": "2", "user_id": "393330000002", "chats": {"0": {"chat": "Sì", "outgoing": "0"},
                                                             "1": {"chat": "Sì", "outgoing": "0"}}},
            {"id": "3", "user_id": "393330000003", "chats": []},
            {"id": "4", "chats": [{"chat": "whose?"}]},
        ]
    }  # fmt: skip

    def test_what_people_wrote_comes_with_keys_that_stay(self) -> None:
        first, again = got(self.TICKETS, replies), got(self.TICKETS, replies)
        assert [(reply.recipient, reply.text, reply.at) for reply in first] == [
            ("393330000001", "STOP", 5), ("393330000002", "Sì", None), ("393330000002", "Sì", None),
        ]  # fmt: skip
        assert len({reply.key for reply in first}) == 3
        assert [reply.key for reply in first] == [reply.key for reply in again]

    def test_no_tickets_no_replies(self) -> None:
        assert got({"tickets": []}, replies) == []


class TestWriting:
    def test_only_what_changes_is_written_and_nothing_asks_nothing(self) -> None:
        with serving(answering({"code": 200})) as server:
            ask(server, lambda connector: connector.write_customer("1", None, {"citta": "Roma"}))
            ask(server, lambda connector: connector.write_customer("1", "", {}))
            ask(server, lambda connector: connector.write_customer("1", None, {}))
            assert [seen.query["fields"] for seen in server.seen] == [
                '{"customfields": {"citta": "Roma"}}',
                '{"name": ""}',
            ]

    @pytest.mark.parametrize("recipient", ["", "..", "../../v1/user", "1/stop", "1?x", "a b", "1%2f", "1\n"])
    def test_an_address_that_would_lead_elsewhere_is_refused_here(self, recipient: str) -> None:
        with serving(answering({"code": 200})) as server:
            told = error_of(server, lambda connector: connector.set_customer_state(recipient, "stop"))
            assert type(told) is Refused
            assert server.seen == []

    def test_a_state_that_does_not_exist_is_not_supported(self) -> None:
        with serving(answering({"code": 200})) as server:
            told = error_of(server, lambda connector: connector.set_customer_state("1", "delete"))
            assert type(told) is NotSupported
