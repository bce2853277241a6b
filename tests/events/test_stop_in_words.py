"""What people write back, over the wire: a STOP is a No, what may be one waits for a person. Cases of section A."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel, TemplateVariant
from staffetta.communications.models import TransactionalMessage
from staffetta.contacts.audiences.recipients import LeftOut, those
from staffetta.contacts.consents import consent
from staffetta.contacts.models import Consent, ConsentState, Contact
from staffetta.contacts.opt_outs import decide, own_words
from staffetta.contacts.opt_outs.match import Outcome
from staffetta.contacts.opt_outs.models import Decision, PossibleOptOut
from staffetta.deliveries.ledger.reasons import REASONS
from staffetta.deliveries.models import Delivery
from staffetta.deliveries.sending.send_one import NotSendable, send_one
from staffetta.events import read_opt_outs
from staffetta.events.models import ProviderEvent
from staffetta.work.clock import now
from tests.deliveries.ledger import people, planned, run
from tests.wire import Answer, Seen, serving

ONE, TWO = "393330000000", "393330000001"


def says(contact: Contact) -> dict[str, str]:
    """Return the present consent by purpose."""
    return dict(ConsentState.objects.filter(contact=contact).values_list("purpose", "value"))


def write(engage: Engage, channel: Channel, text: str, sender: str = ONE, **more: object) -> None:
    engage.put_customer(channel.provider_id, id=sender)
    engage.control("POST", f"/channels/{channel.provider_id}/messages", {"from": sender, "text": text, **more})


def marketing(channel: Channel) -> None:
    TemplateVariant.objects.filter(template__channel=channel, template__name="saluto").update(category="MARKETING")


@pytest.mark.parametrize(
    "text",
    ["Stop, grazie", "stop per favore", "Non voglio più ricevere messaggi", "S.T.O.P.", "STOP STOP", "disiscriviti",
     "sair", "стоп"],
)  # fmt: skip
def test_a_person_who_asks_in_their_own_words_is_not_written_to_again(
    channel: Channel, engage: Engage, text: str
) -> None:
    person, _other = people(2)
    write(engage, channel, text)
    read_opt_outs.read(channel)
    assert says(person) == {"marketing": "no", "service": "no"}
    assert text in Consent.objects.filter(contact=person, source="stop_word").values_list("wording", flat=True)
    planned(channel)
    run()
    assert {row["recipient"] for row in engage.ledger()} == {TWO}


@pytest.mark.parametrize("text", ["STOP \ud83d", "\ude00 STOP"])
def test_a_stop_with_half_an_emoji_is_a_stop_and_the_next_ones_are_read(
    channel: Channel, engage: Engage, text: str
) -> None:
    person, other = people(2)
    write(engage, channel, text)
    write(engage, channel, "stop", TWO)
    assert read_opt_outs.read(channel)
    assert says(person) == says(other) == {"marketing": "no", "service": "no"}
    assert "�" in ProviderEvent.objects.get(address=ONE).payload["text"]


def test_the_marketing_button_of_whatsapp_is_a_no_to_marketing_only(channel: Channel, engage: Engage) -> None:
    [person] = people(1)
    write(engage, channel, "Stop promotions")
    read_opt_outs.read(channel)
    assert says(person) == {"marketing": "no", "service": "yes"}


@pytest.mark.parametrize("text", ["Cancella", "ALTO", "Interrompi promozioni"])
def test_an_everyday_word_is_no_stop_but_marketing_waits_until_a_person_decides(
    channel: Channel, engage: Engage, text: str
) -> None:
    person, _other = people(2)
    write(engage, channel, text)
    read_opt_outs.read(channel)
    assert says(person) == {"marketing": "yes", "service": "yes"}
    row = PossibleOptOut.objects.get()
    assert (row.contact, row.text, row.channel_name) == (person, text, channel.name)
    assert those([person.pk], "whatsapp", "service")[0].reason == LeftOut.NO
    assert those([person.pk], "whatsapp", "marketing")[0].reason == "opt_out_to_decide"
    marketing(channel)
    communication = planned(channel)
    assert Delivery.objects.get(communication=communication, address=ONE).reason == "opt_out_to_decide"
    run()
    assert {row["recipient"] for row in engage.ledger()} == {TWO}
    assert str(REASONS["opt_out_to_decide"].remedy)


def test_a_service_message_goes_on_meanwhile(channel: Channel, engage: Engage) -> None:
    people(1)
    write(engage, channel, "Cancella")
    read_opt_outs.read(channel)
    planned(channel)
    run()
    assert {row["recipient"] for row in engage.ledger()} == {ONE}


def test_what_was_planned_before_is_held_back_like_a_withdrawn_consent(channel: Channel, engage: Engage) -> None:
    people(2)
    marketing(channel)
    communication = planned(channel)
    write(engage, channel, "annulla")
    read_opt_outs.read(channel)
    assert Delivery.objects.get(communication=communication, address=ONE).reason == "opt_out_to_decide"
    run()
    assert {row["recipient"] for row in engage.ledger()} == {TWO}


def test_a_transactional_message_of_a_marketing_template_waits_too(channel: Channel, engage: Engage) -> None:
    [person] = people(1)
    marketing(channel)
    variant = TemplateVariant.objects.get(template__channel=channel, template__name="saluto")
    message = TransactionalMessage.objects.create(
        name="promo", channel=channel, variant=variant, accepted_revision=variant.revision,
        accepted_fingerprint=variant.fingerprint, mapping={"1": {"source": "field:first_name", "fallback": "x"}},
    )  # fmt: skip
    write(engage, channel, "Cancella")
    read_opt_outs.read(channel)
    with pytest.raises(NotSendable, match="opt_out_to_decide"):
        send_one(message, person)


@pytest.mark.parametrize(
    ("decision", "wanted"),
    [
        (Decision.ALL, {"marketing": "no", "service": "no"}),
        (Decision.MARKETING, {"marketing": "no", "service": "yes"}),
        (Decision.NONE, {"marketing": "yes", "service": "yes"}),
    ],
)
def test_a_person_decides_once_what_a_reply_was(
    channel: Channel, engage: Engage, decision: Decision, wanted: dict[str, str]
) -> None:
    [person] = people(1)
    write(engage, channel, "Cancella")
    read_opt_outs.read(channel)
    assert decide.decide(decide.to_decide(), decision, None) == 1
    assert says(person) == wanted
    assert decide.number_to_decide() == 0
    reason = those([person.pk], "whatsapp", "marketing")[0].reason
    assert reason == (LeftOut.NO if decision is Decision.NONE else LeftOut.NO_OPT_IN)
    read_opt_outs.read(channel)
    assert decide.number_to_decide() == 0, "the same reply is not asked about again"
    assert decide.decide(PossibleOptOut.objects.all(), Decision.ALL, None) == 0, "what is decided stays so"
    assert says(person) == wanted


def test_a_stop_that_comes_later_settles_what_was_to_be_decided(channel: Channel, engage: Engage) -> None:
    [person] = people(1)
    write(engage, channel, "Cancella")
    read_opt_outs.read(channel)
    write(engage, channel, "STOP")
    read_opt_outs.read(channel)
    assert says(person) == {"marketing": "no", "service": "no"}
    assert decide.number_to_decide() == 0


def test_who_said_no_already_has_nothing_to_be_decided(channel: Channel, engage: Engage) -> None:
    [person] = people(1)
    consent.record([person.pk], "whatsapp", consent.BOTH, "no", "hand")
    write(engage, channel, "Cancella")
    read_opt_outs.read(channel)
    assert decide.number_to_decide() == 0


def test_a_possible_opt_out_older_than_a_new_consent_holds_nothing_back(channel: Channel, engage: Engage) -> None:
    [person] = people(1)
    write(engage, channel, "Cancella", created=int(now().timestamp()) - 86400)
    consent.record([person.pk], "whatsapp", consent.BOTH, "yes", "hand", wording="Sì, scrivetemi")
    read_opt_outs.read(channel)
    assert decide.number_to_decide() == 0


def test_a_yes_for_service_does_not_undo_a_stop_to_marketing(channel: Channel, engage: Engage) -> None:
    [person] = people(1)
    write(engage, channel, "STOP", created=int(now().timestamp()) - 86400)
    consent.record([person.pk], "whatsapp", ["service"], "yes", "hand", wording="Solo per gli appuntamenti")
    read_opt_outs.read(channel)
    assert says(person) == {"marketing": "no", "service": "yes"}


@pytest.mark.parametrize(("text", "wanted"), [("Cancella", "opt_out_to_decide"), ("Disiscriviti", "no_opt_in")])
def test_who_wrote_before_being_a_contact_is_judged_by_what_they_wrote(
    channel: Channel, engage: Engage, text: str, wanted: str
) -> None:
    write(engage, channel, text)
    read_opt_outs.read(channel)
    [person] = people(1)
    read_opt_outs.read(channel)
    assert those([person.pk], "whatsapp", "marketing")[0].reason == wanted


def test_narrowing_the_words_takes_no_recorded_no_back_not_even_of_who_is_no_contact_yet(
    channel: Channel, engage: Engage
) -> None:
    [person] = people(1)
    write(engage, channel, "disiscriviti")
    write(engage, channel, "disiscriviti", TWO)
    read_opt_outs.read(channel)
    own_words.add("disiscriviti", Outcome.NOTHING, None)
    [late] = people(1, start=1)
    read_opt_outs.read(channel)
    assert says(person)["marketing"] == says(late)["marketing"] == "no"
    write(engage, channel, "Disiscriviti", "393330000002")
    [third] = people(1, start=2)
    read_opt_outs.read(channel)
    assert says(third)["marketing"] == "yes", "the exception holds for what comes in from then on"


def test_an_own_word_is_understood_from_then_on(channel: Channel, engage: Engage) -> None:
    person, other = people(2)
    own_words.add("addio per sempre", Outcome.ALL, None)
    own_words.add("niente volantini", Outcome.MARKETING, None)
    write(engage, channel, "Addio, per sempre!")
    write(engage, channel, "Niente volantini, grazie", TWO)
    read_opt_outs.read(channel)
    assert says(person) == {"marketing": "no", "service": "no"}
    assert says(other) == {"marketing": "no", "service": "yes"}


def test_a_stop_followed_by_thanks_is_seen_and_the_lines_are_kept_in_their_order(
    channel: Channel, engage: Engage
) -> None:
    [person] = people(1)
    moment = int(now().timestamp()) - 600
    for place, text in enumerate(("Buongiorno", "STOP", "grazie", "e buona giornata")):
        write(engage, channel, text, created=moment + place)
    read_opt_outs.read(channel)
    assert says(person) == {"marketing": "no", "service": "no"}
    kept = ProviderEvent.objects.filter(kind="reply").order_by("pk")
    assert [row.payload["text"] for row in kept] == ["Buongiorno", "STOP", "grazie", "e buona giornata"]
    write(engage, channel, "Ci siete?", created=moment + 60)
    read_opt_outs.read(channel)
    assert kept.all().count() == 5, "only the line that is newer than what was read"


def test_a_stop_in_a_conversation_that_an_agent_closed_is_read_when_it_is_open_again(
    channel: Channel, engage: Engage
) -> None:
    [person] = people(1)
    write(engage, channel, "STOP")
    engage.control("DELETE", f"/channels/{channel.provider_id}/tickets/{ONE}")
    read_opt_outs.read(channel)
    assert says(person)["marketing"] == "yes", "opened and closed between two readings: nobody is told of it"
    write(engage, channel, "Buongiorno")
    read_opt_outs.read(channel)
    assert says(person)["marketing"] == "no"


def test_a_line_of_a_closed_ticket_is_the_same_one_in_the_next_ticket(channel: Channel, engage: Engage) -> None:
    people(1)
    write(engage, channel, "Cancella")
    read_opt_outs.read(channel)
    decide.decide(decide.to_decide(), Decision.NONE, None)
    engage.control("DELETE", f"/channels/{channel.provider_id}/tickets/{ONE}")
    write(engage, channel, "Stopper", TWO)
    write(engage, channel, "Buongiorno")
    read_opt_outs.read(channel)
    assert decide.number_to_decide() == 0


BAD = [
    {"id": "1", "user_id": ONE, "chats": [{"chat": "STOP", "created": "1e300"}]},
    {"id": "2", "user_id": None, "chats": [{"chat": "STOP"}]},
    {"id": "3", "user_id": TWO, "chats": "nonsense"},
    {"id": "4", "chats": [{"chat": ["x"]}]},
    {"id": "5", "user_id": {"a": 1}, "chats": [{"chat": {"text": {"x": 1}}}]},
    {
        "id": "6",
        "user_id": "393330000002",
        "chats": {"9": {"chat": {"text": "Sì", "payload": "STOP_PROMOTIONS"}, "outgoing": 0}},
    },
    {"id": "7", "user_id": "393330000003", "chats": [{"chat": "Certo", "payload": {"id": "opt_out"}}]},
    {"id": "8", "user_id": "393330000004", "chats": [{"chat": "stop \ud83d\u0000", "created": "-5"}]},
]


@pytest.fixture
def odd_provider(settings: Settings) -> Iterator[None]:
    """A provider with no customers whose conversations hold odd rows among good ones."""

    def reply(seen: Seen) -> Answer:
        tickets = BAD if seen.query.get("offset", "0") == "0" else []
        return Answer({"tickets": tickets} if seen.path.endswith("/ticket") else {"user": []})

    with serving(reply) as served:
        settings.ENGAGE_URL = served.url("/api/v16")
        yield


def test_where_more_than_one_line_is_refused_the_last_line_is_read(channel: Channel, settings: Settings) -> None:
    [person] = people(1)

    def reply(seen: Seen) -> Answer:
        if not seen.path.endswith("/ticket"):
            return Answer({"user": []})
        if seen.query["num_chats"] != "1":
            return Answer({"code": 400, "reason": "num_chats must be 1"}, 400)
        rows = [{"id": "1", "user_id": ONE, "chats": [{"chat": "Stop, grazie"}]}]
        return Answer({"tickets": rows if seen.query.get("offset", "0") == "0" else []})

    with serving(reply) as served:
        settings.ENGAGE_URL = served.url("/api/v16")
        assert read_opt_outs.read(channel)
    assert says(person)["marketing"] == "no"


def test_one_odd_conversation_never_hides_the_others_and_buttons_are_understood_by_what_they_carry(
    channel: Channel, odd_provider: None
) -> None:
    persons = people(5)
    assert read_opt_outs.read(channel)
    no, yes = {"marketing": "no", "service": "no"}, {"marketing": "yes", "service": "yes"}
    assert says(persons[0]) == no
    assert says(persons[1]) == yes
    assert says(persons[2]) == {"marketing": "no", "service": "yes"}
    assert says(persons[3]) == no
    assert says(persons[4]) == no
