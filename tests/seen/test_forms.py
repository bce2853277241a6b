"""A form filled before a colleague saved: what was not touched stays theirs, a conflict is shown side by side."""

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import resolve

from staffetta.accounts.models import Role, User
from staffetta.contacts.consents import consent
from staffetta.contacts.models import Consent, Contact, Import
from staffetta.events.models import SourcesAllowed
from staffetta.sync.models import SyncMapping
from staffetta.ui.page_forms import Values, read_page
from staffetta.ui.seen import FIELD, page_of_view
from tests import world as factory
from tests.addresses import PAGES, Address, path_of
from tests.conftest import person
from tests.filling import seen_in
from tests.seen.forms import FORMS, WALKED_ELSEWHERE, Stale, said_yes

pytestmark = pytest.mark.django_db

CONFLICT = 409
SAVING = [address for address in PAGES if "versioned" in getattr(address.view, "seen", {})]
WALKED = [address for address in SAVING if address.name in FORMS]


@pytest.fixture
def client(db: None) -> Client:
    client = Client()
    client.force_login(person(Role.ADMINISTRATOR, "chiunque"))
    return client


def test_every_form_that_saves_is_walked() -> None:
    assert {address.name for address in SAVING} == set(FORMS) | set(WALKED_ELSEWHERE)


def opened(client: Client, address: Address, world: factory.World) -> tuple[str, str, Values]:
    """Return the address of the form, of its page, and all that a browser would post of it."""
    path = path_of(address, world)
    page = page_of_view(address.view.seen["versioned"], resolve(path).kwargs) or path  # type: ignore[attr-defined]
    return path, page, filled(client, path, page)


def filled(client: Client, path: str, page: str) -> Values:
    html = client.get(page).content.decode()
    form = read_page(html, page).form(path)
    seen = seen_in(html, path, page)
    assert form
    assert seen, f"no form of {page} leads to {path}"
    return {**{name: values for name, values in form.values.items() if values}, FIELD: [seen]}


def world_of(client: Client, stale: Stale) -> factory.World:
    world = factory.build()
    stale.ready(world)
    return world


@pytest.mark.parametrize("address", WALKED, ids=str)
def test_what_the_person_did_not_touch_stays_as_the_colleague_stored_it(address: Address, client: Client) -> None:
    stale = FORMS[address.name]
    world = world_of(client, stale)
    name = real_name(stale)
    path, page, form = opened(client, address, world)
    assert form.get(name) != [stale.theirs]
    stale.meanwhile(world)
    answer = client.post(path, form)
    assert answer.status_code == 302, answer.content.decode()
    assert filled(client, path, page)[name] == [stale.theirs]


def real_name(stale: Stale) -> str:
    if stale.name != "pair-1-0":
        return stale.name
    return f"pair-{SyncMapping.objects.get().pk}-0"


@pytest.mark.parametrize("address", WALKED, ids=str)
def test_a_field_that_both_changed_is_shown_side_by_side_and_then_saved_as_chosen(
    address: Address, client: Client
) -> None:
    stale = FORMS[address.name]
    world = world_of(client, stale)
    name = real_name(stale)
    path, page, form = opened(client, address, world)
    stale.meanwhile(world)
    answer = client.post(path, {**form, **{key: [value] for key, value in stale.more.items()}, name: [stale.mine]})
    assert answer.status_code == CONFLICT
    asked = answer.content.decode()
    assert "Com’è adesso:" in asked
    assert "Come l’hai scritto tu:" in asked
    assert filled(client, path, page)[name] == [stale.theirs], "nothing is saved yet"
    again = conflict_form(asked, path)
    mine = {key: ["mine"] if key.startswith("seen-keep:") else values for key, values in again.items()}
    assert client.post(path, again).status_code == 302
    assert filled(client, path, page)[name] == [stale.theirs]
    assert client.post(path, mine).status_code == 302
    assert filled(client, path, page)[name] == [stale.mine]


def conflict_form(html: str, path: str) -> Values:
    form = read_page(html, path).form(path)
    assert form
    seen = re.search(r'name="seen" value="([^"]+)"', html)
    assert seen
    return {**form.values, FIELD: [unescape(seen[1])]}


@pytest.mark.parametrize("address", WALKED, ids=str)
def test_a_form_that_does_not_say_what_it_was_filled_with_saves_nothing(address: Address, client: Client) -> None:
    stale = FORMS[address.name]
    world = world_of(client, stale)
    path, page, form = opened(client, address, world)
    del form[FIELD]
    before = filled(client, path, page)[real_name(stale)] if real_name(stale) in form else None
    assert client.post(path, {**form, real_name(stale): [stale.mine]}).status_code == CONFLICT
    assert filled(client, path, page).get(real_name(stale)) == before


def test_a_newer_yes_with_its_source_is_not_turned_back_by_an_old_form(client: Client) -> None:
    """The situation: A opens the form of somebody not set, B records the Yes, A corrects the surname."""
    world = factory.build()
    address = next(address for address in WALKED if address.name == "contacts:edit")
    path, _page, form = opened(client, address, world)
    said_yes(world)
    count = Consent.objects.filter(contact=world.contact).count()
    assert client.post(path, {**form, "last_name": ["Bianchi"]}).status_code == 302
    assert Contact.objects.get(pk=world.contact.pk).last_name == "Bianchi"
    assert consent.opt_in(world.contact) == "yes"
    assert Consent.objects.filter(contact=world.contact).count() == count


