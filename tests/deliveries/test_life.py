"""A model of the delivery's life as a state machine, against the real statements and the real database."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from staffetta.channels.models import Channel, Template, TemplateVariant
from staffetta.communications import hold, stop
from staffetta.communications.models import Communication, CommunicationState
from staffetta.contacts.models import Contact
from staffetta.deliveries.ledger import states
from staffetta.deliveries.ledger.counts import counts_of, reconcile
from staffetta.deliveries.ledger.marks import Answer, Holder, Marked
from staffetta.deliveries.ledger.states import ARROWS
from staffetta.deliveries.models import Attempt, Delivery
from staffetta.deliveries.planning import plan
from staffetta.deliveries.sending import settle, sweep, watch
from staffetta.work import lease
from staffetta.work.clock import now, real_now
from tests.deliveries.ledger import CONTEXT, FIRST

PEOPLE = 5
ANSWERS = {
    "sent": ("accepted", ""),
    "failed": ("refused", "refused"),
    "uncertain": ("cut_off", "cut_off"),
    "waiting": ("unreachable", ""),
}
EVENTS = ["delivered", "read", "undelivered", "sent", "failed"]


class Life(RuleBasedStateMachine):
    """Claims, answers (late, doubled, of former attempts), sweeps, stops, holds, decisions and events, in any order.

    What must hold after each step: everybody is in one state, no state changed but along the drawn arrows, the counters
    equal the rows, a message is handed to the wire once an attempt, `sent` by an answer stands only where an attempt
    was accepted, and nobody is attempted again after an unknown outcome, or accepted twice, but by a person's word.
    """

    def __init__(self) -> None:
        super().__init__()
        self.handed: list[Marked] = []
        self.truth: dict[tuple[int, int], str] = {}
        self.holders: list[Holder] = []
        self.known: dict[int, str] = {}
        self.decided: Counter[int] = Counter()

    @initialize()
    def plan_everybody(self) -> None:
        Delivery.objects.all().delete()
        Communication.objects.all().delete()
        Channel.objects.all().delete()
        self.channel = Channel.objects.create(provider_id=FIRST, platform="whatsapp", state="connected")
        variant = TemplateVariant.objects.create(
            template=Template.objects.create(channel=self.channel, name="t"), language="it", language_raw="it",
            status="approved", category="UTILITY", fingerprint="f",
        )  # fmt: skip
        self.communication = Communication.objects.create(
            name="x", channel=self.channel, variant=variant, state="running", accepted_revision=1,
            accepted_fingerprint="f", started_at=now(),
        )  # fmt: skip
        self.contacts = Contact.objects.bulk_create(Contact(first_name=f"{n}") for n in range(PEOPLE))
        with transaction.atomic():
            states.insert([self._row(each) for each in self.contacts], self._frozen())
        self.known = dict.fromkeys(Delivery.objects.values_list("pk", flat=True), "waiting")
        self.take_over()

    def _frozen(self) -> dict[str, object]:
        return plan._frozen(self.communication, "communication")

    @staticmethod
    def _row(contact: Contact, number: int = 0, address: str = "") -> dict[str, object]:
        return {
            "public_id": f"{number}{contact.pk:031x}", "contact_id": contact.pk, "contact_name": contact.first_name,
            "address": address or str(contact.pk), "parameters": {}, "zone": "", "state": "waiting", "reason": "",
        }  # fmt: skip

    @rule()
    def take_over(self) -> None:
        """Another worker takes the lease; the former holder does not know."""
        name = f"channel:{self.channel.pk}"
        if self.holders:
            lease.release(name, self.holders[-1].fence)
        fence = lease.acquire(name, f"w{len(self.holders)}", 600)
        assert fence is not None
        self.holders.append(Holder(self.channel.pk, name, fence, f"w{len(self.holders)}"))

    @rule(want=st.integers(1, 3))
    def claim(self, want: int) -> None:
        running = Communication.objects.get().state == CommunicationState.RUNNING
        marked = states.turn(self.holders[-1], [], want)
        assert running or not marked, "what is held or stopped is not claimed"
        self.handed += marked

    @rule(want=st.integers(1, 3), data=st.data())
    def claim_with_an_old_fence(self, want: int, data: Any) -> None:
        if self.holders[:-1]:
            assert states.turn(data.draw(st.sampled_from(self.holders[:-1])), [], want) == []

    @rule(data=st.data(), state=st.sampled_from(sorted(ANSWERS)))
    def answer(self, data: Any, state: str) -> None:
        """Each attempt has one answer, which may come late and more than once, from whoever sent it."""
        if self.handed:
            row = data.draw(st.sampled_from(self.handed))
            told = self.truth.setdefault((row.id, row.attempt), state)
            states.record([Answer(row.id, row.attempt, told, *ANSWERS[told])])

    @rule()
    def everything_in_flight_is_abandoned(self) -> None:
        Delivery.objects.filter(state="sending").update(sending_at=real_now() - timedelta(hours=1))
        sweep.in_flight()

    @rule()
    def a_person_stops(self) -> None:
        stop.stop(Communication.objects.get(), None)

    @rule()
    def it_is_held(self) -> None:
        hold.hold(self.communication.pk, hold.Trouble.TOO_MANY_REFUSED)

    @rule()
    def a_person_resumes(self) -> None:
        communication = Communication.objects.get()
        if communication.state == CommunicationState.HELD:
            hold.resume(communication, None)

    @rule()
    def the_watch_looks(self) -> None:
        watch.work(CONTEXT)

    @rule(data=st.data())
    def hold_back(self, data: Any) -> None:
        states.hold_back([self._somebody(data)], "channel_removed")

    @rule(data=st.data())
    def a_person_sends_again(self, data: Any) -> None:
        one = self._somebody(data)
        self.decided[one] += settle.send_again(Delivery.objects.filter(pk=one), None)

    @rule(data=st.data())
    def a_person_treats_as_sent(self, data: Any) -> None:
        settle.treat_as_sent(Delivery.objects.filter(pk=self._somebody(data)), None)

    @rule(data=st.data(), state=st.sampled_from(["sent", "failed", "delivered", "read", "undelivered"]))
    def the_history_or_an_event_settles(self, data: Any, state: str) -> None:
        states.settle([self._somebody(data)], state, "history" if state == "sent" else "event")

    @rule(data=st.data(), old=st.sampled_from(sorted(ARROWS)), new=st.sampled_from(EVENTS))
    def event(self, data: Any, old: str, new: str) -> None:
        states.advance([self._somebody(data)], old, new)

    @rule(data=st.data(), same_person=st.booleans())
    def planning_somebody_again_is_refused(self, data: Any, same_person: bool) -> None:
        contact = data.draw(st.sampled_from(self.contacts))
        row = Delivery.objects.get(contact=contact)
        if not same_person and row.state == "not_sent":
            return  # its number is free again
        person = contact if same_person else Contact.objects.create(first_name="twin")
        address = "other" if same_person else row.address
        with pytest.raises(IntegrityError), transaction.atomic():
            states.insert([self._row(person, 1, address)], self._frozen())

    def _somebody(self, data: Any) -> int:
        return int(data.draw(st.sampled_from(sorted(self.known))))

    @invariant()
    def the_books_are_right(self) -> None:
        if not self.known:
            return
        present = dict(Delivery.objects.values_list("pk", "state"))
        assert len(present) == PEOPLE
        for one, state in present.items():
            before = self.known[one]
            assert state == before or self._reachable(before, state), f"{before} -> {state}"
            if before == "uncertain" and state in {"waiting", "sending", "cancelled"}:
                assert self.decided[one], "only a person sends an uncertain message again"
        self.known = present
        assert reconcile([self.communication.pk]) == []
        assert sum(counts_of(self.communication.pk).values()) == PEOPLE

    @invariant()
    def each_attempt_was_handed_to_the_wire_once(self) -> None:
        handed = [(row.id, row.attempt) for row in self.handed]
        assert len(handed) == len(set(handed))
        assert set(Attempt.objects.values_list("delivery_id", "number")) == set(handed)

    @invariant()
    def sent_stands_only_where_it_was_accepted(self) -> None:
        accepted = Counter(each for (each, _attempt), state in self.truth.items() if state == "sent")
        answered = Delivery.objects.filter(state="sent", settled_by="answer").values_list("pk", flat=True)
        assert set(answered) <= set(accepted)
        twice = {each for each, number in accepted.items() if number > 1 + self.decided[each]}
        assert not twice, "nobody is accepted twice but by a person's word"

    @staticmethod
    def _reachable(before: str, state: str) -> bool:
        """One arrow; or waiting to sent in one step, by the late answer that overtakes a person's sending again."""
        return state in ARROWS[before] or (before, state) == ("waiting", "sent")


@pytest.mark.django_db
def test_no_order_of_things_breaks_the_books() -> None:
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=20, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
