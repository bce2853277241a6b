"""Answers in every shape Engage is known or feared to use: never a crash, never a lost row."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from staffetta.connectors.contract import Connector
from staffetta.connectors.engage.connector import EngageConnector
from staffetta.connectors.engage.payloads import parse_json
from staffetta.connectors.errors import FAMILY, ConnectorError
from staffetta.connectors.messages import Customer, ListedChannel, ListedField, ListedTemplate, Platform
from tests.connectors.engage_wire import KEY, Kept, collected, no_progress
from tests.connectors.engage_wire import settings as to
from tests.wire import Answer, Seen, Wire, serving

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Pages:
    """What the server answers: pages in turn, then empty ones. `offset` drives it, so a page repeats if asked again."""

    def __init__(self) -> None:
        self.pages: list[object] = []
        self.sizes: list[int] = []

    def __call__(self, seen: Seen) -> Answer:
        offset, place = int(seen.query.get("offset", "0")), 0
        for page, size in zip(self.pages, self.sizes, strict=True):
            if offset == place:
                return Answer(page)
            place += size
        return Answer(self.last)

    @property
    def last(self) -> object:
        return {"code": 200, "user": []}


@pytest.fixture(scope="module")
def pages() -> Pages:
    return Pages()


@pytest.fixture(scope="module")
def server(pages: Pages) -> Iterator[Wire]:
    with serving(pages) as served:
        yield served


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as loop:
        yield loop


@pytest.fixture(scope="module")
def connector(server: Wire, runner: asyncio.Runner) -> Iterator[Connector]:
    found = EngageConnector(KEY, to(server), Kept())
    yield found
    runner.run(found.__aexit__())


def spelled(number: int) -> st.SearchStrategy[object]:
    return st.sampled_from([number, str(number), float(number)])


def container(rows: list[dict[str, object]], ids: list[str], member: str) -> st.SearchStrategy[object]:
    """Rows as an array, as an object keyed by id (with or without the id inside), bare or under their member."""
    bare = [{name: value for name, value in row.items() if name not in ("id", "name")} for row in rows]
    keyed = [dict(zip(ids, rows, strict=True)), *([dict(zip(ids, bare, strict=True))] if all(bare) else [])]
    forms: list[object] = [rows, *keyed, json.dumps(rows)]
    empty: list[object] = [[], {}, None]
    named = st.sampled_from(forms if rows else empty).map(lambda form: {member: form})
    around: list[dict[str, object]] = [
        {}, {"code": 200}, {"code": "200", "reason": ""}, {"code": 200, "meta": {"x": [1]}},
    ]  # fmt: skip
    extras = st.sampled_from(around)
    wrapped = st.tuples(named, extras).map(lambda both: {**both[1], **both[0]})
    return wrapped | (st.just(rows) if rows else st.sampled_from([[], {}, {"code": 200}]))


def lists(member: str, rows: st.SearchStrategy[Mapping[str, object]], identity: str) -> st.SearchStrategy[object]:
    """Pages of rows with distinct identities, and the identities in order."""

    @st.composite
    def build(draw: st.DrawFn) -> tuple[list[object], list[int], list[str]]:
        numbers = draw(st.lists(st.integers(1, 10**13), unique=True, max_size=7))
        built, ids = [], []
        for number in numbers:
            name = str(number) if identity == "id" else f"n{number}"
            ids.append(name)
            told = draw(spelled(number)) if identity == "id" else name
            built.append({**draw(rows), identity: told})
        sizes, place, answers = [], 0, []
        while place < len(built):
            size = draw(st.integers(1, 3))
            answers.append(draw(container(built[place : place + size], ids[place : place + size], member)))
            sizes.append(len(built[place : place + size]))
            place += size
        return answers, sizes, ids

    return build()


FLAG = st.sampled_from([0, 1, "0", "1", True, False, None, ""])
CUSTOMER = st.fixed_dictionaries(
    {"status": st.sampled_from([1, "1"])},
    optional={
        "name": st.text(max_size=10) | st.none() | st.integers(),
        "messenger": st.sampled_from(["WB", "TG", "zz", None, 7]),
        "stopped": FLAG,
        "blocked": FLAG,
        "created": st.sampled_from([1700000000, "1700000000", "", None, "x"]),
        "customfields": st.sampled_from(
            [[], {}, None, {"a": 1, "b": [1, "2"], "c": None}, [{"name": "a", "value": 1}]]
        ),
    },
)
TEMPLATE = st.fixed_dictionaries(
    {"language": st.sampled_from(["it", "en-US", "", None])},
    optional={
        "status": st.sampled_from(["approved", "APPROVED", "odd", None, 3]),
        "components": st.sampled_from([[], {}, None, "[]", [{"type": "BODY", "text": "{{1}}"}], {"body": "x"}, [None]]),
        "body": st.text(max_size=10) | st.none(),
        "buttons": st.sampled_from([[], {}, None, "", [{"type": "URL", "url": "x"}], [1, None]]),
        "quality": st.sampled_from([None, "GREEN", {"score": "RED"}, []]),
    },
)
FIELD = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "Date", "odd", 4])},
    optional={"title": st.text(max_size=8) | st.none(), "values": st.sampled_from([[], {}, None, "a,b", [1, "b"]])},
)
CHANNEL = st.fixed_dictionaries(
    {"active": FLAG}, optional={"name": st.text(max_size=8), "messenger": st.sampled_from(["WB", "XX", None, 4])}
)


def told(pages: Pages, drawn: object) -> list[str]:
    """Let the server answer with what was drawn; return the identities that must come out."""
    assert isinstance(drawn, tuple)
    pages.pages, pages.sizes, ids = drawn
    return list(ids)


@QUICK
@given(drawn=lists("user", CUSTOMER, "id"))
def test_no_customer_is_lost(connector: Connector, runner: asyncio.Runner, pages: Pages, drawn: object) -> None:
    ids = told(pages, drawn)
    found: list[Customer] = runner.run(collected(connector.customers(page_size=3)))
    assert [customer.id for customer in found] == ids


@QUICK
@given(drawn=lists("notification_templates", TEMPLATE, "name"))
def test_no_template_is_lost(connector: Connector, runner: asyncio.Runner, pages: Pages, drawn: object) -> None:
    ids = told(pages, drawn)

    async def listed() -> list[ListedTemplate]:
        return list(await connector.list_templates(no_progress))

    assert [template.name for template in runner.run(listed())] == ids


@QUICK
@given(drawn=lists("properties", FIELD, "name"))
def test_no_field_is_lost(connector: Connector, runner: asyncio.Runner, pages: Pages, drawn: object) -> None:
    ids = told(pages, drawn)

    async def listed() -> list[ListedField]:
        return list(await connector.list_fields())

    first_page = ids[: pages.sizes[0]] if pages.sizes else []  # this list has no pages
    assert [field.name for field in runner.run(listed())] == ["number", "name", *first_page]


@QUICK
@given(drawn=lists("channels", CHANNEL, "id"))
def test_no_channel_is_lost(connector: Connector, runner: asyncio.Runner, pages: Pages, drawn: object) -> None:
    ids = told(pages, drawn)

    async def listed() -> list[ListedChannel]:
        return list((await connector.list_channels()).channels)

    found = runner.run(listed())
    assert set(ids[: pages.sizes[0]] if pages.sizes else []) <= {channel.id for channel in found}
    assert all(channel.platform in Platform for channel in found)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["user", "id", "name", "code", "tickets", "chats", "chat", "agents", "channels", "reason",
                         "customfields", "values", "components", "type", "1", "user_id", "properties"]),
        inner,
        max_size=4,
    ),
    max_leaves=14,
)  # fmt: skip
DEEDS: list[Callable[[Connector], Awaitable[object]]] = [
    lambda connector: connector.list_channels(),
    lambda connector: connector.list_templates(no_progress),
    lambda connector: connector.list_fields(),
    lambda connector: collected(connector.customers()),
    lambda connector: collected(connector.replies()),
    lambda connector: connector.history("1"),
    lambda connector: connector.check_key(),
]


@QUICK
@given(answer=ANY, deed=st.sampled_from(DEEDS))
def test_any_answer_whatever_is_read_or_told_by_a_member_of_the_family(
    connector: Connector, runner: asyncio.Runner, pages: Pages, answer: object,
    deed: Callable[[Connector], Awaitable[object]],
) -> None:  # fmt: skip
    pages.pages, pages.sizes = [answer], [10**9]

    async def run() -> type[ConnectorError] | None:
        try:
            await deed(connector)
        except ConnectorError as error:
            return type(error)
        return None

    assert runner.run(run()) in (None, *FAMILY)


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
    before=st.sampled_from(("", " ", "\n\t", "\ufeff", "x")),
    after=st.sampled_from(("", " \r\n", "\x0b", "}", " 1")),
)
def test_json_is_read_as_the_standard_library_reads_it(value: object, before: str, after: str) -> None:
    written = f"{before}{json.dumps(value)}{after}"
    try:
        expected = json.loads(written)
    except ValueError:
        expected = None
    assert parse_json(written) == expected


@pytest.mark.parametrize("text", ["", " ", "[" * 100_000, "NaN", "18446744073709551617", '"\\ud800"'])
def test_json_at_its_edges_is_a_value_or_nothing(text: str) -> None:
    try:
        expected = json.loads(text)
    except (ValueError, RecursionError):
        expected = None
    assert repr(parse_json(text)) == repr(expected)


def test_one_number_too_long_for_python_does_not_hide_the_rest_of_an_answer() -> None:
    assert parse_json('{"user": [{"id": "1"}, {"id": ' + "9" * 5000 + "}]}") == {
        "user": [{"id": "1"}, {"id": "9" * 5000}]
    }
