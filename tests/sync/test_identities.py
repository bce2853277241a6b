"""TELEGRAMID and external id as fields a row fills: nobody gets what another has, and none is replaced unasked."""

import pytest
from django.test import Client

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel
from staffetta.contacts.models import Contact
from staffetta.sync import decide
from staffetta.sync.models import SyncConfiguration, SyncRun
from tests.sync.conftest import People
from tests.sync.world import Row, all_decided, configuration, contact, counts, customer, number, ran, undone

pytestmark = pytest.mark.django_db
NAMES = ("external_id", "telegram_id")


def row(name: str, mode: str = "provider") -> Row:
    return {"customer_field": "citta", "type_seen": "text", "contact_field": name, "mode": mode}


def of(place: int, name: str) -> str | None:
    found: str | None = getattr(Contact.objects.get(phone=f"+{number(place)}"), name)
    return found


def reasons(run: SyncRun) -> set[tuple[str, str, str]]:
    return set(run.rows.filter(outcome="rejected").values_list("customer_id", "reason", "field"))


@pytest.mark.parametrize("name", NAMES)
def test_it_is_filled_where_there_is_none_found_by_the_search_and_taken_back(
    channel: Channel, at_engage: People, name: str
) -> None:
    at_engage([customer(1, citta="4711"), customer(2, citta="4712")])
    Contact.objects.bulk_create([contact(1, "Ada")])
    run = ran(configuration(channel, [row(name)]))
    assert (of(1, name), of(2, name)) == ("4711", "4712")
    assert ("4711" in Contact.objects.get(**{name: "4711"}).search) is (name == "telegram_id")
    undone(run)
    assert of(1, name) is None
    assert Contact.objects.count() == 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rehearsal", [True, False])
def test_what_another_contact_has_rejects_the_customer_with_the_reason(
    channel: Channel, at_engage: People, name: str, rehearsal: bool
) -> None:
    at_engage([customer(1, citta="4711"), customer(2, citta="4712"), customer(3, citta="4712")])
    Contact.objects.bulk_create([contact(1, "Ada"), Contact(phone="+393330000001", **{name: "4711"})])
    run = ran(configuration(channel, [row(name)]), rehearsal=rehearsal)
    assert counts(run) == {"created": 1, "rejected": 2}
    assert reasons(run) == {(number(place), f"{name}_taken", "citta") for place in (1, 3)}


@pytest.mark.parametrize("rehearsal", [True, False])
def test_a_customer_of_an_earlier_page_keeps_what_it_took(channel: Channel, at_engage: People, rehearsal: bool) -> None:
    at_engage([customer(place, citta="4711" if place in (0, 1199) else f"c{place}") for place in range(1200)])
    run = ran(configuration(channel, [row("external_id")]), rehearsal=rehearsal)
    assert run.pages > 1
    assert counts(run) == {"created": 1199, "rejected": 1}
    assert reasons(run) == {(number(1199), "external_id_taken", "citta")}


@pytest.mark.parametrize("mode", ["provider", "platform", "newest", "ask"])
def test_one_that_somebody_has_is_replaced_only_when_a_person_says_so(
    channel: Channel, at_engage: People, mode: str
) -> None:
    made = configuration(channel, [row("external_id", mode)])
    at_engage([customer(1, citta="A1"), customer(2, citta="B1")])
    ran(made)
    at_engage([customer(1, citta="A2"), customer(2, citta="B2")])
    run = ran(made)
    assert counts(run) == {"conflicting": 2}
    assert (of(1, "external_id"), of(2, "external_id")) == ("A1", "B1")
    first, second = run.rows.order_by("customer_id")
    assert decide.decide(first, "there", None)
    assert decide.decide(second, "here", None)
    assert (of(1, "external_id"), of(2, "external_id")) == ("A2", "B1")
    assert counts(ran(made)) == {"unchanged": 2}  # who was kept is not asked about again


def test_a_decision_cannot_take_what_another_contact_has(
    as_operator: Client, channel: Channel, at_engage: People
) -> None:
    made = configuration(channel, [row("external_id")])
    at_engage([customer(1, citta="A1")])
    ran(made)
    at_engage([customer(1, citta="A2")])
    run = ran(made)
    Contact.objects.create(phone="+393330000001", external_id="A2")
    address = f"/engage/channels/{channel.pk}/sync/{made.pk}/conflicts/"
    answer = as_operator.post(address, {"row": run.rows.get().pk, "side": "there"}, follow=True)
    assert "Questo ID esterno appartiene a un altro contatto" in answer.content.decode()
    asked = all_decided(made, "there")
    assert asked
    assert (asked.conflicts, asked.decided, asked.left) == (1, 0, 1)
    assert "1 resta aperto: il valore appartiene a un altro contatto." in as_operator.get(address).content.decode()
    assert of(1, "external_id") == "A1"
    assert decide.open_rows(made, "conflicting").count() == 1


