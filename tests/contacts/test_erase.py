"""A person is erased: nothing stored names them any more, sums stay, and nothing brings them back by itself."""

import html
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from staffetta.accounts import audit
from staffetta.accounts.models import AuditEntry
from staffetta.channels.models import Exchange
from staffetta.cli.main import main
from staffetta.contacts import hanging
from staffetta.contacts.consents import consent
from staffetta.contacts.consents.suppression import is_suppressed
from staffetta.contacts.erasure import certificate
from staffetta.contacts.erasure.erase import erase
from staffetta.contacts.merging.merge import merge
from staffetta.contacts.models import (
    Contact,
    ContactActivity,
    ContactField,
    ContactList,
    Import,
    ImportReject,
    ImportState,
)
from staffetta.contacts.record_models import ContactChange, Erasure
from staffetta.deliveries.models import Attempt, Delivery, DeliveryKind, DeliveryState
from staffetta.events.models import ProviderEvent
from staffetta.sync.models import SyncLink, SyncRow, SyncWrite
from staffetta.work.backups import backups
from staffetta.work.clock import now
from tests import world as factory
from tests.contacts.people import Accept, finish, person
from tests.world import World

pytestmark = pytest.mark.django_db
NUMBER, DIGITS = "+393477770001", "393477770001"
SECRETS = ("3477770001", "Ermenegilda", "ermenegilda@example.com", "CLI-7770", "987654777")


def everywhere() -> dict[str, str]:
    """Return every table that holds something of the person, with the row."""
    found = {}
    for model in apps.get_models():
        for row in model._meta.base_manager.values():
            text = json.dumps(row, default=str, ensure_ascii=False)
            if any(secret.casefold() in text.casefold() for secret in SECRETS):
                found[model._meta.label] = text
    return found


@pytest.fixture
def world() -> World:
    return factory.build()


@pytest.fixture
def ermenegilda(world: World) -> Contact:
    """Somebody who left traces in every room."""
    own = {"email": "Ermenegilda@example.com"}
    contact = person(NUMBER, first_name="Ermenegilda", external_id="CLI-7770", telegram_id="987654777", values=own)
    consent.record([contact.pk], "whatsapp", consent.BOTH, "yes", "hand", wording="Modulo di Ermenegilda")
    ContactActivity.objects.create(contact=contact, platform="whatsapp")
    ContactChange.objects.create(contact=contact, source="hand", changes={"first_name": ["", "Ermenegilda"]})
    delivery = Delivery.objects.create(
        kind=DeliveryKind.COMMUNICATION, communication=world.communication, contact=contact, channel=world.channel,
        contact_name="Ermenegilda", address=DIGITS, parameters={"body": ["Ermenegilda"]}, state=DeliveryState.FAILED,
        provider_reason=f"{DIGITS} is not deliverable",
    )  # fmt: skip
    Attempt.objects.create(delivery=delivery, number=1, provider_reason=f"{DIGITS}?")
    Delivery.objects.create(
        kind=DeliveryKind.TRANSACTIONAL,
        contact=contact,
        address=DIGITS,
        channel=world.channel,
        contact_name="Ermenegilda",
    )
    Exchange.objects.create(
        channel=world.channel, operation="send", method="POST", url=f"https://example.org/{DIGITS}", status=200
    )
    ProviderEvent.objects.create(
        channel=world.channel,
        key=f"stopped:{DIGITS}:0",
        kind="stopped",
        address=DIGITS,
        payload={"a": "Ermenegilda"},
    )
    run = world.sync_run
    told = {"run": run, "customer_id": DIGITS, "contact": contact}
    SyncRow.objects.create(**told, outcome="updated", name="Ermenegilda", changes={"first_name": ["", "Ermenegilda"]})
    SyncWrite.objects.create(**told, deed="fields", name="Ermenegilda")
    SyncLink.objects.create(configuration=run.configuration, customer_id=DIGITS, contact=contact)
    ImportReject.objects.create(source=world.source, row=9, reason="too_long", cells=["347 77 70 001", "Ermenegilda"])
    audit.record(None, "contact_changed", contact, filter=f"q={DIGITS}")
    waiting = Import(name="b.csv", columns=["Telefono", "Nome"], total_rows=2, state=ImportState.UPLOADED)
    rows = b"Telefono,Nome\n0039 347 7770001,Ermenegilda\n+393331112223,Ugo\n"
    waiting.file.save("b.csv", ContentFile(rows), save=False)
    waiting.save()
    return contact


