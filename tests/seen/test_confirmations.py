"""Whoever confirms a page confirms what it showed: a walk over every confirming page, changed meanwhile."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import resolve
from pytest_django import Settings

from staffetta.accounts.models import AuditEntry, Role, User
from staffetta.contacts.consents import consent
from staffetta.ui.page_forms import WHO, read_page
from staffetta.ui.seen import FIELD, page_of_view
from staffetta.work.clock import now
from tests import world as factory
from tests.addresses import PAGES, Address, path_of
from tests.conftest import logged_in, person
from tests.filling import seen_in
from tests.seen.confirmations import CONFIRMATIONS, NOTHING_ELSE_SHOWN, OTHERS, Changed

pytestmark = pytest.mark.django_db

SOURCE = Path(__file__).resolve().parents[2] / "src/staffetta"
MEANWHILE = "Nel frattempo è cambiato: non è stato fatto nulla"
AT_ONCE = {
    "accounts:login": "nobody is known yet",
    "accounts:logout": "ends the own session",
    "accounts:language": "the own language",
    "accounts:setup": "the first person",
    "accounts:confirm": "the own password is typed",
    "accounts:own_sessions": "ends sessions; whoever is in logs in again",
    "accounts:user_sessions": "ends sessions; whoever is in logs in again",
    "accounts:password": "the old password is typed",
    "accounts:user_new": "makes something new",
    "accounts:user_password": "the new password is typed",
    "accounts:user_activate": "gives back what deactivating took; undone by one click",
    "accounts:tokens": "makes something new",
    "channels:connect": "the key is typed",
    "channels:connect_row": "the key is typed",
    "channels:refresh_all": "reads only",
    "channels:refresh": "reads only",
    "channels:dismiss": "puts a result away",
    "channels:enter_template": "makes something new",
    "channels:import_templates": "makes something new",
    "events:prove_stop": "a check that takes itself back",
    "communications:new": "makes something new",
    "communications:test": "goes to chosen people only, to see the draft as it is",
    "communications:unschedule": "holds back; nothing is sent by it",
    "communications:pause": "holds back; nothing is sent by it",
    "communications:duplicate": "makes a draft",
    "communications:transactional_new": "makes something new",
    "communications:transactional_switch": "turned back by one click",
    "contacts:new": "makes something new",
    "contacts:new_field": "makes something new",
    "contacts:make_list": "makes something new",
    "contacts:leave_list": "one person named on the button, out of one list",
    "contacts:new_audience": "makes something new",
    "contacts:count_rules": "reads only",
    "contacts:duplicate_audience": "makes a copy",
    "contacts:search_duplicates": "reads only",
    "contacts:dismiss_duplicates": "two people stay as they are",
    "contacts:suppress": "the addresses are typed",
    "contacts:decide_opt_out": "decided once: whoever comes second changes nothing",
    "contacts:decide_alike": "decides on what the page showed, up to its last row",
    "contacts:add_opt_out_word": "makes something new",
    "contacts:remove_opt_out_word": "the word is on the button",
    "contacts:upload": "makes something new",
    "contacts:forget_mapping": "the name is on the button",
    "contacts:reading": "an import that was not started; the page that starts it shows how it is read",
    "contacts:discard": "an import that was not started",
    "contacts:cancel": "holds back; what is imported stays",
    "deliveries:settle": "settled once: whoever comes second changes nothing",
    "deliveries:try_again": "tries what was going on already",
    "reports:set_aside": "tries again what is set aside",
    "sync:new": "makes something new",
    "sync:rehearse": "writes nothing",
    "sync:conflicts": "the row and the side are in the form; decided once",
    "sync:correct": "a rejected row is judged again with what is typed",
    "sync:cancel": "holds back; what was written stays",
}
"""Views that act at once, each with the reason why nothing shown could have changed to somebody's harm."""


def marks(address: Address) -> dict[str, str]:
    found: dict[str, str] = getattr(address.view, "seen", {})
    return found


