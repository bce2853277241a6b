"""Audiences by rules wherever a list is: filter, export, another list, command line; counted within a bounded time."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F, QuerySet
from django.test import Client

from staffetta.accounts.models import AuditEntry
from staffetta.cli.main import main
from staffetta.contacts.audiences import audiences
from staffetta.contacts.audiences.audience import Audience, UnknownAudience
from staffetta.contacts.audiences.recipients import recipients, tally
from staffetta.contacts.audiences.rule_world import known
from staffetta.contacts.audiences.rules import read
from staffetta.contacts.consents import consent
from staffetta.contacts.fields import field_uses
from staffetta.contacts.lists import count_people, lists
from staffetta.contacts.models import AudienceRules, Contact, ContactActivity, ContactField
from staffetta.work.clock import now
from tests.contacts.people import person

pytestmark = pytest.mark.django_db


def rule(**condition: Any) -> AudienceRules:
    tree = {"version": 1, "match": "all", "rules": [condition]}
    return audiences.save(None, f"Regola {AudienceRules.objects.count()}", read(tree, known()), None)


def of_city(city: str = "Torino") -> AudienceRules:
    ContactField.objects.get_or_create(name="citta", defaults={"label": "Città"})
    return rule(about="field", field="citta", **{"is": "is"}, value=city)


def in_turin() -> list[Contact]:
    """Two people of Turin among four."""
    return [
        person("+393200000001", first_name="Anna", values={"citta": "torino"}),
        person("+393200000002", first_name="Bea", values={"citta": "Milano"}),
        person("+393200000003", first_name="Carla", values={"citta": "Torino"}),
        person("+393200000004", first_name="Dora"),
    ]


def test_an_audience_by_rules_is_read_in_pieces_like_a_list() -> None:
    anna, _bea, carla, _dora = in_turin()
    consent.record([anna.pk], "whatsapp", consent.BOTH, "yes", "hand")
    audience = Audience.parse(f"rule:{of_city().pk}")
    assert (str(audience), audience.name) == (f"rule:{audience.pk}", "Audience «Regola 0»")
    first = recipients(audience, "whatsapp", "marketing", size=1)
    rest = recipients(audience, "whatsapp", "marketing", first[-1].contact_id)
    assert [row.contact_id for row in first + rest] == [anna.pk, carla.pk]
    counted = tally(audience, "whatsapp", "marketing")
    assert (counted.total, counted.reachable) == (2, 1)
    with pytest.raises(UnknownAudience):
        Audience.parse("rule:999")


def test_consent_and_activity_do_not_double_people() -> None:
    """The rules' conditions are EXISTS, and stand beside the joins of the eligibility query."""
    anna = in_turin()[0]
    consent.record([anna.pk], "whatsapp", consent.BOTH, "yes", "hand")
    for channel in ("24001", "24002"):
        ContactActivity.objects.create(contact=anna, platform="whatsapp", channel=channel, last_sent_at=now())
    audience = Audience.of(rule(about="sent", **{"is": "last_days"}, value=7))
    assert [row.contact_id for row in recipients(audience, "whatsapp", "marketing")] == [anna.pk]


def test_the_list_of_contacts_is_filtered_exported_and_put_into_a_list(as_operator: Client) -> None:
    in_turin()
    row = of_city()
    page = as_operator.get(f"/contacts/?audience={row.pk}").content.decode()
    assert "Anna" in page
    assert "Bea" not in page
    exported = as_operator.get(f"/contacts/contacts.csv?audience={row.pk}")
    text = b"".join(exported).decode()
    assert ("Carla" in text, "Dora" in text) == (True, False)
    as_operator.post(f"/contacts/lists/add/?audience={row.pk}", {"new": "Torinesi"})
    assert set(Contact.objects.filter(memberships__list__name="Torinesi").values_list("first_name", flat=True)) == {
        "Anna",
        "Carla",
    }


