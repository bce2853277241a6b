"""Who can be written to: one rule for the summary, the planning and single sends."""

from collections import Counter

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from staffetta.accounts.models import User
from staffetta.contacts.audiences.audience import Audience, UnknownAudience
from staffetta.contacts.audiences.recipients import LeftOut, Recipient, Tally, count, recipient, recipients, tally
from staffetta.contacts.consents import consent
from staffetta.contacts.consents.suppression import is_suppressed, masked, suppress
from staffetta.contacts.fields.values import sources, value_of
from staffetta.contacts.models import Contact, Import, ImportedContact
from staffetta.contacts.save_contact import delete_contact
from staffetta.work.clock import now
from tests.contacts.people import person

pytestmark = pytest.mark.django_db
ALL = Audience()


def agreed(phone: str, purpose: str = "marketing", **more: object) -> Contact:
    contact = person(phone, **more)
    consent.record([contact.pk], "whatsapp", [purpose], "yes", "import")
    return contact


def reason(contact: Contact, purpose: str = "marketing", platform: str = "whatsapp") -> str:
    found = recipient(contact.pk, platform, purpose)
    assert found is not None
    return found.reason


def test_a_yes_for_the_purpose_lets_a_message_out() -> None:
    contact = agreed("+393200000001", first_name="Anna", language="it", values={"citta": "Roma"})
    no_ids = {"time_zone": "", "external_id": ""}
    values = {
        **no_ids,
        "citta": "Roma",
        "first_name": "Anna",
        "last_name": "",
        "phone": "+393200000001",
        "telegram_id": "",
    }
    assert recipient(contact.pk, "whatsapp", "marketing") == Recipient(
        contact.pk, "Anna", "it", {**values, "language": "it"}, "393200000001", LeftOut.NO
    )


def test_no_and_not_set_are_both_without_opt_in() -> None:
    unset, refused = person("+393200000001"), person("+393200000002")
    consent.record([refused.pk], "whatsapp", consent.BOTH, "no", "import")
    assert (reason(unset), reason(refused)) == ("no_opt_in", "no_opt_in")


def test_consent_counts_for_its_purpose_and_platform_only() -> None:
    contact = agreed("+393200000001", "service", telegram_id="77")
    assert reason(contact, "service") == ""
    assert reason(contact, "marketing") == "no_opt_in"
    assert reason(contact, "service", "telegram") == "no_opt_in"


def test_without_an_address_nobody_can_be_reached() -> None:
    contact = Contact.objects.create(telegram_id="77")
    consent.record([contact.pk], "whatsapp", consent.BOTH, "yes", "hand", wording="x")
    assert reason(contact) == "no_address"
    assert reason(agreed("+393200000001"), platform="instagram") == "no_address"


def test_the_providers_own_id_is_the_address_once_it_is_known() -> None:
    contact = agreed("+5511987654321", whatsapp_id="551187654321")
    found = recipient(contact.pk, "whatsapp", "marketing")
    assert found is not None
    assert found.address == "551187654321"


def test_the_blacklist_beats_a_yes(settings: Settings) -> None:
    forever, ended, free = (agreed(f"+39320000000{n}") for n in range(3))
    suppress("whatsapp", "+393200000000", "complaint")
    suppress("whatsapp", "393200000001", "greylist", until=now())
    assert (reason(forever), reason(ended), reason(free)) == ("suppressed", "", "")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new one"
    assert reason(forever) == "suppressed"
    assert is_suppressed("whatsapp", "+393200000000")
    assert masked("+393200000000") == "+39••••••0000"


def test_an_opt_out_outlives_the_contact_until_a_new_explicit_consent(operator: User) -> None:
    contact = agreed("+393200000001", whatsapp_id="39320000001")
    consent.record([contact.pk], "whatsapp", ["marketing"], "no", "stop_word")
    delete_contact(contact, operator)
    again = agreed("+393200000001")
    assert reason(again) == "suppressed"
    consent.record([again.pk], "whatsapp", ["marketing"], "yes", "import", wording="elenco")
    assert reason(again) == "suppressed"
    consent.record([again.pk], "whatsapp", ["marketing"], "yes", "hand", wording="Al banco")
    assert reason(again) == ""


