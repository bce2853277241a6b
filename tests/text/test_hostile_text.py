"""What real people's files, customers, replies and calls hold: half an emoji, NUL, hidden signs, names without end."""

import os
import subprocess
import sys
from io import BytesIO

import pytest
from django.test import Client

from staffetta.accounts import tokens
from staffetta.api.models import ApiCall
from staffetta.channels.models import Channel, CustomerField, Exchange, RefreshState, TemplateVariant
from staffetta.channels.refreshing import ask
from staffetta.communications.models import TransactionalMessage
from staffetta.contacts.consents import consent
from staffetta.contacts.consents.suppression import ERASED, erased_among, suppress
from staffetta.contacts.imports import import_file
from staffetta.contacts.models import Contact, Import, ImportReject
from staffetta.contacts.phones.phone import PhoneReading, parse_strict, read_phone
from staffetta.contacts.save_contact import Entered, save_contact
from staffetta.deliveries.models import Delivery
from staffetta.events import read_opt_outs
from staffetta.events.models import ProviderEvent
from staffetta.sync import start
from staffetta.sync.models import Kind, RunState, SyncRow
from tests.api.caller import Caller, Response
from tests.communications import made
from tests.contacts import people
from tests.sync.world import configuration, finish
from tests.text.hostile import HALF, HOSTILE, ID, Provider, connected, download, template

pytestmark = pytest.mark.django_db
BAD_NAMES = pytest.mark.parametrize(
    ("name", "why"),
    [
        (f"promo_{HALF}", "name_with_half_sign"),
        ("promo\0", "name_with_nul"),
        ("p" * 600, "name_too_long"),
        ("\u200b\u2060", "name_without_visible_sign"),
    ],
)


def again(channel: Channel) -> dict[str, object]:
    done = download(ask.ask(channel))
    assert done.state == RefreshState.DONE, done.problem_detail
    return dict(done.result)


# The provider's answers


def test_a_template_whose_text_holds_half_an_emoji_comes_in_cleaned_and_the_others_with_it(provider: Provider) -> None:
    provider.templates += [template("promo_inverno", f"Ciao {{{{1}}}}, buon Natale {HALF}\0"), template("promo_3")]
    channel = connected()
    names = list(channel.templates.order_by("name").values_list("name", flat=True))
    assert names == ["promo_3", "promo_estiva", "promo_inverno"]
    assert TemplateVariant.objects.get(template__name="promo_inverno").body == "Ciao {{1}}, buon Natale \ufffd"


@BAD_NAMES
def test_a_template_whose_name_cannot_be_kept_is_left_aside_with_its_reason(
    provider: Provider, name: str, why: str
) -> None:
    provider.templates.append(template(name))
    channel = connected()
    assert list(channel.templates.values_list("name", flat=True)) == ["promo_estiva"]
    [[_shown, reason]] = channel.refreshes.get().result["unstorable"]
    assert reason == why


def test_what_was_left_aside_is_said_on_the_channels_page(provider: Provider, as_administrator: Client) -> None:
    provider.templates.append(template(f"promo_{HALF}"))
    page = as_administrator.get(f"/engage/channels/{connected().pk}/", follow=True)
    assert "mezzo segno" in page.content.decode()


@pytest.mark.parametrize("name", ["promo\u0300", " promo ", "Promo\u200b", "promo\x07"])
def test_a_storable_name_goes_back_to_the_provider_byte_for_byte(provider: Provider, name: str) -> None:
    provider.templates.append(template(name, language="it "))
    connected()
    variant = TemplateVariant.objects.exclude(template__name="promo_estiva").get()
    assert (variant.template.name, variant.language_raw, variant.language) == (name, "it ", "it")


@BAD_NAMES
def test_a_customer_field_whose_name_cannot_be_kept_is_left_aside(provider: Provider, name: str, why: str) -> None:
    provider.fields.append({"name": name, "title": "Livello", "type": "text"})
    channel = connected()
    assert not CustomerField.objects.filter(label="Livello").exists()
    assert [reason for _shown, reason in channel.refreshes.get().result["unstorable"]] == [why]


def test_labels_channel_names_choices_and_words_of_errors_are_cleaned_and_bounded(provider: Provider) -> None:
    provider.fields = [{"name": "livello", "title": HOSTILE, "type": HOSTILE, "values": [HOSTILE, "oro"]}]
    provider.channels[0] |= {"name": HOSTILE, "number": HOSTILE}
    provider.channels.append({"id": HOSTILE, "name": "altro"})
    provider.templates.append(template("terza", status="APPROVED", category=HOSTILE, quality_score=HOSTILE))
    channel = connected()
    provider.templates, provider.fields = [], []
    again(channel)
    assert Channel.objects.count() == 1
    assert not any("\0" in row.response_body for row in Exchange.objects.all())