def test_nothing_that_is_stored_names_the_person_any_more(ermenegilda: Contact, world: World) -> None:
    merge(ermenegilda, person("+393477770009", first_name="Ermenegilda bis"), {}, None)
    counts = {model: model._meta.base_manager.count() for model in (Delivery, SyncRow, ImportReject, ProviderEvent)}
    assert len(everywhere()) > 10
    done = erase(ermenegilda, "Richiesta del 12 marzo", None)
    assert everywhere() == {}
    assert {model: model._meta.base_manager.count() for model in counts} == counts
    for source in Import.objects.exclude(file=""):
        with source.file.open("rb") as file:
            assert b"7770001" not in file.read()
    assert Import.objects.get(name="b.csv").total_rows == 1
    assert done.deleted["contacts.contact"] == 1
    assert done.deleted["contacts.consent"] == 2
    assert done.emptied["messages"] == 2
    assert done.kept == {"suppressions": 3}
    assert set(done.masked) == {"+39••••••0001", "+39••••••0009", "987•••4777"}


def test_what_waits_is_not_sent_and_what_is_being_sent_must_end_first(ermenegilda: Contact) -> None:
    waiting = Delivery.objects.get(kind=DeliveryKind.TRANSACTIONAL)
    Delivery.objects.filter(pk=waiting.pk).update(state=DeliveryState.SENDING)
    with pytest.raises(hanging.InTheWay):
        erase(ermenegilda, "", None)
    assert Contact.objects.filter(pk=ermenegilda.pk).exists()
    assert not is_suppressed("whatsapp", NUMBER)
    Delivery.objects.filter(pk=waiting.pk).update(state=DeliveryState.WAITING)
    erase(ermenegilda, "", None)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == (DeliveryState.NOT_SENT, "erased")


def test_an_erasure_that_is_taken_back_leaves_the_files_as_they_were(ermenegilda: Contact) -> None:
    Delivery.objects.filter(kind=DeliveryKind.TRANSACTIONAL).update(state=DeliveryState.SENDING)
    with pytest.raises(hanging.InTheWay):
        erase(ermenegilda, "", None)
    with Import.objects.get(name="b.csv").file.open("rb") as file:
        assert b"7770001" in file.read()


def test_an_import_that_runs_must_end_first(ermenegilda: Contact) -> None:
    Import.objects.update(state=ImportState.RUNNING)
    with pytest.raises(hanging.InTheWay):
        erase(ermenegilda, "", None)


def test_no_import_brings_the_person_back(ermenegilda: Contact, accept: Accept) -> None:
    erase(ermenegilda, "", None)
    Import.objects.all().delete()
    source = finish(accept(f"Telefono,Opt\n{NUMBER},Si\n+393331112223,Si\n".encode(), consent="Opt"))
    assert (source.created, source.rejected) == (1, 1)
    assert ImportReject.objects.get(source=source).reason == "erased_person"
    assert not Contact.objects.filter(phone=NUMBER).exists()
    again = person(NUMBER)  # by hand it can be done, and still nothing is sent
    assert is_suppressed("whatsapp", again.phone or "")