def test_undoing_gives_nobody_what_another_contact_has_by_now(channel: Channel, at_engage: People) -> None:
    made = configuration(channel, [row("external_id"), {"kind": "first_name", "contact_field": "first_name"}])
    Contact.objects.bulk_create([contact(1, "Ada")])
    Contact.objects.update(external_id="A1")
    at_engage([customer(1, "Ugo", citta="A2")])
    run = ran(made)
    all_decided(made, "there")
    Contact.objects.create(phone="+393330000001", external_id="A1")
    undone(run)
    assert run.rows.get().undone == "partly"
    assert (of(1, "external_id"), Contact.objects.get(external_id="A2").first_name) == ("A2", "Ada")


def test_a_telegramid_is_digits_and_an_external_id_has_an_end(channel: Channel, at_engage: People) -> None:
    at_engage([customer(1, citta="@ada"), customer(2, citta="9" * 101)])
    assert reasons(ran(configuration(channel, [row("telegram_id")]))) == {
        (number(place), "invalid_telegram_id", "citta") for place in (1, 2)
    }
    run = ran(configuration(channel, [row("external_id")], name="Altra"))
    assert reasons(run) == {(number(2), "too_long", "citta")}


@pytest.mark.parametrize("name", NAMES)
def test_ours_is_written_to_the_customer_field(channel: Channel, at_engage: People, engage: Engage, name: str) -> None:
    at_engage([customer(1), customer(2, citta="9")])
    Contact.objects.bulk_create([contact(1), contact(2)])
    Contact.objects.filter(phone=f"+{number(1)}").update(**{name: "4711"})
    made = configuration(channel, [row(name, "platform")], direction="both")
    run = ran(made)
    assert (run.writes_done, of(2, name)) == (1, "9")
    assert run.writes.get().fields == {"citta": "4711"}
    assert (ran(made).writes_planned, of(1, name)) == (0, "4711")


def form(**row: str) -> dict[str, str]:
    told = {"rows-TOTAL_FORMS": "1", "rows-INITIAL_FORMS": "0", "name": "Identità", "direction": "from_engage"}
    told |= {"key_customer": "id", "key_contact": "phone", "create_unknown": "on", "stopped_means": "opt_out"}
    told |= {"blocked_means": "opt_out", "every": "never", "time_zone": "Europe/Rome", "rows-0-mode": "provider"}
    return told | {f"rows-0-{name}": value for name, value in row.items()}


def test_the_form_offers_both_and_says_what_cannot_fill_them(as_operator: Client, channel: Channel) -> None:
    address = f"/engage/channels/{channel.pk}/sync/new/"
    page = as_operator.get(address).content.decode()
    assert "non si sostituisce mai senza chiedere" in page
    for name in NAMES:
        assert f'<option value="{name}"' in page.partition('id="id_rows-0-target"')[2].partition("</select>")[0]
    fixed = form(source="=fixed", fixed="A1", target="external_id")
    assert "può riempirlo solo un campo del cliente" in as_operator.post(address, fixed).content.decode()
    key = form(source="field:citta", target="external_id") | {"key_contact": "external_id"}
    assert "nessuna riga può cambiarlo" in as_operator.post(address, key).content.decode()
    assert not SyncConfiguration.objects.exists()
    as_operator.post(address, form(source="field:citta", target="external_id"))
    assert SyncConfiguration.objects.get().mappings.get().contact_field == "external_id"


def test_on_a_telegram_channel_only_the_customers_own_number_is_a_telegramid(
    as_operator: Client, channel: Channel
) -> None:
    channel.platform = "telegram"
    channel.save()
    address = f"/engage/channels/{channel.pk}/sync/new/"
    other = form(source="field:citta", target="telegram_id") | {"key_contact": "external_id"}
    assert "può riempirlo solo «number»" in as_operator.post(address, other).content.decode()
    assert not SyncConfiguration.objects.exists()
    as_operator.post(address, other | {"rows-0-source": "field:number"})
    assert SyncConfiguration.objects.get().mappings.get().customer_field == "number"
