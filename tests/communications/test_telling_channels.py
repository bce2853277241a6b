"""What a channel's pages learn from this room: usage, what is in the way, what will be held."""

from pytest_django import DjangoAssertNumQueries

from staffetta.channels import blockers, holds
from staffetta.channels.message_templates import usage
from staffetta.channels.models import Channel, Template
from staffetta.communications.hold import Trouble, trouble_of
from staffetta.communications.models import Communication, TransactionalMessage
from tests.communications import made


def test_a_template_in_use_names_its_users(channel: Channel, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    made.order_confirmation(channel)
    made.draft(channel)
    ids = list(Template.objects.filter(channel=channel).order_by("name").values_list("pk", flat=True))
    with django_assert_num_queries(2):
        told = usage.of_templates(ids)
    order, news, promo = (told[pk] for pk in ids)
    assert [(each.name, each.url) for each in order] == [
        ("order-confirmation", "/transactional-messages/order-confirmation/")
    ]
    assert [each.name for each in news] == ["Saldi d'estate"]
    assert promo == []


def test_what_is_over_no_longer_uses_a_template(channel: Channel) -> None:
    draft = made.draft(channel)
    Communication.objects.update(state="done")
    assert draft.variant
    assert usage.of_templates([draft.variant.template_id])[draft.variant.template_id] == []


def test_a_running_or_held_communication_is_in_the_way_of_disconnecting(channel: Channel) -> None:
    draft = made.draft(channel)
    assert blockers.of([channel.pk]) == []
    for state in ("planning", "running", "held"):
        Communication.objects.update(state=state)
        assert [each.url for each in blockers.of([channel.pk])] == [f"/communications/{draft.pk}/"]
    assert blockers.of([Channel.objects.exclude(pk=channel.pk).get().pk]) == []


def test_disconnecting_holds_drafts_and_messages_and_keeps_their_names(channel: Channel) -> None:
    made.draft(channel)
    made.order_confirmation(channel)
    assert sum(each.number for each in holds.count([channel.pk])) == 2
    holds.hold([channel.pk])
    channel.delete()
    draft, message = Communication.objects.get(), TransactionalMessage.objects.get()
    assert draft.held_reason == message.held_reason == Trouble.CHANNEL_REMOVED
    assert trouble_of(draft) == Trouble.CHANNEL_REMOVED
    assert (draft.channel_name, draft.template_name) == ("Assistenza clienti", "novita_foto")
