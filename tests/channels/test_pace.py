"""The pace of a channel, set on its home and by command: bounded, worded, kept in the audit log."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries

from staffetta.accounts.models import AuditEntry, User
from staffetta.channels.models import Channel
from staffetta.cli.main import main
from tests.channels.conftest import ASSISTENZA, EVENTI, Connected


def home(channel: Channel, client: Client) -> str:
    html = client.get(reverse("channels:home", args=[channel.pk])).content.decode()
    return " ".join(strip_tags(html).split())


def saved(channel: Channel, client: Client, pace: str, burst: str) -> tuple[int, str]:
    answer = client.post(reverse("channels:pace", args=[channel.pk]), {"pace": pace, "burst": burst})
    channel.refresh_from_db()
    return answer.status_code, answer.content.decode()


def test_without_one_the_channel_has_the_installations(connected: Connected, as_viewer: Client) -> None:
    channel = connected()
    text = home(channel, as_viewer)
    assert "80 messaggi al secondo, 8 insieme come ovunque" in text
    assert "dopo una sosta" not in text  # a viewer has no form


def test_an_administrator_sets_it_and_the_log_keeps_it(connected: Connected, as_administrator: Client) -> None:
    channel = connected()
    assert saved(channel, as_administrator, "12,5", "30")[0] == 302
    assert (channel.pace, channel.burst) == (12.5, 30)
    assert "12,5 messaggi al secondo, 30 insieme" in home(channel, as_administrator)
    entry = AuditEntry.objects.get(deed="channel_pace_set")
    assert entry.details == {"pace": "12.5", "burst": "30"}
    log = strip_tags(as_administrator.get(reverse("accounts:audit")).content.decode())
    assert "Ha impostato il ritmo del canale" in log


def test_an_empty_one_follows_the_installation_again(connected: Connected, as_administrator: Client) -> None:
    channel = connected()
    saved(channel, as_administrator, "12,5", "30")
    assert saved(channel, as_administrator, "", "")[0] == 302
    assert (channel.pace, channel.burst) == (None, None)


@pytest.mark.parametrize(
    ("pace", "burst"), [("0", ""), ("1000,5", ""), ("-3", ""), ("presto", ""), ("", "0"), ("", "1,5")]
)
def test_what_is_no_pace_is_told_and_changes_nothing(
    connected: Connected, as_administrator: Client, pace: str, burst: str
) -> None:
    channel = connected()
    status, html = saved(channel, as_administrator, pace, burst)
    assert status == 422
    assert 'aria-invalid="true"' in html
    assert f'value="{pace or burst}"' in html
    assert (channel.pace, channel.burst) == (None, None)
    assert not AuditEntry.objects.filter(deed="channel_pace_set").exists()


def test_nobody_else_sets_it(connected: Connected, as_operator: Client) -> None:
    channel = connected()
    assert saved(channel, as_operator, "5", "")[0] == 403
    assert channel.pace is None


def test_a_telegram_channel_has_one_too_and_english_says_so(
    connected: Connected, administrator: User, as_administrator: Client
) -> None:
    administrator.language = "en"
    administrator.save()
    channel = connected(EVENTI)
    saved(channel, as_administrator, "0.5", "")
    assert "0.5 messages a second, 1 at once" in home(channel, as_administrator)


def test_the_home_takes_a_fixed_number_of_queries(
    connected: Connected, as_administrator: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    channel = connected()
    with django_assert_num_queries(HOME_QUERIES):
        home(channel, as_administrator)


HOME_QUERIES = 14


def test_the_command_sets_and_shows_it(connected: Connected, capsys: pytest.CaptureFixture[str]) -> None:
    channel = connected()
    assert main(["channels", "pace", ASSISTENZA, "--per-second", "20", "--burst", "5", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["pace"], told["burst"]) == (20, 5)
    channel.refresh_from_db()
    assert (channel.pace, channel.burst) == (20, 5)
    assert main(["channels", "pace", ASSISTENZA, "--per-second", "2000"]) == 1
    assert "1000" in capsys.readouterr().err.replace(".", "").replace(",", "")
