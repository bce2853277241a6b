"""One look at the header's file: what WhatsApp would take, what not, and what only could not be seen."""

import pytest
from django.test import Client
from pytest_django import Settings

from staffetta.channels.models import Channel
from staffetta.communications.check_media import MEGABYTE, check_media, refused, seen
from staffetta.communications.models import Communication
from tests.communications import made
from tests.wire import Answer, refused_port, serving

IMAGE = {"Content-Type": "image/jpeg"}
TOO_LARGE = {**IMAGE, "Content-Length": str(5 * MEGABYTE + 1)}


@pytest.fixture(autouse=True)
def _loopback(settings: Settings) -> None:
    settings.ALLOW_PRIVATE_ADDRESSES = True


@pytest.mark.parametrize(
    ("answer", "kind", "problem", "certain"),
    [
        (Answer(b"x" * 10, headers=IMAGE), "image", "", False),
        (Answer(b"x" * 10, headers=IMAGE), "video", "wrong_type", True),
        (Answer(b"<html>", headers={"Content-Type": "text/html; charset=utf-8"}), "image", "wrong_type", True),
        (Answer(b"x", headers=TOO_LARGE), "image", "too_large", True),
        (Answer(b"%PDF", headers={"Content-Type": "application/pdf"}), "document", "", False),
        (Answer(b"", 404), "image", "not_there", False),
    ],
    ids=["good", "other kind", "a page", "too large", "document", "not there"],
)
def test_the_answer_decides(answer: Answer, kind: str, problem: str, *, certain: bool) -> None:
    with serving(lambda _asked: answer) as store:
        check = check_media(store.url("/novita"), kind)
    assert (check["problem"], refused(check)) == (problem, certain)


def test_no_answer_is_shown_but_not_refused() -> None:
    check = check_media(f"http://127.0.0.1:{refused_port()}/novita.jpg", "image")
    assert (check["problem"], refused(check)) == ("unreachable", False)


@pytest.mark.parametrize("url", ["", "novita.jpg", "ftp://example.com/a.jpg", "https://", "https://a b/c", "https://["])
def test_what_is_no_address_is_refused_without_asking(url: str) -> None:
    check = check_media(url, "image")
    assert (check["problem"], refused(check)) == ("not_an_address", True)


def test_a_private_address_is_refused_in_a_real_installation(settings: Settings) -> None:
    settings.ALLOW_PRIVATE_ADDRESSES = False
    with serving(lambda _asked: Answer(b"x", headers=IMAGE)) as store:
        check = check_media(store.url("/novita.jpg"), "image")
        assert store.seen == []
    assert (check["problem"], refused(check)) == ("forbidden", True)


def test_only_a_file_that_was_seen_is_shown() -> None:
    good = {"url": "https://a/b.jpg", "problem": ""}
    assert seen(good, "https://a/b.jpg") == "https://a/b.jpg"
    assert seen(good, "https://a/c.jpg") == ""
    assert seen({**good, "problem": "unreachable"}, "https://a/b.jpg") == ""
    assert seen({}, "https://a/b.jpg") == ""


def typed(channel: Channel, url: str) -> dict[str, str]:
    return {
        "name": "Saldi", "platform": "whatsapp", "channel": str(channel.pk), "template": "novita_foto",
        "language": "it", "audience": "all", "source_1": "field:first_name", "fallback_1": "cliente",
        "header_media": url,
    }  # fmt: skip


def test_saving_looks_once_and_shows_what_was_found(channel: Channel, as_operator: Client) -> None:
    with serving(lambda _asked: Answer(b"x" * 2048, headers=IMAGE)) as store:
        form = typed(channel, store.url("/novita.jpg"))
        page = as_operator.post("/communications/new/", form, follow=True).content.decode()
        asked_once = len(store.seen)
        draft = Communication.objects.get()
        as_operator.post(f"/communications/{draft.pk}/edit/", {**form, "name": "Altro nome"})
        assert len(store.seen) == asked_once
    assert "File trovato: image/jpeg, 2,0" in page
    assert Communication.objects.get().name == "Altro nome"


def test_a_file_whatsapp_would_refuse_is_an_error_at_the_field(channel: Channel, as_operator: Client) -> None:
    with serving(lambda _asked: Answer(b"<html>", headers={"Content-Type": "text/html"})) as store:
        page = as_operator.post("/communications/new/", typed(channel, store.url("/pagina"))).content.decode()
        assert f'value="{store.url("/pagina")}"' in page
    assert "Qui WhatsApp non accetta un file di questo tipo: text/html." in page
    assert not Communication.objects.exists()


def test_the_good_check_of_the_fixture_is_what_a_look_tells() -> None:
    with serving(lambda _asked: Answer(b"x", headers=IMAGE)) as store:
        assert check_media(store.url("/a.jpg"), "image").keys() == made.GOOD_CHECK.keys()
