"""All open conflicts decided alike: in the background, a piece at a time, what was open when a person asked."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from staffetta.accounts.models import AuditEntry, User
from staffetta.contacts.models import Contact
from staffetta.sync import decide, decide_all
from staffetta.sync import run as lane
from staffetta.sync.models import SyncConfiguration, SyncDecision, SyncLink, SyncRow, SyncRun
from tests import world as factory
from tests.sync.test_properties import easy
from tests.sync.world import CONTEXT, all_decided, configuration, contact, decided, number, people

pytestmark = pytest.mark.django_db
VALUES = ("A", "B", "C", "D")
Conflict = tuple[int, int, str, str]


@pytest.fixture
def made(db: None) -> SyncConfiguration:
    return configuration(factory.a_channel(), [])


def open_conflicts(made: SyncConfiguration, many: int, run: SyncRun | None = None) -> SyncRun:
    """So many people from Bari whom Sinch Engage has in Roma."""
    run = run or SyncRun.objects.create(configuration=made, state="done", conflicting=many)
    first = Contact.objects.count()
    here = Contact.objects.bulk_create([contact(first + place, citta="Bari") for place in range(many)])
    told = {"run": run, "outcome": "conflicting", "conflicts": {"citta": ["Bari", "Roma"]}}
    ids = [number(first + place) for place in range(many)]
    rows = [SyncRow(customer_id=who, contact=one, **told) for who, one in zip(ids, here, strict=True)]
    SyncRow.objects.bulk_create(rows)
    last = {"citta": ["Bari", "Bari"]}
    SyncLink.objects.bulk_create(
        SyncLink(configuration=made, customer_id=who, contact=one, last=last)
        for who, one in zip(ids, here, strict=True)
    )
    return run


def still_open(made: SyncConfiguration) -> int:
    return decide.open_rows(made, "conflicting").count()


def in_rome() -> int:
    return sum(values == {"citta": "Roma"} for values in Contact.objects.values_list("values", flat=True))


@pytest.mark.parametrize(("side", "moved"), [("here", 0), ("there", 1100)])
def test_all_are_decided_alike_and_written_down_once(
    made: SyncConfiguration, operator: User, side: str, moved: int
) -> None:
    open_conflicts(made, 1100)
    asked = decide_all.ask(made, side, operator)
    assert asked
    assert in_rome() == 0
    decided(asked)
    assert (asked.conflicts, asked.decided, asked.left, still_open(made)) == (1100, 1100, 0, 0)
    assert asked.finished_at
    assert in_rome() == moved
    assert {str(last) for last in SyncLink.objects.values_list("last", flat=True)} == {"{'citta': ['Roma', 'Roma']}"}
    entry = AuditEntry.objects.get()
    assert (entry.deed, entry.actor, entry.details) == (
        "sync_conflicts_decided",
        operator,
        {"side": side, "conflicts": 1100},
    )


def test_a_piece_costs_the_same_whatever_it_holds(made: SyncConfiguration) -> None:
    seen = []
    for many in (3, 100):
        open_conflicts(made, many)
        asked = decide_all.ask(made, "there", None)
        assert asked
        with CaptureQueriesContext(connection) as queries:
            assert decide_all.piece(asked)
        seen.append(len(queries))
        assert not decide_all.piece(asked)
    assert seen[0] == seen[1] <= 20


def test_who_goes_on_after_a_kill_begins_behind_the_last_piece(
    made: SyncConfiguration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decide_all, "PIECE", 10)
    open_conflicts(made, 25)
    asked = decide_all.ask(made, "there", None)
    assert asked
    frozen = SyncDecision.objects.get()
    assert decide_all.piece(asked)
    with transaction.atomic():
        decide_all.piece(SyncDecision.objects.get())
        transaction.set_rollback(True)  # killed before its commit
    assert (in_rome(), still_open(made)) == (10, 15)
    assert not decide_all.piece(frozen)  # another worker has gone on meanwhile
    decided(asked)
    assert (asked.decided, in_rome(), still_open(made)) == (25, 25, 0)


def test_only_what_was_open_when_asked_is_decided(made: SyncConfiguration) -> None:
    run = open_conflicts(made, 3)
    asked = decide_all.ask(made, "there", None)
    assert asked
    first = SyncRow.objects.order_by("pk").select_related("run").first()
    assert first
    assert decide.decide(first, "here", None)  # by somebody else, meanwhile
    open_conflicts(made, 2, run)
    Contact.objects.filter(phone=f"+{number(2)}").delete()
    decided(asked)
    assert (asked.conflicts, asked.decided, asked.left) == (3, 1, 0)
    assert (in_rome(), still_open(made)) == (1, 2)


def test_nothing_open_asks_for_nothing_and_one_at_a_time_is_enough(made: SyncConfiguration) -> None:
    assert decide_all.ask(made, "here", None) is None
    open_conflicts(made, 1)
    decide_all.ask(made, "here", None)
    with pytest.raises(decide_all.AtIt):
        decide_all.ask(made, "there", None)
    assert SyncDecision.objects.get().side == "here"


CONFLICTS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from(VALUES), st.sampled_from(["Roma", "", "Bari"])),
    max_size=8,
)


@easy
@given(st.permutations([*VALUES, None]), CONFLICTS, st.sampled_from(["here", "there"]))
def test_all_alike_is_what_one_by_one_would_be(
    made: SyncConfiguration, had: list[str | None], conflicts: list[Conflict], side: str
) -> None:
    """Chains and swaps of identities included, a contact or customer met several times as well."""
    told = []
    for together in (True, False):
        with transaction.atomic():
            _put(made, had, conflicts)
            if together:
                all_decided(made, side)
            else:
                _one_by_one(made, side)
            told.append(_all(made))
            transaction.set_rollback(True)
    assert told[0] == told[1]


def _put(made: SyncConfiguration, had: list[str | None], conflicts: list[Conflict]) -> None:
    here = [Contact(phone=f"+{number(place)}", external_id=had[place], values={"citta": "Bari"}) for place in range(4)]
    here = Contact.objects.bulk_create(here)
    run = SyncRun.objects.create(configuration=made, state="done")
    for who, whom, value, city in conflicts:
        SyncLink.objects.get_or_create(configuration=made, customer_id=number(who))
        said = {"external_id": [had[whom] or "", value], "citta": ["Bari", city]}
        run.rows.create(outcome="conflicting", customer_id=number(who), contact=here[whom], conflicts=said)


def _one_by_one(made: SyncConfiguration, side: str) -> None:
    for row in decide.open_rows(made, "conflicting").select_related("run").order_by("pk"):
        try:
            decide.decide(row, side, None)
        except decide.Taken:
            continue


def _all(made: SyncConfiguration) -> tuple[object, ...]:
    rows = SyncRow.objects.order_by("pk").values_list("changes", "closed_at")
    links = SyncLink.objects.order_by("customer_id").values_list("customer_id", "contact__phone", "last")
    return people(), [(changes, bool(closed)) for changes, closed in rows], list(links)


def address(made: SyncConfiguration) -> str:
    return f"/engage/channels/{made.channel_id}/sync/{made.pk}/conflicts/"


WORDS = {
    "it": ("Decisi 1.000 di 2.500", "Tutti: prendi il valore di Sinch Engage", "1.200 conflitti decisi."),
    "en": ("1,000 of 2,500 decided", "All: take the value of Sinch Engage", "1,200 conflicts decided."),
}


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_page_says_how_far_it_came_and_offers_nothing_meanwhile(
    as_operator: Client, operator: User, made: SyncConfiguration, language: str
) -> None:
    User.objects.filter(pk=operator.pk).update(language=language)
    open_conflicts(made, 2)
    assert as_operator.post(address(made), {"row": "all", "side": "there"}).status_code == 302
    SyncDecision.objects.update(conflicts=2500, decided=998, left=2)
    so_far, side, done = WORDS[language]
    for answer in (as_operator.get(address(made)), as_operator.get(address(made), headers={"HX-Request": "true"})):
        page = answer.content.decode()
        assert so_far in page
        assert side in page
        assert 'hx-trigger="every 1s"' in page
        assert 'name="row"' not in page
        assert "HX-Refresh" not in answer
    SyncDecision.objects.update(conflicts=1202, decided=1198, left=2)
    lane.work(CONTEXT)
    answer = as_operator.get(address(made), headers={"HX-Request": "true"})
    assert answer["HX-Refresh"] == "true"
    page = as_operator.get(address(made)).content.decode()
    assert done in page
    assert "every 1s" not in page


def test_a_second_decision_meanwhile_is_told_and_changes_nothing(as_operator: Client, made: SyncConfiguration) -> None:
    open_conflicts(made, 2)
    as_operator.post(address(made), {"row": "all", "side": "there"})
    page = as_operator.post(address(made), {"row": "all", "side": "here"}, follow=True).content.decode()
    assert "I conflitti si stanno già decidendo: attendi la fine." in page
    assert SyncDecision.objects.get().side == "there"


def test_who_only_reads_cannot_decide(as_viewer: Client, made: SyncConfiguration) -> None:
    open_conflicts(made, 1)
    assert as_viewer.post(address(made), {"row": "all", "side": "there"}).status_code == 403
    assert not SyncDecision.objects.exists()


def test_the_page_of_many_conflicts_reads_fifty(
    as_operator: Client, made: SyncConfiguration, django_assert_num_queries: Callable[[int], object]
) -> None:
    open_conflicts(made, 1200)
    with django_assert_num_queries(10):  # type: ignore[attr-defined]  # a context manager
        page = as_operator.get(address(made))
    assert page.content.decode().count('name="row"') == 51
    with CaptureQueriesContext(connection) as asked:
        as_operator.get(f"{address(made)}?{page.context['page'].older}")
    told = [query["sql"] for query in asked if "sync_syncrow" in query["sql"]]
    assert len(told) == 1
    assert "COUNT(" not in told[0]
    assert "OFFSET" not in told[0]


def test_the_audit_log_says_which_value_was_kept(as_administrator: Client, made: SyncConfiguration) -> None:
    open_conflicts(made, 3)
    decide_all.ask(made, "here", None)
    page = as_administrator.get("/audit/").content.decode()
    assert "Ha deciso tutti i conflitti aperti della sincronizzazione" in page
    assert "valore di qui" in page
    assert "conflitti 3" in page
