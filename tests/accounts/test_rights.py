"""Rights beside the role: who takes people's data away in files."""

from io import StringIO

import pytest
from django.test import Client
from django.urls import reverse

from staffetta.accounts.models import AuditEntry, Role, User
from staffetta.cli.main import main
from tests import world as factory
from tests.addresses import GUARDED, path_of
from tests.conftest import logged_in, person

pytestmark = pytest.mark.django_db
EXPORTS = [address for address in GUARDED if getattr(address.view, "right", "") == "may_export"]


def codes(client: Client, world: factory.World) -> set[int]:
    return {client.get(path_of(address, world)).status_code for address in EXPORTS}


def test_every_file_with_people_wants_the_right() -> None:
    files = {address.name for address in GUARDED if address.route.endswith((".csv", ".xlsx"))}
    assert files == {address.name for address in EXPORTS}
    assert {"contacts:export_csv", "contacts:rejects", "deliveries:export"} <= files


def test_read_only_downloads_no_numbers_without_the_right() -> None:
    world, viewer = factory.build(), person(Role.VIEWER, "livia")
    client = logged_in(viewer)
    assert codes(client, world) == {403}
    assert "/people.csv" not in client.get(reverse("deliveries:people", args=[world.communication.pk])).content.decode()
    User.objects.filter(pk=viewer.pk).update(may_export=True)
    assert codes(client, world) == {200}
    assert "/people.csv" in client.get(reverse("deliveries:people", args=[world.communication.pk])).content.decode()


def test_an_operator_without_the_right_exports_nothing() -> None:
    world, operator = factory.build(), person(Role.OPERATOR, "ottavio")
    User.objects.filter(pk=operator.pk).update(may_export=False)
    client = logged_in(operator)
    assert codes(client, world) == {403}
    page = client.get("/contacts/").content.decode()
    assert "contacts.csv" not in page
    assert "o i tuoi permessi non lo consentono" in client.get(path_of(EXPORTS[0], world)).content.decode()


def test_each_export_stands_in_the_audit_log(administrator: User) -> None:
    world, client = factory.build(), logged_in(administrator)
    assert codes(client, world) == {200}
    deeds = set(AuditEntry.objects.filter(actor=administrator).values_list("deed", flat=True))
    assert {"contacts_exported", "people_exported", "rejects_exported"} <= deeds
    page = client.get("/audit/").content.decode()
    assert "Ha esportato le persone della comunicazione" in page
    assert "Ha scaricato le righe scartate di" in page


def test_the_right_is_a_box_on_a_persons_page_and_audited(as_administrator: Client, viewer: User) -> None:
    form = {"full_name": "", "email": "", "role": "viewer", "language": "it"}
    as_administrator.post(f"/users/{viewer.pk}/", {**form, "may_export": "on"})
    assert User.objects.get(pk=viewer.pk).may_export
    assert "checked" in as_administrator.get(f"/users/{viewer.pk}/").content.decode()
    as_administrator.post(f"/users/{viewer.pk}/", form)
    assert not User.objects.get(pk=viewer.pk).may_export
    told = AuditEntry.objects.filter(deed="user_changed").order_by("pk").values_list("details__may_export", flat=True)
    assert list(told) == ["yes", "no"]


def test_nobody_gives_the_right_to_themselves(as_operator: Client, operator: User) -> None:
    User.objects.filter(pk=operator.pk).update(may_export=False)
    as_operator.post("/profile/", {"full_name": "", "email": "", "language": "it", "may_export": "on"})
    operator.refresh_from_db()
    assert not operator.may_export


@pytest.mark.parametrize(
    ("arguments", "may"), [(["operator"], False), (["operator", "--may-export"], True), (["administrator"], True)]
)
def test_the_command_line_gives_it_when_it_is_said(
    arguments: list[str], may: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("un-cavallo-lento\n"))
    assert main(["users", "create", "carla", "--password-file", "-", "--role", *arguments]) == 0
    assert User.objects.get(username="carla").may_export is may
