"""A model of the delivery's life as a state machine, against the real statements and the real database."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from staffetta.channels.models import Channel, Template, TemplateVariant
from staffetta.communications.models import Communication
from staffetta.contacts.models import Contact
from staffetta.deliveries import plan, states, sweep
from staffetta.deliveries.counts import counts_of, reconcile
from staffetta.deliveries.marks import Answer, Holder, Marked
from staffetta.deliveries.models import Attempt, Delivery
from staffetta.deliveries.states import ARROWS
from staffetta.work import lease
from staffetta.work.clock import now, real_now
from tests.deliveries.ledger import FIRST

PEOPLE = 5
ANSWERS = {"sent": "", "failed": "refused", "uncertain": "cut_off", "waiting": ""}
EVENTS = ["delivered", "read", "undelivered", "sent", "failed"]


class Life(RuleBasedStateMachine):
    """Claims, answers (late, doubled, of former attempts), sweeps, stops, people's decisions and events, in any order.

    What must hold after each step: everybody is in one state, no state changed but along the drawn arrows, the counters
    equal the rows, a message is handed to the wire once an attempt, and nobody is attempted again after an unknown
    outcome but by a person.
    """

    def __init__(self) -> None:
        super().__init__()
        self.handed: list[Marked] = []
        self.holder: Holder | None = None
        self.known: dict[int, str] = {}
        self.decided: set[int] = set()

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
            name="x", channel=self.channel, variant=variant, state="running", accepted_revision=1, started_at=now()
        )
        contacts = Contact.objects.bulk_create(Contact(first_name=f"{n}") for n in range(PEOPLE))
        frozen = plan._frozen(self.communication, "communication")
        rows = [
            {
                "public_id": f"{each.pk:032x}", "contact_id": each.pk, "contact_name": each.first_name,
                "address": str(each.pk), "parameters": {}, "state": "waiting", "reason": "",
            }
            for each in contacts
        ]  # fmt: skip
        with transaction.atomic():
            states.insert(rows, frozen)
        self.known = dict.fromkeys(Delivery.objects.values_list("pk", flat=True), "waiting")
        self.take_lease()

    def take_lease(self) -> None:
        name = f"channel:{self.channel.pk}"
        if self.holder is not None:
            lease.release(self.holder.lease, self.holder.fence)
        fence = lease.acquire(name, "w", 600)
        assert fence is not None
        self.holder = Holder(self.channel.pk, name, fence, "w")

    @rule(want=st.integers(1, 3))
    def claim(self, want: int) -> None:
        assert self.holder is not None
        self.handed += states.turn(self.holder, [], want)

    @rule(want=st.integers(1, 3))
    def claim_with_a_lost_lease(self, want: int) -> None:
        former = self.holder
        self.take_lease()
        assert former is not None
        assert states.turn(former, [], want) == []

    @rule(data=st.data(), state=st.sampled_from(sorted(ANSWERS)))
    def answer(self, data: Any, state: str) -> None:
        if not self.handed:
            return
        row = data.draw(st.sampled_from(self.handed))
        reason = ANSWERS[state]
        states.record([Answer(row.id, row.attempt, state, reason or state, reason)])

    @rule()
    def everything_in_flight_is_abandoned(self) -> None:
        Delivery.objects.filter(state="sending").update(sending_at=real_now() - timedelta(hours=1))
        sweep.in_flight()

    @rule()
    def stop(self) -> None:
        states.cancel(self.communication.pk, 2)

    @rule(data=st.data())
    def hold_back(self, data: Any) -> None:
        states.hold_back([data.draw(st.sampled_from(sorted(self.known)))], "channel_removed")

    @rule(data=st.data())
    def a_person_sends_again(self, data: Any) -> None:
        one = data.draw(st.sampled_from(sorted(self.known)))
        if states.send_again([one]):
            self.decided.add(one)

    @rule(data=st.data(), state=st.sampled_from(["sent", "failed", "delivered", "read", "undelivered"]))
    def settle(self, data: Any, state: str) -> None:
        states.settle([data.draw(st.sampled_from(sorted(self.known)))], state, "person")

    @rule(data=st.data(), old=st.sampled_from(sorted(ARROWS)), new=st.sampled_from(EVENTS))
    def event(self, data: Any, old: str, new: str) -> None:
        states.advance([data.draw(st.sampled_from(sorted(self.known)))], old, new)

    @invariant()
    def the_books_are_right(self) -> None:
        if not self.known:
            return
        present = dict(Delivery.objects.values_list("pk", "state"))
        assert len(present) == PEOPLE
        for one, state in present.items():
            before = self.known[one]
            assert state == before or self._reachable(before, state), f"{before} -> {state}"
            if before == "uncertain" and state in {"waiting", "sending"}:
                assert one in self.decided, "only a person sends an uncertain message again"
        self.known = present
        assert reconcile([self.communication.pk]) == []
        assert sum(counts_of(self.communication.pk).values()) == PEOPLE

    @invariant()
    def each_attempt_was_handed_to_the_wire_once(self) -> None:
        handed = [(row.id, row.attempt) for row in self.handed]
        assert len(handed) == len(set(handed))
        assert set(Attempt.objects.values_list("delivery_id", "number")) == set(handed)

    @staticmethod
    def _reachable(before: str, state: str) -> bool:
        """One arrow; or waiting to sent in one step, by the late answer that overtakes a person's sending again."""
        return state in ARROWS[before] or (before, state) == ("waiting", "sent")


@pytest.mark.django_db
def test_no_order_of_things_breaks_the_books() -> None:
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