def test_one_customer_with_half_an_emoji_is_one_row_of_a_run_that_ends(provider: Provider) -> None:
    channel = connected()
    provider.customers = [
        {"id": f"39333000{HALF}", "name": "Bo"},
        {"id": "393330000001", "name": f"Anna\0 {HALF}", "customfields": {"citta": f"Forli\u0300\0{HALF}", "x\0": "y"}},
        {"id": "393330000002", "name": "n" * 300},
    ]
    rows = [
        {"kind": Kind.FIRST_NAME, "contact_field": "first_name"},
        {"customer_field": "citta", "type_seen": "text", "contact_field": "citta"},
    ]
    done = finish(start.start(configuration(channel, rows), None))
    assert (done.state, done.created, done.rejected) == (RunState.DONE, 1, 2)
    reasons = set(SyncRow.objects.filter(outcome="rejected").values_list("reason", flat=True))
    assert reasons == {"name_with_half_sign", "too_long"}
    assert Contact.objects.get(phone="+393330000001").values["citta"] == "Forlì\ufffd"


def test_a_reply_of_stop_and_half_an_emoji_is_a_stop_and_so_are_the_later_ones(provider: Provider) -> None:
    channel = connected()
    first, second = people.person(f"+{ID}"), people.person("+393330000001")
    for person in (first, second):
        consent.record([person.pk], "whatsapp", consent.BOTH, "yes", "import")
    provider.tickets = [
        {"id": "1", "user_id": ID, "chats": [{"chat": f"STOP{HALF}", "outgoing": False, "created": 1e300}]},
        {"id": f"2{HALF}", "user_id": f"{HALF}", "chats": [{"chat": "STOP", "outgoing": False}]},
        {"id": "3\0", "user_id": "393330000001", "chats": [{"chat": "STOP\0", "outgoing": False, "id": "\0"}]},
    ]
    assert read_opt_outs.read(channel)
    assert {consent.opt_in(first), consent.opt_in(second)} == {"no"}
    assert ProviderEvent.objects.get(address=ID).payload == {"text": "STOP\ufffd", "opt_out": "all"}


def test_a_stop_of_an_id_with_a_hidden_sign_is_that_persons(provider: Provider) -> None:
    channel = connected()
    person = people.person(f"+{ID}")
    consent.record([person.pk], "whatsapp", consent.BOTH, "yes", "import")
    provider.customers = [{"id": f"\u200e{ID}\u200b", "stopped": "1"}]
    assert read_opt_outs.read(channel)
    assert read_opt_outs.read(channel)
    assert consent.opt_in(person) == "no"
    assert ProviderEvent.objects.count() == 1


def test_who_was_erased_does_not_come_back_by_an_id_with_a_hidden_sign(provider: Provider) -> None:
    suppress("whatsapp", ID, ERASED)
    assert erased_among("whatsapp", {f"{ID}\u200b"}) == {f"{ID}\u200b"}


# Our API


@pytest.fixture
def caller(message: TransactionalMessage) -> Caller:
    made.people(1)
    return Caller(tokens.issue("negozio", None)[1])


@pytest.fixture
def message(db: None) -> TransactionalMessage:
    return made.order_confirmation(made.channel())


def refused(answer: Response) -> list[str]:
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    return [fault["pointer"] for fault in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (r'{"recipient": "+39333000000\ud83d"}', "#/recipient"),
        (r'{"recipient": {"phone": "+39\ud83d"}}', "#/recipient/phone"),
        (r'{"recipient": "+393330000000", "values": {"or\ud83dder": "A"}}', "#/values/or\ufffdder"),
        (r'{"recipient": "+393330000000", "values": {"order": "A\ud83d"}}', "#/values/order"),
        (r'{"recipient": "+393330000000", "unk\u0000nown": 1}', "#/unknown"),
        (r'{"recipient": "+393330000000", "unknown": {"a": ["\u0000"]}}', "#/unknown/a/0"),
        (r'{"recipient": "+393330000000", "consent": {"source": "\u0000", "text": "x"}}', "#/consent/source"),
    ],
)
def test_half_a_sign_or_nul_in_a_call_is_a_problem_that_says_where(caller: Caller, body: str, pointer: str) -> None:
    assert refused(caller.send(body=body)) == [pointer]
    assert ApiCall.objects.get().pointers == [pointer]
    assert not Delivery.objects.exists()


def test_a_value_leaves_without_control_signs(caller: Caller) -> None:
    assert caller.send(values={"order": "A-1\x07"}).status_code == 202
    assert Delivery.objects.get().parameters["body"] == ["Nome0", "A-1"]