CONFIRMING = [address for address in PAGES if "confirms" in marks(address)]
WALKED = [address for address in CONFIRMING if address.name in CONFIRMATIONS]


@pytest.fixture
def client(db: None) -> Client:
    """A browser that adds nothing by itself."""
    client = Client()
    client.force_login(person(Role.ADMINISTRATOR, "chiunque"))
    return client


def test_every_confirming_page_is_walked() -> None:
    assert {address.name for address in CONFIRMING} == set(CONFIRMATIONS) | set(NOTHING_ELSE_SHOWN)


def test_every_other_view_that_acts_says_why_it_may(client: Client) -> None:
    """A new view that takes a form is marked by @confirms or @versioned, or named above with its reason."""
    world = factory.build()
    acting = set()
    for address in PAGES:
        if marks(address):
            continue
        with transaction.atomic():
            if client.post(path_of(address, world)).status_code != 405:
                acting.add(address.name)
            transaction.set_rollback(True)
        client.cookies.clear()
        client.force_login(User.objects.get(username="chiunque"))
    assert acting == set(AT_ONCE)


def opened(client: Client, address: Address, changed: Changed, world: factory.World) -> tuple[str, str, str]:
    """Return the address of the deed, of its page, and what the page put into the form."""
    path = path_of(address, world) + changed.query
    page = page_of_view(marks(address)["confirms"], resolve(path.partition("?")[0]).kwargs) or path
    shown = client.get(page)
    assert shown.status_code == 200, page
    seen = seen_in(shown.content.decode(), path, page)
    assert seen, f"no form of {page} leads to {path}"
    return path, page, seen


def with_own_list(changed: Changed, world: factory.World) -> Changed:
    query = changed.query.replace("list=1", f"list={world.members.pk}")
    return Changed(changed.meanwhile, changed.ready, changed.data, query)


@pytest.mark.parametrize("address", WALKED, ids=str)
def test_what_changed_meanwhile_is_shown_and_not_done(address: Address, client: Client) -> None:
    world = factory.build()
    changed = with_own_list(CONFIRMATIONS[address.name], world)
    changed.ready(world)
    path, _page, seen = opened(client, address, changed, world)
    with transaction.atomic():
        assert client.post(path, {**changed.data, FIELD: seen}).status_code != 409, "unchanged, it is done"
        transaction.set_rollback(True)
    client.force_login(User.objects.get(username="chiunque"))
    changed.meanwhile(world)
    before = AuditEntry.objects.count()
    answer = client.post(path, {**changed.data, FIELD: seen})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert MEANWHILE in text
    assert any(word in text for word in ("prima: «", "nuovo: «", "tolto: «"))
    assert AuditEntry.objects.count() == before
    assert client.post(path, changed.data).status_code == 409, "without what was seen, nothing is done"
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize("address", WALKED, ids=str)
def test_the_clock_and_the_order_of_rows_change_nothing(
    address: Address, client: Client, settings: Settings, tmp_path: Path
) -> None:
    world = factory.build()
    changed = with_own_list(CONFIRMATIONS[address.name], world)
    changed.ready(world)
    path, page, seen = opened(client, address, changed, world)
    lines = read_page(client.get(page).content.decode(), page).lines
    (tmp_path / "clock").write_text(str(3 * 86_400))
    settings.CLOCK_FILE = str(tmp_path / "clock")
    client.force_login(User.objects.get(username="chiunque"))
    assert sorted(read_page(client.get(page).content.decode(), page).lines) == sorted(lines)
    assert lines
    assert seen_in(client.get(page).content.decode(), path, page)
    assert seen


