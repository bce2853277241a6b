"""The explicit step of an import: recorded for everybody it brought, except who opted out."""

import pytest
from django.test import Client

from staffetta.accounts.models import AuditEntry
from staffetta.contacts.consents import consent
from staffetta.contacts.models import Consent, Contact
from staffetta.contacts.step_models import ImportConsent
from tests.contacts.people import Accept, finish, person

pytestmark = pytest.mark.django_db
TOLD = {"purpose": "marketing", "source": "Tessera fedeltà", "wording": "Accetto", "given_on": "2026-03-12"}


def test_it_is_stated_typed_and_written_and_a_stop_holds(
    as_operator: Client, as_viewer: Client, accept: Accept
) -> None:
    stopped = person("+393477770001")
    consent.record([stopped.pk], "whatsapp", consent.BOTH, "no", "stop_word")
    source = finish(accept(b"Telefono\n+393477770001\n+393477770002\n"))
    address = f"/contacts/imports/{source.pk}/consent/"
    assert address in as_operator.get(f"/contacts/imports/{source.pk}/").content.decode()
    assert as_viewer.get(address).status_code == 403
    assert as_operator.post(address, {**TOLD, "typed": "3"}).status_code == 422
    assert as_operator.post(address, {**TOLD, "typed": "2"}).status_code == 302
    finish(source)
    step = ImportConsent.objects.get()
    assert (step.people, step.changed, step.kept_out) == (2, 1, 1)
    assert step.finished_at is not None
    agreed = Contact.objects.get(phone="+393477770002")
    assert consent.opt_in(agreed) == "yes"
    assert consent.opt_in(stopped) == "no"
    line = Consent.objects.get(contact=agreed)
    assert line.wording == "Tessera fedeltà · 2026-03-12 · Accetto"
    assert AuditEntry.objects.filter(deed="import_consent").exists()
    assert "disiscritta e resta" in as_operator.get(f"/contacts/imports/{source.pk}/").content.decode()


def test_a_file_that_is_not_imported_has_nobody_to_state_it_of(as_operator: Client, accept: Accept) -> None:
    source = accept(b"Telefono\n+393477770001\n")
    assert as_operator.post(f"/contacts/imports/{source.pk}/consent/", {**TOLD, "typed": "0"}).status_code == 409
    assert not ImportConsent.objects.exists()
