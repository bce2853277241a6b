"""The people behind the numbers of a summary."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from staffetta.channels.models import Channel
from staffetta.communications.models import Communication
from staffetta.contacts.consents.suppression import suppress
from staffetta.deliveries.planning import rehearse
from tests.communications import made


def page_of(client: Client, draft: Communication, reason: str) -> str:
    return client.get(f"/communications/{draft.pk}/left-out/{reason}/").content.decode()


def test_each_number_of_the_summary_leads_to_its_people(channel: Channel, as_viewer: Client) -> None:
    yes, no = made.people(3), made.people(2, opt_in="no", start=100)
    suppress("whatsapp", (yes[0].phone or "").removeprefix("+"), "hand")
    draft = made.draft(channel)
    page = as_viewer.get(f"/communications/{draft.pk}/").content.decode()
    for reason, behind in (("no_opt_in", no), ("suppressed", yes[:1])):
        assert f'href="/communications/{draft.pk}/left-out/{reason}/"' in page
        shown = page_of(as_viewer, draft, reason)
        assert [person.pk for person in (*yes, *no) if f'href="/contacts/{person.pk}/"' in shown] == [
            person.pk for person in behind
        ]
    assert "Nessuno resterebbe fuori per questo motivo ora." in page_of(as_viewer, draft, "no_address")


@pytest.mark.parametrize(("shown", "looked_at"), [(2, 50), (9, 3), (9, 50)])
def test_of_many_the_first_are_shown(
    shown: int, looked_at: int, channel: Channel, as_viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearse, "SHOWN", shown)
    monkeypatch.setattr(rehearse, "LOOKED_AT", looked_at)
    people = made.people(5, opt_in="no")
    page = page_of(as_viewer, made.draft(channel), "no_opt_in")
    listed = [person for person in people if f'href="/contacts/{person.pk}/"' in page]
    assert listed == people[: min(shown, looked_at)]
    assert ("Questi sono i primi." in page) == (len(listed) < len(people))


def test_once_it_has_started_the_report_tells(channel: Channel, as_viewer: Client) -> None:
    draft = made.draft(channel)
    Communication.objects.filter(pk=draft.pk).update(state="running")
    answer = as_viewer.get(f"/communications/{draft.pk}/left-out/no_opt_in/")
    assert answer.headers["Location"] == f"/communications/{draft.pk}/people/?state=not_sent&reason=no_opt_in"
    assert as_viewer.get(f"/communications/{draft.pk}/left-out/nonsense/").status_code == 404


def test_it_takes_a_fixed_number_of_queries(
    channel: Channel, as_viewer: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made.people(60, opt_in="no")
    draft = made.draft(channel)
    page_of(as_viewer, draft, "no_opt_in")
    with django_assert_num_queries(6):  # session, person, notices, the communication, its people twice: the end is one
        page_of(as_viewer, draft, "no_opt_in")