def test_a_corrected_phone_does_not_come_back(client: Client) -> None:
    world = factory.build()
    address = next(address for address in WALKED if address.name == "contacts:edit")
    path, _page, form = opened(client, address, world)
    corrected = "+393339998877"
    Contact.objects.filter(pk=world.contact.pk).update(phone=corrected, phone_raw="333 9998877")
    assert client.post(path, {**form, "last_name": ["Bianchi"]}).status_code == 302
    assert Contact.objects.get(pk=world.contact.pk).phone == corrected


def test_a_role_is_not_raised_again_by_an_old_form(client: Client) -> None:
    world = factory.build()
    User.objects.filter(pk=world.other_user.pk).update(role=Role.ADMINISTRATOR)
    address = next(address for address in WALKED if address.name == "accounts:user")
    path, _page, form = opened(client, address, world)
    User.objects.filter(pk=world.other_user.pk).update(role=Role.VIEWER)
    assert client.post(path, {**form, "full_name": ["Nome Nuovo"]}).status_code == 302
    world.other_user.refresh_from_db()
    assert (world.other_user.role, world.other_user.full_name) == (Role.VIEWER, "Nome Nuovo")


def test_a_fragment_of_the_form_carries_what_it_was_first_filled_with(client: Client) -> None:
    """What htmx draws anew after a choice is no fresh start: a colleague's change since then is a conflict."""
    world = factory.build()
    stale = FORMS["communications:edit"]
    stale.ready(world)
    address = next(address for address in WALKED if address.name == "communications:edit")
    path, _page, form = opened(client, address, world)
    stale.meanwhile(world)
    part = client.post(f"{path}?update=1", {**form, "name": ["Di Anna"]}, headers={"HX-Request": "true"})
    html = part.content.decode()
    assert "<html" not in html
    assert 'value="Di Anna"' in html
    drawn = read_page(html, path).form(path)
    assert drawn
    posted = {**{name: values for name, values in drawn.values.items() if values}, FIELD: [seen_in(html, path, path)]}
    answer = client.post(path, posted)
    assert answer.status_code == CONFLICT
    assert "Di Bruna" in answer.content.decode()


def mapping_form(client: Client, path: str) -> Values:
    """Return what a browser posts of the columns' form."""
    html = client.get(path).content.decode()
    form = read_page(html, path).form(path, 0)
    assert form
    return {**form.values, FIELD: [re.findall(r'name="seen" value="([^"]+)"', html)[0]]}


def test_columns_that_a_colleague_mapped_meanwhile_stay_and_a_conflict_is_shown(client: Client) -> None:
    rows = SimpleUploadedFile("a.csv", b"Telefono;Nome\n+39 333 123 0001;Anna\n", "text/csv")
    path = client.post("/contacts/imports/new/", {"file": rows}).headers["Location"]
    mine, theirs = mapping_form(client, path), mapping_form(client, path)
    assert mine["column1"] == ["first_name"]
    assert client.post(path, {**theirs, "column1": ["last_name"]}).status_code == 302
    conflict = client.post(path, {**mine, "column1": ["external_id"]})
    assert conflict.status_code == CONFLICT
    assert Import.objects.get().mapping["Nome"] == "last_name"
    assert client.post(path, mine).status_code == 302
    assert Import.objects.get().mapping["Nome"] == "last_name"


def test_two_boxes_ticked_by_two_people_are_both_ticked(client: Client) -> None:
    world = factory.build()
    path, page = f"/engage/channels/{world.channel.pk}/opt-outs/", f"/engage/channels/{world.channel.pk}/"
    form = filled(client, path, page)
    SourcesAllowed.objects.create(channel=world.channel, older=True)
    assert client.post(path, {**form, "stopped_alone": ["on"]}).status_code == 302
    allowed = SourcesAllowed.objects.get()
    assert (allowed.older, allowed.stopped_alone) == (True, True)


def test_a_contact_of_a_recovered_number_is_edited_without_touching_it(client: Client) -> None:
    world = factory.build()
    Contact.objects.filter(pk=world.contact.pk).update(phone="+393477654321", phone_raw="347 765 4321")
    path = f"/contacts/{world.contact.pk}/edit/"
    form = filled(client, path, path)
    assert form["phone"] == ["+393477654321"], "what the platform shows it also takes back"
    assert client.post(path, {**form, "last_name": ["Rossi"]}).status_code == 302
    kept = Contact.objects.get(pk=world.contact.pk)
    assert (kept.last_name, kept.phone, kept.phone_raw) == ("Rossi", "+393477654321", "347 765 4321")


def test_a_stored_number_that_would_be_refused_today_stays_where_it_is_not_touched(client: Client) -> None:
    world = factory.build()
    Contact.objects.filter(pk=world.contact.pk).update(phone="+3934776543210000", phone_raw="")
    path = f"/contacts/{world.contact.pk}/edit/"
    assert client.post(path, {**filled(client, path, path), "last_name": ["Rossi"]}).status_code == 302
    assert Contact.objects.get(pk=world.contact.pk).phone == "+3934776543210000"
    again = client.post(path, {**filled(client, path, path), "phone": ["+3934776543210001"]})
    assert again.status_code == 200, "a new one is judged"


def test_a_right_that_was_taken_away_is_not_given_back_by_an_old_form(client: Client) -> None:
    world = factory.build()
    tokens = type(world.token).objects.filter(pk=world.token.pk)
    tokens.update(may_opt_in_again=True)
    path = f"/tokens/{world.token.pk}/right/"
    form = filled(client, path, path)
    tokens.update(may_opt_in_again=False)
    assert client.post(path, form).status_code == 302
    assert not tokens.get().may_opt_in_again