def test_a_word_is_typed_and_the_certificate_is_shown_listed_and_downloaded(
    as_operator: Client, as_viewer: Client, ermenegilda: Contact
) -> None:
    address = f"/contacts/{ermenegilda.pk}/erase/"
    assert address in as_operator.get(f"/contacts/{ermenegilda.pk}/").content.decode()
    assert as_viewer.get(address).status_code == 403
    assert as_operator.post(address, {"typed": "sì"}).status_code == 200
    assert Contact.objects.filter(pk=ermenegilda.pk).exists()
    answer = as_operator.post(address, {"typed": "cancella", "reason": "Richiesta"})
    done = Erasure.objects.latest("pk")
    assert answer.headers["Location"] == f"/contacts/erasures/{done.public_id}/"
    for page in (answer.headers["Location"], "/contacts/erasures/"):
        assert "0001" in as_viewer.get(page).content.decode()
    text = as_operator.get(f"/contacts/erasures/{done.public_id}/text/")
    assert "Certificato di cancellazione" in text.content.decode()
    assert "attachment" in text.headers["Content-Disposition"]
    told = json.loads(as_operator.get(f"/contacts/erasures/{done.public_id}/json/").content)
    assert told["deleted"]["contacts.contact"] == 1
    number = ermenegilda.pk
    assert AuditEntry.objects.get(deed="contact_erased").details == {
        "contact": number,
        "certificate": str(done.public_id),
    }