def test_relative_dates_move_on_with_the_calendar() -> None:
    anna, bea, carla, _dora = in_turin()
    for contact, days in ((anna, 3), (bea, 40)):
        at = now() - timedelta(days=days)
        ContactActivity.objects.create(contact=contact, platform="whatsapp", channel="24001", last_sent_at=at)
    ContactActivity.objects.create(contact=carla, platform="whatsapp", last_reply_at=now())
    names = {
        about: {
            word: set(
                Audience.of(rule(about=about, **{"is": word}, **more)).queryset().values_list("first_name", flat=True)
            )
            for word, more in (("last_days", {"value": 7}), ("before_days", {"value": 7}), ("never", {}))
        }
        for about in ("sent", "reply")
    }
    assert names == {
        "sent": {"last_days": {"Anna"}, "before_days": {"Bea"}, "never": {"Carla", "Dora"}},
        "reply": {"last_days": {"Carla"}, "before_days": set(), "never": {"Anna", "Bea", "Dora"}},
    }


def test_what_rules_name_tells_its_use_and_its_loss_breaks_them() -> None:
    in_turin()
    members = lists.named("VIP", None)
    by_list, by_field = rule(about="list", **{"is": "not_in"}, value=members.pk), of_city()
    assert [use.name for use in audiences.naming("list", members.pk)] == [by_list.name]
    assert [use.name for use in field_uses.of("citta")] == [by_field.name]
    assert Audience.of(by_list).queryset().count() == 4
    lists.delete_list(members, None)
    ContactField.objects.all().delete()
    for row in (by_list, by_field):
        assert Audience.of(row).broken
        assert not Audience.of(row).queryset().exists()


def test_audiences_are_copied_under_a_free_name_and_leave_the_people() -> None:
    in_turin()
    row = of_city()
    copies = [audiences.duplicate(row, None) for _twice in range(2)]
    assert [copy.name for copy in copies] == ["Regola 0 (copia)", "Regola 0 (copia) 2"]
    audiences.delete(row, None)
    assert Contact.objects.count() == 4
    deeds = set(AuditEntry.objects.values_list("deed", flat=True))
    assert {"audience_made", "audience_deleted"} <= deeds


def slow() -> QuerySet[Contact]:
    """Return a question that takes for ever: each with each, six times over."""
    Contact.objects.bulk_create(Contact(first_name=f"n{number}") for number in range(400))
    others = "contacts_contact a, contacts_contact b, contacts_contact c, contacts_contact d"
    each = f"(SELECT count(*) FROM {others} WHERE a.id + b.id + c.id + d.id > contacts_contact.id) > 0"
    return Contact.objects.extra(where=[each])


def test_counting_gives_up_in_time_and_the_connection_goes_on() -> None:
    told = count_people.counted(slow(), seconds=0.2)
    assert told == count_people.Counted(None, None)
    assert count_people.counted(Contact.objects.filter(first_name="n7")).number == 1
    assert Contact.objects.annotate(twice=F("pk") * 2).count() == 400


def command(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    status = main(["audiences", *words])
    said = capsys.readouterr()
    return status, json.loads(said.out) if status == 0 else said.err


def test_the_command_line_makes_counts_and_deletes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    in_turin()
    ContactField.objects.create(name="citta", label="Città")
    file = tmp_path / "rules.json"
    file.write_text(json.dumps({"rules": [{"about": "field", "field": "citta", "is": "is", "value": "Torino"}]}))
    status, made = command(capsys, "create", "--name", "Torinesi", "--rules", str(file), "--json")
    assert status == 0
    assert made["rules"]["rules"][0]["value"] == "Torino"
    assert command(capsys, "count", made["audience"], "--json")[1]["people"] == 2
    assert command(capsys, "show", made["audience"], "--json")[1]["in_words"] == "Città è «Torino»"
    assert [row["kind"] for row in command(capsys, "list", "--json")[1]] == ["rule"]
    exported = tmp_path / "a.csv"
    assert main(["contacts", "export", str(exported), "--audience", made["audience"]]) == 0
    assert exported.read_text(encoding="utf-8-sig").count("\n") == 3
    assert command(capsys, "delete", made["audience"], "--json", "--yes")[0] == 0
    assert not AudienceRules.objects.exists()


@pytest.mark.parametrize("text", ["", "[]", '{"rules": [{"about": "list", "is": "in", "value": 9}]}'])
def test_the_command_line_refuses_wrong_rules_with_the_place(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rules.json"
    file.write_text(text)
    status, said = command(capsys, "create", "--name", "Vuota", "--rules", str(file))
    assert status == 1
    assert said.strip()
    assert not AudienceRules.objects.exists()
