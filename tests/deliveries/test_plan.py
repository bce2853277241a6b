"""Planning: everybody of the audience has one row, with what is sent or with the reason why nothing is."""

import pytest
from django.db import connection

from staffetta.channels.models import Channel, TemplateVariant
from staffetta.communications.hold import Trouble
from staffetta.communications.models import CommunicationState
from staffetta.contacts.consents import consent
from staffetta.contacts.consents.suppression import suppress
from staffetta.contacts.models import Contact
from staffetta.deliveries.ledger.counts import counts_of, reconcile
from staffetta.deliveries.ledger.reasons import REASONS
from staffetta.deliveries.models import Delivery
from staffetta.deliveries.planning import plan, rehearse
from staffetta.events.models import ReadMark
from staffetta.work.clock import now
from staffetta.work.database import statistics
from tests.deliveries.ledger import draft, people, planned, run


def reasons_of() -> dict[str, str]:
    return dict(Delivery.objects.values_list("contact_name", "reason"))


def test_everybody_is_accounted_for_with_a_reason(channel: Channel) -> None:
    people(2)
    people(1, 10, opt_in="no")
    people(1, 11, opt_in="")
    Contact.objects.create(first_name="Senza")
    blocked = people(1, 12)[0]
    suppress("whatsapp", (blocked.phone or "").removeprefix("+"), "test")
    twin = Contact.objects.create(first_name="Gemello", phone="+390000", whatsapp_id="393330000000")
    consent.record([twin.pk], "whatsapp", consent.BOTH, "yes", "import")
    communication = planned(channel)
    assert reasons_of() == {
        "Nome0": "",
        "Nome1": "",
        "Nome10": "no_opt_in",
        "Nome11": "no_opt_in",
        "Senza": "no_address",
        "Nome12": "suppressed",
        "Gemello": "duplicate_address",
    }
    assert sum(counts_of(communication.pk).values()) == Contact.objects.count()
    assert set(reasons_of().values()) - {""} <= set(REASONS)
    run()
    assert reconcile([communication.pk]) == []


def test_a_missing_value_without_a_fallback_is_held_back(channel: Channel) -> None:
    people(1)
    Contact.objects.update(first_name="  \n ")
    communication = draft(channel)
    communication.mapping = {"1": {"source": "field:first_name", "fallback": None}}
    communication.save()
    while plan.plan(communication.pk):
        pass
    assert counts_of(communication.pk) == {("not_sent", "missing_value"): 1}


def test_a_fallback_stands_in_for_a_missing_value(channel: Channel) -> None:
    people(1)
    Contact.objects.update(first_name="")
    planned(channel)
    assert Delivery.objects.get().parameters["body"] == ["cliente"]


def test_marketing_needs_its_own_consent(channel: Channel) -> None:
    made = people(2)
    consent.record([made[0].pk], "whatsapp", ["marketing"], "no", "hand")
    TemplateVariant.objects.update(category="MARKETING")
    planned(channel)
    assert reasons_of() == {"Nome0": "no_opt_in", "Nome1": ""}


def test_what_was_planned_is_frozen(channel: Channel) -> None:
    people(1)
    planned(channel)
    Contact.objects.update(first_name="Altro", phone="+39333999", search="")
    row = Delivery.objects.get()
    assert (row.address, row.parameters["body"]) == ("393330000000", ["Nome0"])
    assert (row.template_name, row.template_language, row.fingerprint) == ("saluto", "it", "saluto-1")


def test_planning_goes_on_behind_the_last_row_written_and_writes_nobody_twice(channel: Channel) -> None:
    people(plan.at_once() + 3)
    communication = draft(channel)
    assert plan.plan(communication.pk)
    assert Delivery.objects.count() == plan.at_once()
    stale = type(communication).objects.get(pk=communication.pk)
    while plan.plan(communication.pk):
        pass
    assert Delivery.objects.count() == plan.at_once() + 3
    assert not plan.plan(stale.pk), "planned whole: a second planner finds nothing to do"
    assert counts_of(communication.pk) == {("waiting", ""): plan.at_once() + 3}


def test_the_summary_counts_what_planning_then_writes(channel: Channel) -> None:
    people(3)
    people(2, 10, opt_in="")
    Contact.objects.create(first_name="Senza")
    communication = draft(channel)
    told = rehearse.summary(communication)
    assert (told.audience, told.receive, told.reasons) == (6, 3, {"no_opt_in": 2, "no_address": 1})
    assert Delivery.objects.count() == 0


def test_nothing_is_planned_on_opt_outs_older_than_the_start(channel: Channel) -> None:
    people(1)
    communication = draft(channel)
    ReadMark.objects.update(at=communication.start_asked_at and communication.created_at)
    communication.updated_at = now()
    communication.save()
    assert not plan.plan(communication.pk)
    communication.refresh_from_db()
    assert (communication.state, Delivery.objects.count()) == (CommunicationState.PLANNING, 0)


def test_opt_outs_that_cannot_be_read_hold_the_communication(channel: Channel) -> None:
    people(1)
    communication = draft(channel)
    ReadMark.objects.update(at=None, problem="unreachable", problem_at=now())
    assert not plan.plan(communication.pk)
    communication.refresh_from_db()
    assert (communication.state, communication.held_reason) == (CommunicationState.HELD, Trouble.OPT_OUTS_UNREAD)
    assert Delivery.objects.count() == 0


def test_a_template_switched_off_before_planning_holds_it(channel: Channel) -> None:
    people(1)
    communication = draft(channel)
    channel.templates.update(active=False)
    plan.plan(communication.pk)
    communication.refresh_from_db()
    assert (communication.state, communication.held_reason) == (CommunicationState.HELD, "template_off")


def test_nobody_at_all_ends_at_once(channel: Channel) -> None:
    communication = planned(channel)
    run()
    communication.refresh_from_db()
    assert communication.state == CommunicationState.DONE


@pytest.mark.parametrize("code", ["no_opt_in", "worker_gone", "stopped", "duplicate_address", "cut_off"])
def test_every_reason_has_words_and_a_remedy(code: str) -> None:
    assert str(REASONS[code].what)
    assert str(REASONS[code].remedy)


def test_planning_many_tells_postgresql_of_them_while_it_goes_on(channel: Channel) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite keeps no such numbers")
    people(statistics.MANY + plan.at_once(), opt_in="")
    communication = draft(channel)
    pieces = -(-statistics.MANY // plan.at_once())
    for _piece in range(pieces):
        assert plan.plan(communication.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [Delivery._meta.db_table])
        assert cursor.fetchone()[0] == pieces * plan.at_once()
