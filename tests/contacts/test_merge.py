"""Two contacts made one: both histories, the stricter consent, and all of it taken back."""

import pytest
from django.db.models import Model

from staffetta.accounts.models import AuditEntry
from staffetta.contacts import hanging
from staffetta.contacts.audiences.recipients import LeftOut, recipient
from staffetta.contacts.consents import consent, keep_out
from staffetta.contacts.consents.suppression import is_suppressed
from staffetta.contacts.lists.lists import add_ids
from staffetta.contacts.merging.merge import NotTwo, merge
from staffetta.contacts.merging.unmerge import CannotUndo, unmerge
from staffetta.contacts.models import (
    Consent,
    ConsentState,
    Contact,
    ContactActivity,
    ContactList,
    ImportedContact,
    ListMember,
)
from staffetta.contacts.record_models import Merge
from staffetta.deliveries.models import Delivery, DeliveryKind, DeliveryState
from staffetta.work.clock import now
from tests import world as factory
from tests.contacts.people import person

pytestmark = pytest.mark.django_db
A, B = "+393471234567", "+393471234568"


def two(**more: object) -> tuple[Contact, Contact]:
    kept = person(A, first_name="Maria", values={"citta": "Torino"})
    return kept, person(B, first_name="Mariuccia", last_name="Rossi", external_id="K1", values={"taglia": "M"}, **more)


def everything() -> dict[str, object]:
    """All that hangs on contacts, by model and key, whoever it hangs on."""
    models: list[type[Model]] = [Contact, *{model for model, _link in hanging.relations()}]
    told: dict[str, object] = {}
    for model in models:
        if model._meta.label not in ("contacts.ContactChange", "contacts.ContactActivity"):
            told[model._meta.label] = sorted(map(str, model._meta.base_manager.values()))
    return told


def test_a_person_chooses_field_by_field_and_what_only_one_has_is_kept() -> None:
    kept, lost = two()
    merge(kept, lost, {"first_name": "kept", "phone": "other"}, None)
    kept.refresh_from_db()
    assert (kept.first_name, kept.last_name, kept.phone, kept.external_id) == ("Maria", "Rossi", B, "K1")
    assert kept.values == {"citta": "Torino", "taglia": "M"}
    assert not Contact.objects.filter(pk=lost.pk).exists()


def test_the_audit_log_names_who_went_into_whom() -> None:
    kept, lost = two()
    number = lost.pk
    merge(kept, lost, {}, None)
    assert AuditEntry.objects.get(deed="contacts_merged").details == {"merged": number}


def test_a_contact_is_not_merged_with_itself_or_with_nobody() -> None:
    kept, lost = two()
    with pytest.raises(NotTwo):
        merge(kept, kept, {}, None)
    lost.delete()
    with pytest.raises(NotTwo):
        merge(kept, Contact(pk=lost.pk or 999), {}, None)


def test_both_histories_are_the_merged_contacts() -> None:
    world = factory.build()
    kept, lost = world.contact, person(B)
    message = Delivery.objects.create(kind=DeliveryKind.TEST, contact=lost, state=DeliveryState.SENT)
    same = Delivery.objects.create(
        kind=DeliveryKind.COMMUNICATION, communication=world.communication, contact=lost, state=DeliveryState.SENT
    )
    consent.record([lost.pk], "whatsapp", consent.BOTH, "yes", "import")
    add_ids(world.members.pk, [lost.pk])
    other = ContactList.objects.create(name="Milano")
    add_ids(other.pk, [lost.pk])
    ContactActivity.objects.create(contact=lost, platform="whatsapp", last_sent_at=now())
    done = merge(kept, lost, {}, None)
    message.refresh_from_db()
    same.refresh_from_db()
    assert message.contact_id == kept.pk
    assert same.contact_id is None  # one row per communication and contact: the merge remembers whose it was
    assert done.left == {"deliveries.Delivery.contact": [same.pk]}
    assert set(ListMember.objects.filter(contact=kept).values_list("list", flat=True)) == {world.members.pk, other.pk}
    assert Consent.objects.filter(contact=kept, source="import").count() == 2
    assert ContactActivity.objects.get(contact=kept).last_sent_at is not None


@pytest.mark.parametrize("which", ["kept", "lost"])
@pytest.mark.parametrize("source", ["stop_word", "hand", "import"])
def test_a_no_of_either_holds_for_the_merged_one(which: str, source: str) -> None:
    kept, lost = two()
    for contact in (kept, lost):
        consent.record([contact.pk], "whatsapp", consent.BOTH, "yes", "hand", wording="modulo")
    refusing = kept if which == "kept" else lost
    consent.record([refusing.pk], "whatsapp", consent.BOTH, "no", source)
    merge(kept, lost, {}, None)
    assert {row.value for row in ConsentState.objects.filter(contact=kept)} == {"no"}
    assert {row.source for row in ConsentState.objects.filter(contact=kept)} == {source}
    found = recipient(kept.pk, "whatsapp", "marketing")
    assert found is not None
    assert found.reason == LeftOut.NO_OPT_IN
    assert not consent.record([kept.pk], "whatsapp", consent.BOTH, "yes", "import").changed or source == "import"


