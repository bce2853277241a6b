"""A caller's consent brings back nobody who opted out, unless the token may and the call says so."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from staffetta.accounts import tokens
from staffetta.accounts.models import AccessToken, AuditEntry
from staffetta.api.models import ApiCall
from staffetta.channels.models import Channel
from staffetta.cli.main import main
from staffetta.communications.models import TransactionalMessage
from staffetta.contacts.consents import consent
from staffetta.contacts.models import Consent, ConsentState, Contact, Suppression
from staffetta.contacts.save_contact import delete_contact
from staffetta.deliveries.models import Delivery
from staffetta.events import apply
from staffetta.events.models import ProviderEvent
from staffetta.work.clock import now
from tests.api.caller import Caller
from tests.api.test_send import problem
from tests.communications import made

pytestmark = pytest.mark.django_db
GIVEN = {"source": "checkout", "text": "Accetto gli avvisi sul mio ordine"}
NUMBER = "+393330000000"


@pytest.fixture
def privileged(db: None) -> Caller:
    return Caller(tokens.issue("crm", None, may_opt_in_again=True)[1])


def stopped(source: str = "stop_word", purposes: tuple[str, ...] = consent.BOTH) -> Contact:
    anna = made.people(1)[0]
    consent.record([anna.pk], "whatsapp", purposes, "no", source, wording="STOP")
    ConsentState.objects.filter(value="no").update(at=now() - timedelta(days=3))
    return anna


@pytest.mark.parametrize("source", sorted(consent.BINDING_NO))
def test_who_opted_out_is_not_brought_back_by_a_calls_consent(
    message: TransactionalMessage, caller: Caller, source: str
) -> None:
    anna = stopped(source)
    body = problem(caller.send(consent=GIVEN), 422, "opted_out")
    since = ConsentState.objects.filter(contact=anna, value="no").earliest("at").at
    assert body["since"] == since.isoformat()
    assert str(since.year) in str(body["detail"])
    assert body["errors"][0]["pointer"] == "#/consent"
    assert "opt_in_again" in str(body["detail"])
    assert consent.present(anna)["whatsapp", "service"].value == "no"
    assert not Delivery.objects.exists()
    assert ApiCall.objects.get().title == "La persona si è disiscritta"


def test_the_refusal_is_worded_in_the_language_of_the_call(message: TransactionalMessage) -> None:
    stopped()
    token = tokens.issue("negozio", None)[1]
    details = [
        str(Caller(token, language).send(consent=GIVEN, opt_in_again=True).json()["detail"])
        for language in ("it", "en")
    ]
    assert "si è disiscritta" in details[0]
    assert "non ha il diritto" in details[0]
    assert re.search(r"opted out on \d+ \w+ \d{4} \(wrote STOP\)", details[1])
    assert "does not have the right" in details[1]


def test_neither_the_right_nor_the_member_alone_brings_anybody_back(
    message: TransactionalMessage, caller: Caller, privileged: Caller
) -> None:
    anna = stopped()
    problem(caller.send(consent=GIVEN, opt_in_again=True), 422, "opted_out")
    problem(privileged.send(consent=GIVEN), 422, "opted_out")
    assert consent.opt_in(anna) == "no"
    assert not AuditEntry.objects.filter(deed="opted_in_again").exists()


def test_both_together_bring_a_person_back_and_the_audit_log_tells_it(
    message: TransactionalMessage, privileged: Caller, as_administrator: Client
) -> None:
    anna = stopped()
    assert privileged.send(consent=GIVEN, opt_in_again=True).status_code == 202
    assert consent.present(anna)["whatsapp", "service"] == consent.Present("yes", "opt_in_again")
    assert consent.opt_in(anna) == "no", "of the purpose of this message alone"
    entry = AuditEntry.objects.get(deed="opted_in_again")
    assert (entry.details["token"], entry.details["opt_out"]) == ("crm", "stop_word")
    page = as_administrator.get("/audit/").content.decode()
    assert "Una chiamata API ha iscritto di nuovo" in page
    assert "Chiamata API con nuovo consenso" in as_administrator.get(f"/contacts/{anna.pk}/").content.decode()


def test_a_call_that_is_refused_otherwise_brings_nobody_back(message: TransactionalMessage, privileged: Caller) -> None:
    anna = stopped()
    problem(privileged.send(consent=GIVEN, opt_in_again=True, values={"ordine": "A"}), 422, "value_unknown")
    assert consent.present(anna)["whatsapp", "service"].value == "no"
    assert not AuditEntry.objects.filter(deed="opted_in_again").exists()


def test_an_opt_out_is_told_before_a_fault_of_the_values(message: TransactionalMessage, caller: Caller) -> None:
    stopped()
    problem(caller.send(consent=GIVEN, values={"ordine": "A"}), 422, "opted_out")


def test_who_refused_marketing_alone_may_agree_to_service(channel: Channel, caller: Caller) -> None:
    made.order_confirmation(channel)
    anna = stopped(purposes=("marketing",))
    Consent.objects.filter(contact=anna, purpose="service").delete()
    assert caller.send(consent=GIVEN).status_code == 202


def test_the_no_of_a_file_is_lifted_by_a_calls_consent(message: TransactionalMessage, caller: Caller) -> None:
    anna = made.people(1)[0]
    consent.record([anna.pk], "whatsapp", consent.BOTH, "no", "import")
    assert caller.send(consent=GIVEN).status_code == 202
    assert consent.present(anna)["whatsapp", "service"] == consent.Present("yes", "api")


def test_who_opted_out_before_being_deleted_has_opted_out(channel: Channel, caller: Caller, privileged: Caller) -> None:
    made.order_confirmation(channel, creates_contacts=True)
    delete_contact(stopped(), None)
    body = problem(caller.send(consent=GIVEN), 422, "opted_out")
    assert body["since"]
    assert not Contact.objects.exists()
    assert privileged.send(consent=GIVEN, opt_in_again=True).status_code == 202
    assert not Suppression.objects.exists()


def test_who_wrote_stop_before_being_a_contact_has_opted_out(channel: Channel, caller: Caller) -> None:
    """The reply lies unread by anybody: no contact had that number."""
    made.order_confirmation(channel, creates_contacts=True)
    ProviderEvent.objects.create(
        channel=channel, key="reply:1", kind="reply", address=NUMBER[1:], payload={"text": "STOP"}, at=now()
    )
    problem(caller.send(consent=GIVEN), 422, "opted_out")
    assert not Contact.objects.exists()
    assert ProviderEvent.objects.get().applied_at is None, "the call left nothing behind"


def test_a_stop_read_late_undoes_the_consent_of_a_call(
    channel: Channel, message: TransactionalMessage, caller: Caller
) -> None:
    anna = made.people(1)[0]
    assert caller.send(consent=GIVEN).status_code == 202
    ProviderEvent.objects.create(
        channel=channel,
        key="reply:1",
        kind="reply",
        address=NUMBER[1:],
        payload={"text": "STOP"},
        at=now() - timedelta(hours=1),
    )
    apply.apply(channel)
    assert consent.opt_in(anna) == "no"


@pytest.mark.parametrize("wrong", ["true", 1])
def test_the_member_is_a_boolean_and_stands_beside_a_consent(
    message: TransactionalMessage, caller: Caller, wrong: object
) -> None:
    made.people(1)
    problem(caller.send(consent=GIVEN, opt_in_again=wrong), 422, "request_invalid")
    body = problem(caller.send(opt_in_again=True), 422, "request_invalid")
    assert body["errors"][0]["pointer"] == "#/opt_in_again"


def test_the_openapi_document_tells_the_member_and_the_date(client: Client) -> None:
    schemas = client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    assert schemas["SendIn"]["properties"]["opt_in_again"]["default"] is False
    assert "since" in schemas["ProblemOut"]["properties"]


def test_a_right_is_given_with_a_token_on_its_page_and_off_by_default(
    as_administrator: Client, message: TransactionalMessage
) -> None:
    stopped()
    for more, status in (({}, 422), ({"may_opt_in_again": "on"}, 202)):
        page = as_administrator.post("/tokens/", {"name": "negozio", **more}).content.decode()
        found = re.search(r"stf_[\w-]{20,}", page)
        assert found is not None
        answer = Caller(found.group()).send(consent=GIVEN, opt_in_again=True)
        assert answer.status_code == status
    assert as_administrator.get("/tokens/").content.decode().count(">Sì</td>") == 1
    issued = AuditEntry.objects.filter(deed="token_issued").latest("pk")
    assert issued.details["may_opt_in_again"] == "yes"


def test_the_right_is_switched_by_an_administrator_holds_from_the_next_call_on_and_is_in_the_audit_log(
    as_administrator: Client, as_operator: Client, message: TransactionalMessage
) -> None:
    stopped()
    token, plain = tokens.issue("negozio", None)
    address = f"/tokens/{token.pk}/right/"
    shown = as_administrator.get("/tokens/").content.decode()
    assert f'href="{address}"' in shown
    assert ">No</td>" in shown
    assert "possono riportare chi si è disiscritto" in as_administrator.get(address).content.decode()
    assert as_operator.post(address, {"may_opt_in_again": "on"}).status_code == 403
    assert Caller(plain).send(consent=GIVEN, opt_in_again=True).status_code == 422
    assert as_administrator.post(address, {"may_opt_in_again": "on"}).status_code == 302
    assert Caller(plain).send(consent=GIVEN, opt_in_again=True).status_code == 202
    assert as_administrator.post(address, {}).status_code == 302
    assert as_administrator.post(address, {}).status_code == 302
    told = AuditEntry.objects.filter(deed="token_right_changed").order_by("pk")
    assert [entry.details["may_opt_in_again"] for entry in told] == ["yes", "no"], "the same again is no change"
    log = as_administrator.get("/audit/").content.decode()
    assert "Ha cambiato che cosa può fare il token di accesso" in log
    tokens.revoke(token, None)
    assert as_administrator.get(address).status_code == 404


def test_the_right_is_given_on_the_command_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tokens", "issue", "negozio"]) == 0
    assert main(["tokens", "issue", "crm", "--may-opt-in-again"]) == 0
    plain = capsys.readouterr().out.split()
    assert all(tokens.caller(each) for each in plain if each.startswith("stf_"))
    assert dict(AccessToken.objects.values_list("name", "may_opt_in_again")) == {"negozio": False, "crm": True}
    assert main(["tokens", "list", "--json"]) == 0
    assert '"may_opt_in_again": true' in capsys.readouterr().out
    crm = AccessToken.objects.get(name="crm")
    assert main(["tokens", "right", str(crm.pk), "--may-opt-in-again", "no"]) == 0
    assert "non può" in capsys.readouterr().out
    crm.refresh_from_db()
    assert not crm.may_opt_in_again
    assert main(["tokens", "revoke", str(crm.pk)]) == 0
    crm.refresh_from_db()
    assert crm.revoked_at is not None