def test_deleting_somebody_who_never_opted_out_blocks_nothing(operator: User) -> None:
    delete_contact(agreed("+393200000001"), operator)
    assert reason(agreed("+393200000001")) == ""


def test_everybody_comes_once_in_pieces_and_the_tally_says_the_same() -> None:
    for n in range(23):
        contact = agreed(f"+3932000000{n:02d}") if n % 3 else person(f"+3932000000{n:02d}")
        if n % 7 == 1:
            suppress("whatsapp", str(contact.phone), "complaint")
    Contact.objects.create(telegram_id="77")
    seen, after = list[Recipient](), 0
    while piece := recipients(ALL, "whatsapp", "marketing", after, 5):
        assert len(piece) <= 5
        seen += piece
        after = piece[-1].contact_id
    assert [one.contact_id for one in seen] == sorted(Contact.objects.values_list("pk", flat=True))
    counted = Counter(one.reason for one in seen)
    good = counted.pop(LeftOut.NO)
    assert tally(ALL, "whatsapp", "marketing") == Tally(24, counted)
    assert (tally(ALL, "whatsapp", "marketing").reachable, count(ALL)) == (good, 24)


def test_the_people_of_an_import_come_in_pieces_too() -> None:
    first, second = (Import.objects.create(name=name) for name in "ab")
    for n in range(12):
        contact = agreed(f"+3932000000{n:02d}")
        for source in (first, second)[n % 2 :]:
            ImportedContact.objects.create(source=source, contact=contact, outcome="created", row=n)
    seen, after = list[int](), 0
    while piece := recipients(Audience("import", first.pk), "whatsapp", "marketing", after, 4):
        seen += [one.contact_id for one in piece]
        after = seen[-1]
    assert seen == sorted(first.members.values_list("contact_id", flat=True))


def test_an_audience_of_an_import_holds_its_people_only() -> None:
    inside, _outside = agreed("+393200000001"), agreed("+393200000002")
    source = Import.objects.create(name="saldi.csv")
    ImportedContact.objects.create(source=source, contact=inside, outcome="created", row=2)
    audience = Audience.parse(f"import:{source.pk}")
    assert [one.contact_id for one in recipients(audience, "whatsapp", "marketing")] == [inside.pk]
    assert (str(audience), str(Audience.parse("all")), count(audience)) == (f"import:{source.pk}", "all", 1)
    assert "saldi.csv" in audience.name


@pytest.mark.parametrize(
    "text", ["", "everybody", "import:", "import:x", "import:999", "import:-1", "all:1", "import:٣"]
)
def test_an_unknown_audience_is_refused(text: str) -> None:
    with pytest.raises(UnknownAudience):
        Audience.parse(text)


@pytest.mark.parametrize("people", [1, 40])
def test_a_piece_is_one_statement_one_for_the_blacklist_and_one_for_who_is_set_aside(
    people: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(people):
        agreed(f"+3932000000{n:02d}")
    with django_assert_num_queries(3):
        recipients(ALL, "whatsapp", "marketing")
    suppress("whatsapp", "+393200000000", "complaint")
    with django_assert_num_queries(4):
        recipients(ALL, "whatsapp", "marketing")


def test_a_later_piece_reads_nothing_of_the_people_before_it(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    before, after = agreed("+393200000001"), agreed("+393200000002")
    with django_assert_num_queries(3) as asked:
        found = recipients(ALL, "whatsapp", "marketing", before.pk)
    assert [(one.contact_id, one.reason) for one in found] == [(after.pk, LeftOut.NO)]
    statement = asked.captured_queries[0]["sql"]
    for table in ("consent", "contacts_contact"):
        column = "contact_id" if table == "consent" else "id"
        assert f'"{table}"."{column}" > {before.pk}' in statement


def test_somebody_who_is_gone_is_nobody() -> None:
    assert recipient(1, "whatsapp", "marketing") is None


def test_what_a_mapping_can_choose() -> None:
    contact = person(first_name="Anna", values={"citta": "Roma"})
    assert [source.name for source in sources()][:3] == ["first_name", "last_name", "phone"]
    assert [value_of(contact, name) for name in ("first_name", "citta", "phone", "nothing")] == [
        "Anna",
        "Roma",
        "+393200000001",
        "",
    ]
