"""Which channels a key sees, by whatever Engage answers."""

import pytest

from staffetta.connectors.contract import Connector
from staffetta.connectors.errors import KeyRefused, TimedOut, TooFast
from staffetta.connectors.messages import ChannelListing, ListedChannel, Platform
from tests.connectors.engage_wire import answering, ask, by_path, error_of, got
from tests.wire import Answer, Seen, Talk, serving, steps, wire

OWN = ListedChannel("24001", "Assistenza", Platform.WHATSAPP, "WB", "390200000001")
ROW = {"id": 24001, "name": "Assistenza", "messenger": "WB", "number": 390200000001, "active": "1"}
AGENTS = {"agents": {"7": {"id": "7", "channels": ["24001", 24003]}, "8": {"channels": ["24003", "24004"]}}}
WB_CUSTOMER = {"user": [{"id": "1", "messenger": "WB"}]}


async def listed(connector: Connector) -> ChannelListing:
    return await connector.list_channels()


@pytest.mark.parametrize(
    "answer",
    [
        {"channels": [ROW]},
        {"channel": {"24001": {name: value for name, value in ROW.items() if name != "id"}}},
        {"code": 200, "channels": ROW},
        [ROW],
        {"24001": ROW},
        {"code": "200", "channel_list": "ignored", "channels": [ROW, ROW]},
        {"channels": [{"channel_id": "24001", "caption": "Assistenza", "type": "whatsapp", "phone": "+390200000001"}]},
    ],
)
def test_the_list_is_read_in_every_form(answer: object) -> None:
    listing = got(answer, listed)
    assert listing.complete
    (channel,) = listing.channels
    assert (channel.id, channel.name, channel.platform, channel.number, channel.active) == (
        "24001", "Assistenza", Platform.WHATSAPP, "390200000001", True,
    )  # fmt: skip


def test_unknown_platforms_are_kept_as_they_are() -> None:
    listing = got([{**ROW, "messenger": "XX"}], listed)
    assert (listing.channels[0].platform, listing.channels[0].platform_raw) == (Platform.UNKNOWN, "XX")


def test_inactive_channels_are_told_as_such() -> None:
    rows = [{**ROW, "active": value} for value in (0, "0", False, "false")]
    assert not any(got([row], listed).channels[0].active for row in rows)


MISSING = [
    Answer({"code": 404, "reason": "unknown method"}, 404),
    Answer({"code": 400, "reason": "no"}),
    Answer("", 405),
    Answer("", 500),
    Answer("<html>login</html>"),
    Answer({}),
    Answer({"channels": []}),
    Answer({"channels": None}),
    Answer({"something": {"else": {"entirely": {}}}}),
    Answer({"data": [1, 2]}),
]


@pytest.mark.parametrize("missing", MISSING)
def test_without_a_list_the_agents_tell_the_channels(missing: Answer) -> None:
    with serving(by_path({"/channel": missing, "/agent": AGENTS, "/user": WB_CUSTOMER})) as server:
        listing = ask(server, listed)
    assert [channel.id for channel in listing.channels] == ["24001", "24003", "24004"]
    assert [channel.platform for channel in listing.channels] == ["whatsapp", "unknown", "unknown"]
    assert listing.complete


@pytest.mark.parametrize("agents", [{"agents": []}, {}, Answer("", 404), {"agents": {"1": {"channels": []}}}])
def test_without_any_list_the_keys_own_channel_stands_alone_and_the_listing_says_so(agents: object) -> None:
    with serving(by_path({"/agent": agents, "/user": {"user": [{"id": "1", "messenger": "TG"}]}})) as server:
        listing = ask(server, listed)
    assert listing == ChannelListing((ListedChannel("24001", platform=Platform.TELEGRAM, platform_raw="TG"),), False)


def test_a_list_without_the_keys_own_channel_gets_it() -> None:
    with serving(by_path({"/channel": [{"id": "1", "messenger": "TG"}], "/user": {}})) as server:
        assert [channel.id for channel in ask(server, listed).channels] == ["24001", "1"]


def test_a_key_that_does_not_name_its_channel_leaves_the_choice_to_the_list() -> None:
    with serving(answering([ROW, {"id": "24002"}])) as server:
        listing = ask(server, listed, key="a-key-of-quite-another-form")
    assert [channel.id for channel in listing.channels] == ["24001", "24002"]
    with serving(by_path({})) as server:
        assert ask(server, listed, key="a-key-of-quite-another-form") == ChannelListing((), complete=False)


def test_a_refused_key_and_a_failing_network_are_no_missing_list() -> None:
    for status, error in ((401, KeyRefused), (403, KeyRefused), (429, TooFast)):
        with serving(answering({"code": status}, status)) as server:
            assert type(error_of(server, listed)) is error
    with wire(steps(Talk.read, Talk.hold)) as server:
        assert type(error_of(server, listed, patience=0.3)) is TimedOut


def test_an_entry_of_the_profile_can_be_replaced() -> None:
    def reply(seen: Seen) -> Answer:
        assert seen.path == "/api/v16/my/channels"
        return Answer({"data": {"list": []}, "items": [{"uid": "24001", "label": "Mio"}]})

    profile: dict[str, object] = {
        "channels": {"path": "my/channels", "rows": ["items"], "id": ["uid"], "name": ["label"]},
        "customers": {"path": ""},
    }
    with serving(reply) as server:
        assert ask(server, listed, profile=profile).channels[0].name == "Mio"
