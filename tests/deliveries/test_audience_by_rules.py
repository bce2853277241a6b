"""A communication to an audience by rules: read as it stood at the start, held when what it names goes."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from staffetta.channels.models import Channel
from staffetta.communications import draft as drafts
from staffetta.communications.hold import StillHeld, Trouble, audience_of, resume
from staffetta.communications.models import Communication, CommunicationState
from staffetta.communications.start import Refusal, StartRefused, start
from staffetta.contacts.audiences import audiences
from staffetta.contacts.audiences.audience import Audience
from staffetta.contacts.audiences.rule_world import known
from staffetta.contacts.audiences.rules import read
from staffetta.contacts.lists import lists
from staffetta.contacts.models import AudienceRules, Contact, ContactActivity, ContactList
from staffetta.deliveries.ledger import note_sent
from staffetta.deliveries.ledger.note_sent import BEHIND
from staffetta.deliveries.models import Delivery, SentNoted
from staffetta.deliveries.planning import plan
from staffetta.work.clock import now
from tests.deliveries.ledger import draft, people, planned, run, transactional


def of_list(members: ContactList) -> AudienceRules:
    condition = {"about": "list", "is": "in", "value": members.pk}
    return audiences.save(None, "Solo VIP", read({"rules": [condition]}, known()), None)


def a_draft(channel: Channel, rules: AudienceRules) -> Communication:
    made = draft(channel, audience_kind="rule", audience_rules=rules, audience_name=rules.name)
    Communication.objects.update(state=CommunicationState.DRAFT)
    made.refresh_from_db()
    return made


def plan_whole(communication: Communication) -> None:
    while plan.plan(communication.pk):
        pass
    communication.refresh_from_db()


def test_who_fits_at_the_start_is_planned_whatever_the_rules_become(channel: Channel) -> None:
    first, second, *_rest = people(4)
    members = lists.named("VIP", None)
    lists.add_ids(members.pk, [first.pk, second.pk])
    rules = of_list(members)
    communication = a_draft(channel, rules)
    start(communication, None)
    everybody = {"rules": [{"about": "consent", "is": "yes"}]}
    audiences.save(rules, rules.name, read(everybody, known()), None)
    assert audience_of(communication).queryset().count() == 4
    communication.refresh_from_db()
    assert audience_of(communication).queryset().count() == 2
    audiences.delete(rules, None)
    plan_whole(communication)
    assert communication.state == CommunicationState.RUNNING
    assert set(Delivery.objects.values_list("contact_id", flat=True)) == {first.pk, second.pk}


def test_people_are_planned_in_pieces(channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    made = people(7)
    members = lists.named("VIP", None)
    lists.add_ids(members.pk, [each.pk for each in made[1:6]])
    communication = a_draft(channel, of_list(members))
    start(communication, None)
    monkeypatch.setattr(plan, "PIECE", 2)
    plan_whole(communication)
    assert sorted(Delivery.objects.values_list("contact_id", flat=True)) == [each.pk for each in made[1:6]]


def test_broken_rules_refuse_the_start(channel: Channel) -> None:
    people(1)
    members = lists.named("VIP", None)
    communication = a_draft(channel, of_list(members))
    lists.delete_list(members, None)
    with pytest.raises(StartRefused) as refused:
        start(communication, None)
    assert refused.value.code == Trouble.AUDIENCE_BROKEN
    AudienceRules.objects.all().delete()
    communication.refresh_from_db()
    with pytest.raises(StartRefused) as refused:
        start(communication, None)
    assert refused.value.code == Refusal.RULES_REMOVED


def test_rules_that_break_while_planning_hold_and_nobody_is_lost(channel: Channel) -> None:
    made = people(2)
    members = lists.named("VIP", None)
    lists.add_ids(members.pk, [each.pk for each in made])
    communication = a_draft(channel, of_list(members))
    start(communication, None)
    lists.delete_list(members, None)
    plan_whole(communication)
    assert (communication.state, communication.held_reason) == (CommunicationState.HELD, Trouble.AUDIENCE_BROKEN)
    with pytest.raises(StillHeld):
        resume(communication, None)


def test_a_list_that_goes_while_planning_holds(channel: Channel) -> None:
    people(1)
    members = lists.named("VIP", None)
    communication = draft(channel, audience_kind="list", audience_list=members)
    lists.delete_list(members, None)
    plan_whole(communication)
    assert (communication.state, communication.held_reason) == (CommunicationState.HELD, Trouble.AUDIENCE_GONE)


def test_a_copy_goes_to_the_same_audience(channel: Channel) -> None:
    communication = a_draft(channel, of_list(lists.named("VIP", None)))
    copy = drafts.duplicate(communication, "Copia", None)
    assert (copy.audience_kind, copy.audience_rules) == ("rule", communication.audience_rules)
    to_list = draft(channel, audience_kind="list", audience_list=ContactList.objects.get())
    assert drafts.duplicate(to_list, "Copia", None).audience_list == to_list.audience_list


def names(about: str, **more: object) -> set[str]:
    rules = AudienceRules(rules={"match": "all", "rules": [{"about": about, **more}]})
    rules.name = f"r{AudienceRules.objects.count()}"
    rules.save()
    return set(Audience.of(rules).queryset().values_list("first_name", flat=True))


def test_what_was_sent_is_noted_for_the_audiences(
    channel: Channel, other_channel: Channel, later: Callable[[float], None]
) -> None:
    sent, also, _quiet = people(2)[0], people(1, 10)[0], people(1, 20, opt_in="no")[0]
    planned(channel)
    transactional(other_channel, also)
    run()
    assert not note_sent.note(), "what was settled a moment ago waits"
    assert not ContactActivity.objects.exists()
    later(BEHIND.total_seconds() + 5)
    note_sent.note()
    here, there = channel.provider_id, other_channel.provider_id
    assert names("channel", **{"is": "written"}, value=here) == {"Nome0", "Nome1", "Nome10"}
    assert names("channel", **{"is": "written"}, value=there) == {"Nome10"}
    assert names("sent", **{"is": "last_days"}, value=1) == {"Nome0", "Nome1", "Nome10"}
    assert names("sent", **{"is": "never"}) == {"Nome20"}
    moments = dict(ContactActivity.objects.filter(channel=here).values_list("contact_id", "last_sent_at"))
    assert moments[sent.pk] == Delivery.objects.get(contact=sent).settled_at


def test_noting_goes_on_where_it_stopped_and_never_goes_back(
    channel: Channel, later: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    people(5)
    planned(channel)
    run()
    later(BEHIND.total_seconds() + 5)
    monkeypatch.setattr(note_sent, "PIECE", 2)
    turns = 1
    while note_sent.note():
        turns += 1
    assert turns == 3
    assert ContactActivity.objects.count() == 5
    newest = now() + timedelta(days=1)
    ContactActivity.objects.update(last_sent_at=newest)
    SentNoted.objects.all().delete()
    while note_sent.note():
        pass
    assert set(ContactActivity.objects.values_list("last_sent_at", flat=True)) == {newest}


def test_a_contact_that_was_deleted_is_passed_over(channel: Channel, later: Callable[[float], None]) -> None:
    people(2)
    planned(channel)
    run()
    Contact.objects.filter(first_name="Nome0").delete()
    later(BEHIND.total_seconds() + 5)
    note_sent.note()
    assert ContactActivity.objects.count() == 1