def test_a_suppression_of_either_holds_and_an_opted_out_number_that_no_contact_has_stays_out() -> None:
    kept, lost = two()
    consent.record([kept.pk], "whatsapp", consent.BOTH, "no", "stop_word")
    merge(kept, lost, {}, None)
    assert is_suppressed("whatsapp", B)  # else an import of B would bring this person back
    third, fourth = person("+393471230001"), person("+393471230002")
    keep_out.keep_out("whatsapp", ["+393471230002"], "Ha chiesto", 30, None)
    merge(third, fourth, {}, None)
    assert is_suppressed("whatsapp", "+393471230001")


def test_an_undo_puts_everything_back() -> None:
    world = factory.build()
    kept, lost = world.contact, person(B, last_name="Bianchi", external_id="X", values={"taglia": "S"})
    for state in (DeliveryState.SENT, DeliveryState.FAILED):
        Delivery.objects.create(kind=DeliveryKind.TEST, contact=lost, state=state)
    Delivery.objects.create(
        kind=DeliveryKind.COMMUNICATION, communication=world.communication, contact=lost, state=DeliveryState.SENT
    )
    consent.record([kept.pk], "whatsapp", consent.BOTH, "yes", "hand", wording="modulo")
    consent.record([lost.pk], "whatsapp", consent.BOTH, "no", "stop_word")
    add_ids(world.members.pk, [lost.pk])
    for contact in (kept, lost):
        ImportedContact.objects.create(source=world.source, contact=contact, outcome="created", row=contact.pk)
    Contact.objects.update(updated_at=now())
    before = {name: rows for name, rows in everything().items() if "Consent" not in name and "Contact" not in name}
    states = set(ConsentState.objects.values_list("contact", "platform", "purpose", "value", "source"))
    done = merge(kept, lost, {"phone": "other", "last_name": "other"}, None)
    again = unmerge(done, None)
    after = {name: rows for name, rows in everything().items() if name in before}
    assert after == before
    assert set(ConsentState.objects.values_list("contact", "platform", "purpose", "value", "source")) == states
    assert (again.pk, again.phone, again.external_id, again.values) == (lost.pk, B, "X", {"taglia": "S"})
    kept.refresh_from_db()
    assert (kept.phone, kept.last_name) == ("+393331234567", "")
    assert not is_suppressed("whatsapp", B)
    done.refresh_from_db()
    assert done.undone == []
    assert ImportedContact.objects.filter(contact=again).count() == 1
    with pytest.raises(CannotUndo) as refused:
        unmerge(done, None)
    assert refused.value.code == "done_already"


def test_an_undo_says_what_it_cannot_restore() -> None:
    kept, lost = two()
    milano = ContactList.objects.create(name="Milano")
    add_ids(milano.pk, [kept.pk, lost.pk])
    done = merge(kept, lost, {"first_name": "other"}, None)
    milano.delete()
    kept.refresh_from_db()
    kept.first_name = "Marianna"
    kept.save()
    consent.record([kept.pk], "whatsapp", consent.BOTH, "no", "stop_word")
    again = unmerge(done, None)
    done.refresh_from_db()
    assert set(done.undone) == {"changed_since:first_name", "gone:contacts.listmember", "consent_since:whatsapp"}
    for contact in (kept, again):  # nobody knows which of the two wrote STOP
        assert consent.opt_in(contact) == "no"


def test_an_undo_is_refused_when_the_number_is_somebody_elses_now() -> None:
    kept, lost = two()
    done = merge(kept, lost, {}, None)
    person(B)
    with pytest.raises(CannotUndo) as refused:
        unmerge(done, None)
    assert refused.value.code == "address_taken"
    assert Contact.objects.count() == 2
    kept.refresh_from_db()
    assert kept.last_name == "Rossi"
    kept.delete()
    with pytest.raises(CannotUndo):
        unmerge(Merge.objects.get(), None)


def test_what_waits_for_both_is_sent_once_and_only_with_a_consent() -> None:
    world = factory.build()
    Delivery.objects.all().delete()
    kept, lost = world.contact, person(B)
    told = {"kind": DeliveryKind.COMMUNICATION, "communication": world.communication, "channel": world.channel}
    mine = Delivery.objects.create(**told, contact=kept, address="1", category="marketing")
    theirs = Delivery.objects.create(**told, contact=lost, address="2", category="marketing")
    for contact in (kept, lost):
        consent.record([contact.pk], "whatsapp", consent.BOTH, "yes", "hand", wording="modulo")
    merge(kept, lost, {}, None)
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.state, theirs.state, theirs.reason) == ("waiting", "not_sent", "duplicate_address")
    third = person("+393471230003")
    consent.record([third.pk], "whatsapp", consent.BOTH, "no", "stop_word")
    merge(kept, third, {}, None)
    mine.refresh_from_db()
    assert (mine.state, mine.reason) == ("not_sent", "no_opt_in")