@pytest.mark.parametrize("address", [each for each in WALKED if each.name in OTHERS], ids=str)
def test_as_many_other_people_are_not_who_was_confirmed(address: Address, client: Client) -> None:
    """A number that stays the same says nothing of who it counts."""
    world = factory.build()
    ready, exchange = OTHERS[address.name]
    changed = with_own_list(CONFIRMATIONS[address.name], world)
    ready(world)
    path, page, seen = opened(client, address, changed, world)
    before = [line for line in read_page(client.get(page).content.decode(), page).lines if not line.startswith(WHO)]
    exchange(world)
    client.force_login(User.objects.get(username="chiunque"))
    now_shown = [line for line in read_page(client.get(page).content.decode(), page).lines if not line.startswith(WHO)]
    assert sorted(now_shown) == sorted(before), "the words are the same"
    answer = client.post(path, {**changed.data, FIELD: seen})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "tanti quanti prima, ma non gli stessi" in text
    assert WHO not in text


def test_every_page_that_counts_people_is_walked_with_others() -> None:
    counting = {path.stem for path in SOURCE.rglob("templates/**/*.html") if "data-who" in path.read_text()}
    assert counting == {"draft", "add_to_list", "delete_field", "import_consent", "settle_all", "consent"}
    assert len(counting) == len(OTHERS)


def test_what_was_seen_of_another_thing_confirms_nothing(client: Client) -> None:
    world = factory.build()
    other = type(world.members).objects.create(name="Milano")
    page = f"/contacts/lists/{other.pk}/delete/"
    seen = seen_in(client.get(page).content.decode(), page, page)
    assert client.post(f"/contacts/lists/{world.members.pk}/delete/", {FIELD: seen}).status_code == 409
    assert type(world.members).objects.filter(pk=world.members.pk).exists()


def test_the_page_that_a_form_of_another_page_leads_to_can_be_confirmed(client: Client) -> None:
    """A template's switch stands in a list; switched off it first asks, where the template is used."""
    world = factory.build()
    listed = f"/engage/channels/{world.channel.pk}/whatsapp/"
    action = f"{listed}{world.template.pk}/switch/"
    # A hundred switches would each carry the text of the whole list.
    assert f'name="{FIELD}"' not in client.get(listed).content.decode()
    asked = client.post(action, {"to": "off"})
    confirmed = {"to": "off", "confirmed": "1", FIELD: seen_in(asked.content.decode(), action, action)}
    assert client.post(action, confirmed).status_code == 302
    world.template.refresh_from_db()
    assert not world.template.active


def test_a_draft_that_a_colleague_changed_is_not_started_from_the_old_page(client: Client) -> None:
    """The situation itself, with two people: A saw the summary, B changes the text, A starts."""
    world = factory.build()
    changed = CONFIRMATIONS["communications:start"]
    changed.ready(world)
    address = next(address for address in WALKED if address.name == "communications:start")
    path, _page, seen = opened(client, address, changed, world)
    colleague = logged_in(person(Role.OPERATOR, "bruna"))
    typed = {
        "name": "Saldi",
        "platform": "whatsapp",
        "channel": str(world.channel.pk),
        "template": "novita_foto",
        "language": "it",
        "source_1": "text",
        "text_1": "amico mio",
        "audience": "all",
    }
    assert colleague.post(f"/communications/{world.communication.pk}/edit/", typed).status_code == 302
    answer = client.post(path, {FIELD: seen})
    assert answer.status_code == 409
    assert "amico mio" in answer.content.decode()
    world.communication.refresh_from_db()
    assert world.communication.state == "draft"


def test_a_form_sent_when_its_page_would_ask_for_the_password_again_is_compared_all_the_same(client: Client) -> None:
    world = factory.build()
    path = f"/contacts/{world.contact.pk}/erase/"
    seen = seen_in(client.get(path).content.decode(), path, path)
    session = client.session
    session["password_at"] = now().timestamp() - 1.5 * 60 * settings.PASSWORD_AGAIN_MINUTES
    session.save()
    consent.record([world.contact.pk], "whatsapp", consent.BOTH, "yes", "import")
    assert client.post(path, {FIELD: seen, "reason": "request", "typed": "CANCELLA"}).status_code == 409
    assert type(world.contact).objects.filter(pk=world.contact.pk).exists()
