"""The header's file is looked at again when a start is prepared; what is no longer there holds the communication."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from staffetta.channels.models import Channel, TemplateVariant
from staffetta.communications.check_media import check_media
from staffetta.communications.hold import Trouble, resume
from staffetta.communications.models import Communication, CommunicationState
from staffetta.communications.start import start, start_scheduled
from staffetta.deliveries.models import Delivery
from staffetta.deliveries.planning import plan
from staffetta.work.clock import now
from tests.deliveries.ledger import draft, people
from tests.wire import Answer, refused_port, serving

KINDS = {"image": "image/jpeg", "video": "video/mp4", "document": "application/pdf"}


@pytest.fixture
def answers() -> dict[str, Answer]:
    return {}


@pytest.fixture
def address(answers: dict[str, Answer], settings: Settings) -> Iterator[str]:
    settings.ALLOW_PRIVATE_ADDRESSES = True
    with serving(lambda _asked: answers["now"]) as store:
        yield store.url("/novita")


def found(kind: str = "image") -> Answer:
    return Answer(b"x" * 10, headers={"Content-Type": KINDS[kind]})


def composed(channel: Channel, address: str, kind: str = "image") -> Communication:
    """A draft whose header's file was looked at."""
    variant = TemplateVariant.objects.get(template__channel=channel, template__name="saluto")
    variant.variables = [{"key": "header", "component": "header", "kind": kind}, *variant.variables]
    variant.components = [{"type": "HEADER", "format": kind.upper()}, *variant.components]
    variant.save()
    people(3)
    check = check_media(address, kind)
    return draft(channel, header_media=address, media_check=check)


def planned(communication: Communication) -> Communication:
    while plan.plan(communication.pk):
        pass
    communication.refresh_from_db()
    return communication


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scheduled", [False, True], ids=["at once", "scheduled"])
def test_a_file_that_was_there_at_the_draft_and_is_not_at_the_start_holds_it(
    channel: Channel, answers: dict[str, Answer], address: str, as_operator: Client, *, kind: str, scheduled: bool
) -> None:
    answers["now"] = found(kind)
    communication = composed(channel, address, kind)
    state = CommunicationState.SCHEDULED if scheduled else CommunicationState.DRAFT
    Communication.objects.update(state=state, start_at=now() - timedelta(seconds=1))
    communication.refresh_from_db()
    answers["now"] = Answer(b"", 403)
    if scheduled:
        assert start_scheduled(communication) is None
    else:
        start(communication, None)
    assert (planned(communication).state, communication.held_reason) == ("held", Trouble.HEADER_FILE)
    assert not Delivery.objects.exists()
    page = as_operator.get(f"/communications/{communication.pk}/").content.decode()
    assert "Subito prima dell’avvio il file dell’intestazione non era più come quando è stato scelto" in page
    assert "A questo indirizzo non c’è un file: la risposta è stata 403." in page
    assert "Riprendi" in page


def test_once_the_file_is_back_it_goes_on(channel: Channel, answers: dict[str, Answer], address: str) -> None:
    answers["now"] = found()
    communication = composed(channel, address)
    answers["now"] = Answer(b"", 404)
    assert planned(communication).state == CommunicationState.HELD
    answers["now"] = found()
    resume(communication, None)
    assert planned(communication).state == CommunicationState.RUNNING
    assert Delivery.objects.count() == 3


def test_what_a_person_has_seen_and_may_be_ours_alone_holds_nothing_again(
    channel: Channel, answers: dict[str, Answer], address: str
) -> None:
    answers["now"] = Answer(b"", 403)
    assert planned(composed(channel, address)).state == CommunicationState.RUNNING


def test_what_whatsapp_would_certainly_not_take_is_held_each_time(
    channel: Channel, answers: dict[str, Answer], address: str
) -> None:
    answers["now"] = Answer(b"<html>", headers={"Content-Type": "text/html"})
    communication = composed(channel, address)
    for _ in range(2):
        assert planned(communication).held_reason == Trouble.HEADER_FILE
        resume(communication, None)


def test_no_answer_at_the_start_holds_it(channel: Channel, answers: dict[str, Answer], address: str) -> None:
    answers["now"] = found()
    communication = composed(channel, address)
    Communication.objects.update(header_media=f"http://127.0.0.1:{refused_port()}/novita")
    assert planned(communication).held_reason == Trouble.HEADER_FILE


def test_it_is_looked_at_once_a_start_and_not_for_each_piece(
    channel: Channel, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ALLOW_PRIVATE_ADDRESSES = True
    monkeypatch.setattr(plan, "at_once", lambda: 1)
    with serving(lambda _asked: found()) as store:
        communication = composed(channel, store.url("/novita"))
        before = len(store.seen)
        assert planned(communication).state == CommunicationState.RUNNING
        assert len(store.seen) == before + 1