def test_the_command_wants_a_yes(capsys: pytest.CaptureFixture[str], ermenegilda: Contact) -> None:
    assert main(["contacts", "erase", str(ermenegilda.pk)]) == 1
    assert main(["contacts", "erase", str(ermenegilda.pk), "--yes", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kept"] == {"suppressions": 2}
    assert main(["contacts", "erasures", "--json"]) == 0
    assert main(["contacts", "erase", str(ermenegilda.pk), "--yes"]) == 1


def test_the_list_costs_the_same_for_any_number(
    as_viewer: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(60):
        Erasure.objects.create(contact_number=n)
        if n in (1, 59):
            with django_assert_num_queries(4):
                as_viewer.get("/contacts/erasures/")


def test_a_second_search_confirms_that_nothing_holds_the_person(ermenegilda: Contact) -> None:
    done = erase(ermenegilda, "", None)
    assert done.searched
    assert done.searched["found"] == {}
    assert done.searched["tables"] > 50
    assert "nessuna traccia" in certificate.as_text(done)


def test_a_second_search_tells_what_still_holds_the_number_or_address(ermenegilda: Contact, world: World) -> None:
    """No eraser looks into names of lists or into other people's fields: the certificate must not pretend."""
    ContactList.objects.create(name=f"Chiamare {NUMBER}")
    person("+393331112223", first_name="Ugo", values={"email": "ermenegilda@example.com"})
    done = erase(ermenegilda, "", None)
    assert done.searched
    assert done.searched["found"] == {"contacts.contact": 1, "contacts.contactlist": 1}
    text = certificate.as_text(done)
    assert "Ancora presente" in text
    assert "       1  Contatto con i suoi campi" in text


def test_the_certificate_names_the_backups_that_hold_the_person(
    ermenegilda: Contact, tmp_path: Path, as_viewer: Client
) -> None:
    there, gone = tmp_path / "lunedi.tar.gz", tmp_path / "martedi.tar.gz"
    there.touch()
    backups.note(tmp_path / "before.tar.gz", ermenegilda.created_at - timedelta(days=8))
    backups.note(there, now() - timedelta(days=30))
    backups.note(there, now())  # the file was replaced: what it held before is gone
    backups.note(gone, now())
    backups.keep([("/altrove/mercoledi.tar.gz", "altra-macchina", now())])
    done = erase(ermenegilda, "", None)
    told = {backup["file"]: backup["there"] for backup in done.backups or []}
    assert told == {str(there): True, str(gone): False, "/altrove/mercoledi.tar.gz": None}
    page = as_viewer.get(f"/contacts/erasures/{done.public_id}/").content.decode()
    for text in (page, certificate.as_text(done)):
        assert str(there) in text
        assert "/altrove/mercoledi.tar.gz su altra-macchina" in text
        assert "non è più dove era stato scritto" in text
        assert "Non conosce le loro copie" in text
    assert json.loads(certificate.as_json(done))["backups"] == done.backups


def test_a_certificate_from_before_says_that_it_does_not_know(as_viewer: Client) -> None:
    old = Erasure.objects.create(contact_number=7)
    page = as_viewer.get(f"/contacts/erasures/{old.public_id}/").content.decode()
    assert "prima dell'elenco dei backup" in html.unescape(page)
    assert "Nessuno è noto" not in page


def test_what_only_this_person_has_in_a_field_is_searched_and_what_others_share_is_not(
    ermenegilda: Contact, world: World
) -> None:
    for name in ("tax_code", "street"):
        ContactField.objects.create(name=name, label=name, type="text")
    ermenegilda.values = {"tax_code": "RSSRMN80A41H501U", "street": "Via Roma 12"}
    ermenegilda.save()
    person("+393331112223", values={"street": "Via Roma 12"})
    ImportReject.objects.all().delete()
    for row, cell in enumerate(("cf rssrmn80a41h501u", "Via Roma 12"), start=2):
        ImportReject.objects.create(source=world.source, row=row, reason="invalid_phone", cells=[cell])
    Exchange.objects.create(
        channel=world.channel, operation="send", method="POST", url="/", request_body="RSSRMN80A41H501U", status=200
    )
    done = erase(ermenegilda, "", None)
    assert [row.cells for row in ImportReject.objects.order_by("row")] == [[], ["Via Roma 12"]]
    assert not Exchange.objects.filter(request_body__contains="RSSRMN").exists()
    assert done.searched
    assert done.searched["found"] == {}


IN_CELLS = (
    "+39 347 7770001 int. 12", "+39 347 7770001 / 06 1234567", "3477770001/2", "+39 347 7770001, 348 0000002",
    "(347) 7770001 dopo le 18", "Tel. 3477770001", "+39 347 7770001 (casa)", "393477770001.0", "3477770001.00",
    "347-777-00-01", "\uff13\uff14\uff17\uff17\uff17\uff17\uff10\uff10\uff10\uff11",
    "3.93477770001E+11", "3,93477770001E+11",
    "scrivere a ERMENEGILDA@example.com o chiamare", "cliente CLI-7770 (storico)", "telegram: 987654777",
)  # fmt: skip
OF_OTHERS = (
    "348.0000002",
    "34777700012",
    "ermenegilda@example.community",
    "CLI-77701",
    "1987654777",
    "3.93477770002E+11",
)


def test_every_rejected_row_that_holds_the_persons_number_or_id_is_emptied_and_no_other(
    ermenegilda: Contact, world: World
) -> None:
    ImportReject.objects.all().delete()
    for row, cell in enumerate((*IN_CELLS, *OF_OTHERS), start=2):
        ImportReject.objects.create(source=world.source, row=row, reason="invalid_phone", cells=[cell, "Ada"])
    done = erase(ermenegilda, "", None)
    assert [row.cells[0] for row in ImportReject.objects.order_by("row") if row.cells] == list(OF_OTHERS)
    assert done.emptied["rejects"] == len(IN_CELLS)


def test_a_file_that_still_lies_here_loses_every_row_with_the_persons_number_or_id(ermenegilda: Contact) -> None:
    waiting = Import(name="c.csv", columns=["Telefono", "Nome"], delimiter=";", state=ImportState.UPLOADED)
    rows = "Telefono;Nome\n" + "".join(f"{cell};Ada\n" for cell in (*IN_CELLS, *OF_OTHERS))
    waiting.file.save("c.csv", ContentFile(rows.encode()), save=False)
    waiting.save()
    done = erase(ermenegilda, "", None)
    waiting.refresh_from_db()
    with waiting.file.open("rb") as file:
        assert file.read().decode() == "Telefono;Nome\n" + "".join(f"{cell};Ada\n" for cell in OF_OTHERS)
    assert done.emptied["file_rows"] == len(IN_CELLS) + 1