@pytest.mark.parametrize("path", ["/deliveries/%00", "/transactional-messages/%00/send", "/%00%ED%A0%BD"])
def test_an_address_with_nul_is_a_problem(caller: Caller, path: str) -> None:
    answer = caller.client.generic("PROPFINDEXTRA", f"/api/v1{path}")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.status_code in (404, 405)


# Files


@pytest.mark.parametrize(
    "typed",
    [
        "\u202a+39 333 123 0001\u202c",
        "\u200e+393331230001",
        "\u2068+393331230001\u2069",
        "+39\u200b3331230001",
        "+39 333\u20111230001",
        "+39\u202f333\u202f1230001",
        "+39\xad3331230001",
        "\ufeff+393331230001",
        "+39\u2060333 1230001",
        "+39 333\u20101230001",
    ],
)
def test_a_number_copied_with_hidden_signs_is_that_number(typed: str) -> None:
    assert parse_strict(typed) == read_phone(typed, PhoneReading("39", recovers=True)) == "+393331230001"


def imported(rows: str, mapping: dict[str, str], consent_column: str = "") -> Import:
    source = import_file.accept(BytesIO(rows.encode()), "clienti.csv", None)
    import_file.map_columns(source, mapping, consent_column)
    import_file.start(source, None)
    return people.finish(source)


def test_cells_of_a_file_lose_hidden_signs_and_keep_what_is_read() -> None:
    rows = (
        "telefono;nome;citta\u0300;codice;ok\r\n"
        "+393331230001;\u200eAnna\u200e;Torino\u200b;\u202aC001\u202c;si\u0300\r\n"
        "+393331230002;Anna\x07Bell;Forli\u0300;C\u2011002;NO\u200b\r\n+393331230003;\u2060\u200b;Torino\xa0;C003;\r\n"
    )
    mapping = {"telefono": "phone", "nome": "first_name", "città": "citta", "codice": "external_id"}
    done = imported(rows, mapping, consent_column="ok")
    assert (done.created, done.rejected) == (3, 0)
    told = [
        (who.first_name, who.values["citta"], who.external_id, consent.opt_in(who))
        for who in Contact.objects.order_by("phone")
    ]
    assert told == [
        ("Anna", "Torino", "C001", "yes"),
        ("AnnaBell", "Forlì", "C-002", "no"),
        ("", "Torino", "C003", "unset"),
    ]


def test_two_people_with_one_visible_code_are_told() -> None:
    rows = "telefono;codice\r\n+393331230001;\u202aC001\u202c\r\n+393331230002;C001\r\n"
    done = imported(rows, {"telefono": "phone", "codice": "external_id"})
    assert (done.created, done.rejected) == (1, 1)
    assert ImportReject.objects.get().reason == "doubled_in_file"


# Pages


def test_a_search_and_a_form_with_nul_and_hidden_signs_are_answered(as_administrator: Client) -> None:
    person = people.person("+393331230001", first_name="Anna")
    for path in ("/contacts/", "/communications/", "/engage/channels/"):
        assert as_administrator.get(path, {"q": "an\0n\u200ba"}).status_code == 200
        assert as_administrator.get(path, {"q": "an\0n\u200ba", "state": "\0", "list": "\0"}).status_code in (200, 404)
    assert person.full_name.encode() in as_administrator.get("/contacts/", {"q": "an\0n\u200ba"}).content


def test_what_is_typed_about_a_contact_is_cleaned(administrator: object) -> None:
    entered = Entered(
        phone="\u202a+39 333 123 0001\u202c",
        external_id="\u200bC\u2011001",
        texts={"first_name": "\u200b\u2060", "last_name": "Forli\u0300\x07"},
        own={"nota": "\ufeff"},
    )
    contact = save_contact(Contact(), entered, None)
    assert (contact.first_name, contact.last_name, contact.external_id, contact.values) == ("", "Forlì", "C-001", {})


def test_a_persian_name_keeps_its_joiner() -> None:
    contact = save_contact(Contact(), Entered(phone="+393331230001", texts={"first_name": "علی‌رضا"}), None)
    assert contact.first_name == "علی‌رضا"


# The command line


def test_an_undecodable_byte_of_the_command_line_is_told_in_words_and_stored_nowhere() -> None:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("DJANGO_")}
    command: list[str | bytes] = [
        sys.executable,
        "-m",
        "staffetta.cli.main",
        "contacts",
        "list",
        "--search",
        b"Nicol\xf2",
    ]
    done = subprocess.run(command, capture_output=True, env=kept, check=False)
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
