"""Who did what, found again."""

import ast
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from staffetta.accounts import audit, wording
from staffetta.accounts.models import AuditEntry, User

pytestmark = pytest.mark.django_db
SOURCE = Path(__file__).resolve().parents[2] / "src" / "staffetta"


def test_the_newest_deed_stands_first(as_administrator: Client, administrator: User, viewer: User) -> None:
    audit.record(administrator, "user_created", viewer, role="viewer")
    audit.record(administrator, "user_deactivated", viewer)
    page = as_administrator.get("/audit/").content.decode()
    assert page.index("Ha disattivato l’utente <b") < page.index("Ha creato l’utente <b")
    assert "Sola lettura" in page


def test_numbers_are_grouped_as_the_reader_writes_them(as_administrator: Client, administrator: User) -> None:
    wording.register({"counted": "Ha contato"}, {"how_many": "righe"})
    audit.record(administrator, "counted", None, how_many=2000)
    assert "righe 2.000" in as_administrator.get("/audit/").content.decode()


def test_the_log_is_filtered_by_person_and_by_deed(
    as_administrator: Client, administrator: User, operator: User
) -> None:
    audit.record(administrator, "password_changed")
    audit.record(operator, "logged_in")
    by_person = as_administrator.get(f"/audit/?person={operator.pk}").content.decode()
    assert "ottavio</td>" in by_person
    assert "anna</td>" not in by_person
    by_deed = as_administrator.get("/audit/?deed=password_changed").content.decode()
    assert "anna</td>" in by_deed
    assert "ottavio</td>" not in by_deed


@pytest.mark.parametrize("query", ["person=", "deed=", "after=%%%"])
def test_an_empty_filter_or_a_strange_place_breaks_nothing(as_administrator: Client, query: str) -> None:
    assert as_administrator.get(f"/audit/?{query}").status_code == 200


def test_an_entry_outlives_its_person_by_name(administrator: User) -> None:
    audit.record(administrator, "logged_in")
    assert AuditEntry.objects.get().actor_name == "anna"


def test_what_happened_by_itself_is_told_of_the_platform(as_administrator: Client) -> None:
    audit.record(None, "user_created")
    assert "Staffetta</td>" in as_administrator.get("/audit/").content.decode()


def deeds() -> set[str]:
    """Every code given to audit.record as a literal, in all rooms."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            called = isinstance(node, ast.Call) and ast.unparse(node.func).endswith("audit.record")
            if called and isinstance(node, ast.Call) and len(node.args) > 1:
                found |= {part.value for part in ast.walk(node.args[1]) if isinstance(part, ast.Constant)}
    return {code for code in found if isinstance(code, str)}


def test_every_deed_has_its_words() -> None:
    worded = {code for code, _ in wording.deeds()}
    assert deeds() - worded == set()


def test_many_entries_take_the_same_queries(
    as_administrator: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(60):
        audit.record(None, f"deed-{number}")
    with django_assert_max_num_queries(6):
        assert as_administrator.get("/audit/").status_code == 200


def test_a_filter_that_finds_nothing_can_be_taken_off(as_administrator: Client, viewer: User) -> None:
    page = as_administrator.get(f"/audit/?person={viewer.pk}").content.decode()
    assert "Mostra tutto</a>" in page
