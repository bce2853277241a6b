"""What an address is restricted to and is not known, or is gone, matches nobody: a walk over every restriction.

Restrictions are found by themselves: a view names its own by `@restricted`, and nothing else reads an address.
"""

import re
from collections.abc import Iterator

import pytest
from django.test import Client

from staffetta.accounts.models import Role
from staffetta.contacts.models import Contact, ContactList, ListMember
from staffetta.deliveries.models import Delivery
from staffetta.ui.restrictions import Free, OneOf, Restriction, Restrictions, Row, Words
from tests import world as factory
from tests.addresses import PAGES, Address, path_of
from tests.conftest import logged_in, person
from tests.structure.test_bans import MODULES, is_view, place

pytestmark = pytest.mark.django_db

NOT_FOUND = 404
BEYOND = "99999999"
ODD_NUMBERS = ("no-such-row", BEYOND, "-1", "²", "9" * 40, "1 OR 1=1")
PEOPLE = ("Maria", "+393331234567", "393331234567")


def of(address: Address) -> Restrictions | None:
    return getattr(address.view, "restrictions", None)


RESTRICTED = [address for address in PAGES if of(address)]
EACH = [
    pytest.param(address, name, id=f"{address}?{name}")
    for address in RESTRICTED
    for name, restriction in (of(address) or Restrictions({})).known.items()
    if not isinstance(restriction, Free)
]


def unknown(restriction: Restriction) -> Iterator[str]:
    """Yield values that a restriction does not know."""
    match restriction:
        case Words():
            yield "x" * (restriction.longest + 1)
        case OneOf():
            yield from ("no-such-code", "ALL", "1' --", "*")
        case Row():
            yield from ODD_NUMBERS


@pytest.fixture
def client(db: None) -> Client:
    return logged_in(person(Role.ADMINISTRATOR, "chiunque"))


def assert_nobody(client: Client, path: str) -> None:
    """Both ways of asking match nobody, and say so."""
    for method in ("get", "post"):
        answer = getattr(client, method)(path)
        if answer.status_code == 405:
            continue
        text = answer.content.decode()
        assert answer.status_code == NOT_FOUND, (method, path)
        assert "Non corrisponde nessuno" in text
        assert "attachment" not in answer.headers.get("Content-Disposition", "")
        assert not any(known in text for known in PEOPLE)


def test_there_are_restrictions_to_walk() -> None:
    assert len(EACH) > 25


@pytest.mark.parametrize(("address", "name"), EACH)
def test_an_unknown_value_matches_nobody_and_says_so(address: Address, name: str, client: Client) -> None:
    path = path_of(address, factory.build())
    restrictions = of(address)
    assert restrictions
    for value in unknown(restrictions.known[name]):
        assert_nobody(client, f"{path}?{name}={value}")


@pytest.mark.parametrize(("address", "name"), EACH)
def test_what_vanished_matches_nobody_and_says_so(address: Address, name: str, client: Client) -> None:
    path = path_of(address, factory.build())
    restriction = (of(address) or Restrictions({})).known[name]
    if not isinstance(restriction, Row):
        return
    parameters = path_parameters(address, path)
    row = restriction.among(parameters).order_by("pk").last()
    if row is None:
        pytest.fail(f"tests/world.py makes nothing that {address}?{name} could name")
    gone = row.pk
    restriction.among(parameters).filter(pk=gone)._raw_delete("default")
    try:
        assert_nobody(client, f"{path}?{name}={gone}")
    finally:
        row.save(force_insert=True)  # whatever names it is whole again


def path_parameters(address: Address, path: str) -> dict[str, int]:
    pattern = "/" + re.sub(r"<int:(\w+)>", r"(?P<\1>[0-9]+)", address.route)
    found = re.fullmatch(pattern, path)
    return {name: int(value) for name, value in found.groupdict().items()} if found else {}


@pytest.mark.parametrize("address", RESTRICTED, ids=str)
def test_a_restriction_of_a_name_nobody_knows_matches_nobody(address: Address, client: Client) -> None:
    path = path_of(address, factory.build())
    assert_nobody(client, f"{path}?lst=1")
    for name in (of(address) or Restrictions({})).known:
        assert_nobody(client, f"{path}?{name}=1&{name}=2")


READS = re.compile(r"request\.GET\b")
ALLOWED = re.compile(
    r"(page_of|look_through)\(.*request\.GET|request\.GET\.copy\(\)|request\.GET\.urlencode\(\)|_without\("
)
ELSEWHERE = {
    "accounts/views/session.py": "where to go on after the login: an address of our own, else the first page",
    "api/v1.py": "no call takes a parameter in its address: any is refused",
    "contacts/views/history.py": "a place in the rows",
    "ui/restrictions.py": "the one place",
    "ui/seen.py": "the names of buttons that draw a form anew",
    "ui/storable_text.py": "cleans it for all",
}


def test_nothing_else_reads_an_address() -> None:
    """A new filter is named by `@restricted`, and so is walked above."""
    readers = [
        f"{place(path)}: {line.strip()}"
        for path in MODULES
        if place(path) not in ELSEWHERE
        for line in path.read_text().splitlines()
        if READS.search(line) and not ALLOWED.search(line)
    ]
    assert readers == [], "name it by @restricted (ui/restrictions.py) and take it from asked_for(request)"
    assert any(is_view(where) for where in ELSEWHERE)


def test_a_list_deleted_meanwhile_adds_nobody_to_another(client: Client) -> None:
    world = factory.build()
    empty, target = ContactList.objects.create(name="Vuota"), ContactList.objects.create(name="Natale")
    path = f"/contacts/lists/add/?list={empty.pk}"
    assert client.get(path).status_code == 200
    empty.delete()
    before = ListMember.objects.count()
    answer = client.post(path, {"list": target.pk, "new": ""})
    assert answer.status_code == NOT_FOUND
    assert (ListMember.objects.count(), Contact.objects.filter(pk=world.contact.pk).count()) == (before, 1)


def test_a_part_of_a_page_leads_to_the_whole_page_that_says_so(client: Client) -> None:
    world = factory.build()
    answer = client.get(
        f"/communications/{world.communication.pk}/preview/?contact={BEYOND}", headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert answer.headers["HX-Redirect"] == f"/communications/{world.communication.pk}/?contact={BEYOND}"
    assert_nobody(client, answer.headers["HX-Redirect"])


def test_too_many_words_find_nobody(client: Client) -> None:
    factory.build()
    assert "Maria" in client.get("/contacts/?q=maria").content.decode()
    words = "+".join(["maria"] * 9)
    assert "Maria" not in client.get(f"/contacts/?q={words}").content.decode()
    assert b"Maria" not in b"".join(client.get(f"/contacts/contacts.csv?q={words}"))


def test_people_behind_an_unknown_state_are_nobody(client: Client) -> None:
    world = factory.build()
    assert Delivery.objects.filter(communication=world.communication).exists()
    for page in ("people/", "people.csv"):
        assert_nobody(client, f"/communications/{world.communication.pk}/{page}?state=nessuno")
        assert_nobody(client, f"/communications/{world.communication.pk}/{page}?reason=nessuno")


def test_the_page_leads_to_where_the_people_are_and_never_back_to_the_file(client: Client) -> None:
    factory.build()
    text = client.get("/contacts/contacts.csv?list=99999999&opt_in=yes").content.decode()
    assert 'href="/contacts/?opt_in=yes"' in text
