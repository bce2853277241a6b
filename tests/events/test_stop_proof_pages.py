"""The proof that a STOP is known, on the channel's home and by command."""

import json
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from staffetta.accounts.models import AuditEntry
from staffetta.channels.models import Channel
from staffetta.cli.main import main
from staffetta.contacts.consents.suppression import suppress
from staffetta.events.models import StopProof
from staffetta.events.prove_stop import set_number
from staffetta.notices.incidents import open_now

NUMBER = "+393298887766"


def home(channel: Channel, client: Client, language: str = "it") -> str:
    answer = client.get(reverse("channels:home", args=[channel.pk]), headers={"accept-language": language})
    return " ".join(unescape(strip_tags(answer.content.decode().replace("<", " <"))).split())


def post(name: str, channel: Channel, client: Client, **data: str) -> tuple[int, str]:
    answer = client.post(reverse(f"events:{name}", args=[channel.pk]), data)
    return answer.status_code, unescape(answer.content.decode())


def break_the_profile(channel: Channel) -> None:
    channel.profile = {"tickets": {"rows": ["conversations"]}}
    channel.save()


def test_an_administrator_sets_the_number_and_the_log_names_it_masked(
    channel: Channel, as_administrator: Client
) -> None:
    assert "Non c’è ancora un numero di prova" in home(channel, as_administrator)
    assert post("test_number", channel, as_administrator, number=NUMBER)[0] == 302
    assert StopProof.objects.get().number == NUMBER
    assert "+39 329 888 7766" in home(channel, as_administrator)
    assert AuditEntry.objects.get(deed="stop_proof_number_set").details == {"number": "+39••••••7766"}
    assert post("test_number", channel, as_administrator, number="")[0] == 302
    assert not StopProof.objects.exists()


@pytest.mark.parametrize("number", ["329 8887766", "pippo", "+39"])
def test_what_is_no_number_is_told_beside_the_field(channel: Channel, as_administrator: Client, number: str) -> None:
    status, html = post("test_number", channel, as_administrator, number=number)
    assert status == 422
    assert 'aria-invalid="true"' in html
    assert f'value="{number}"' in html
    assert not StopProof.objects.exists()


def test_a_number_of_the_blacklist_is_told_too(channel: Channel, as_administrator: Client) -> None:
    suppress("whatsapp", NUMBER, "hand")
    status, html = post("test_number", channel, as_administrator, number=NUMBER)
    assert status == 422
    assert "Questo numero è nella Blacklist" in html


def test_an_operator_proves_it_at_once_and_the_page_says_what_was_real(channel: Channel, as_operator: Client) -> None:
    set_number(channel, NUMBER)
    assert "Prova adesso" in home(channel, as_operator)
    assert post("prove_stop", channel, as_operator)[0] == 302
    text = home(channel, as_operator)
    assert "Funziona: chi scrive STOP su questo canale non riceve più nulla." in text
    assert "Dal numero di prova si scrive STOP, su WhatsApp (simulato)" in text
    assert "Sinch Engage passa la risposta a Staffetta (simulato)" in text
    assert "Una nuova comunicazione esclude quella persona (reale) funziona" in text
    assert text.count("(reale) funziona") == 7
    assert AuditEntry.objects.get(deed="stop_proven").details == {"result": "good"}


def test_a_broken_link_stands_on_the_home_with_its_remedy(channel: Channel, as_operator: Client) -> None:
    set_number(channel, NUMBER)
    break_the_profile(channel)
    post("prove_stop", channel, as_operator)
    text = home(channel, as_operator)
    assert "Ultima prova Non funziona" in text
    assert "In ciò che Sinch Engage risponde non si trova il messaggio della persona." in text
    assert "Controlla il profilo del canale" in text
    assert "Funzionava l’ultima volta Mai" in text
    assert text.count("(reale) non funziona") == 1
    overview = unescape(as_operator.get(reverse("channels:list")).content.decode())
    assert "uno STOP andrebbe perso" in overview


def test_a_viewer_reads_the_result_and_can_do_nothing(channel: Channel, as_viewer: Client) -> None:
    set_number(channel, NUMBER)
    text = home(channel, as_viewer)
    assert "Non ancora eseguita" in text
    assert "Prova adesso" not in text
    assert post("prove_stop", channel, as_viewer)[0] == 403
    assert post("test_number", channel, as_viewer, number="")[0] == 403


def test_an_operator_does_not_change_the_number(channel: Channel, as_operator: Client) -> None:
    assert post("test_number", channel, as_operator, number=NUMBER)[0] == 403


def test_without_the_token_of_the_form_nothing_happens(channel: Channel, as_operator: Client) -> None:
    set_number(channel, NUMBER)
    as_operator.handler.enforce_csrf_checks = True
    assert post("prove_stop", channel, as_operator)[0] == 403
    assert StopProof.objects.get().at is None


def test_a_channel_without_a_number_says_so(channel: Channel, as_operator: Client) -> None:
    post("prove_stop", channel, as_operator)
    assert "Questo canale non ha ancora un numero di prova." in home(channel, as_operator)


def test_a_telegram_channel_has_no_such_card(channel: Channel, as_administrator: Client) -> None:
    channel.platform = "telegram"
    channel.save()
    assert "Prova dello STOP" not in home(channel, as_administrator)
    assert post("test_number", channel, as_administrator, number=NUMBER)[0] == 409
    assert not StopProof.objects.exists()


def test_the_command_sets_proves_and_removes(channel: Channel, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["channels", "test-number", channel.provider_id, "+39 329 8887766", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"id": channel.provider_id, "test_number": NUMBER}
    assert main(["channels", "prove-stop", channel.provider_id, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["works"] is True
    assert told["simulated"] == ["written", "told"]
    assert main(["channels", "test-number", channel.provider_id, "--remove"]) == 0
    assert not StopProof.objects.exists()


def test_the_command_ends_with_1_when_a_link_is_broken(channel: Channel, capsys: pytest.CaptureFixture[str]) -> None:
    set_number(channel, NUMBER)
    break_the_profile(channel)
    assert main(["channels", "prove-stop", channel.provider_id]) == 1
    assert f"{channel.name}: uno STOP andrebbe perso." in capsys.readouterr().out
    assert open_now()


def test_the_command_refuses_what_the_page_refuses(channel: Channel, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["channels", "prove-stop", channel.provider_id]) == 1
    assert main(["channels", "test-number", channel.provider_id, "329"]) == 1
    assert capsys.readouterr().err
    assert not StopProof.objects.exists()
