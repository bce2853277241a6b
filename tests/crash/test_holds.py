"""What must not go on is held within two seconds, while a real worker sends: whoever waits goes on waiting."""

import time
from datetime import UTC, datetime

import pytest

from engage_simulator.testing import Engage
from staffetta.work.clock import real_now
from tests.crash import books
from tests.deliveries.ledger import FIRST
from tests.processes import Installation, wait_until

pytestmark = [pytest.mark.crash, pytest.mark.xdist_group("crash")]

PEOPLE, A_SECOND = 1500, 40
"""So many that most still wait when the change comes: on a busy machine the process that makes it starts slowly."""
DEED = """
from staffetta.channels.models import Template, TemplateVariant
from staffetta.channels.message_templates.switch import switch
from staffetta.work.clock import real_now
template = Template.objects.get(name="saluto")
variant = TemplateVariant.objects.get(template=template)
{deed}
print(real_now().timestamp())
"""
CHANGE = "TemplateVariant.objects.filter(pk=variant.pk).update(revision=variant.revision + 1, {what})"
DEEDS = {
    "the template is switched off": ("switch(template.channel, [template.pk], on=False)", "template_off"),
    "it is no longer approved": (CHANGE.format(what="status='paused'"), "template_not_approved"),
    "its contract changed": (CHANGE.format(what="fingerprint='other'"), "template_changed"),
}
ACCEPTED = "SELECT max(answered_at) FROM deliveries_attempt WHERE outcome = 'accepted'"
HELD = "SELECT held_at, held_reason FROM communications_communication WHERE state = 'held'"


def start(staffetta: Installation, engage: Engage) -> None:
    books.start(staffetta, engage, PEOPLE)
    staffetta.rows(f"UPDATE channels_channel SET pace = {A_SECOND}")
    staffetta.start_worker()
    wait_until(lambda: len(engage.ledger()) > 20, 20, 0.05)


def assert_held_in_time(staffetta: Installation, done_at: float) -> str:
    wait_until(lambda: staffetta.rows(HELD), 10, 0.05, "for it to be held")
    time.sleep(1)  # nothing more may leave
    (held_at, reason) = staffetta.rows(HELD)[0]
    last = staffetta.rows(ACCEPTED)[0][0]
    assert seconds_of(held_at) - done_at < 2
    assert seconds_of(last) - done_at < 2
    wait_until(lambda: not books.states(staffetta)["sending"], 5, 0.05)
    found = books.states(staffetta)
    assert set(found) == {"sent", "waiting"}
    assert found["waiting"] > PEOPLE / 4
    return str(reason)


def seconds_of(moment: datetime | str) -> float:
    """Return a moment of the database in Unix seconds."""
    read = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


@pytest.mark.parametrize("deed", DEEDS)
def test_a_template_that_must_not_be_sent_holds_within_two_seconds(
    staffetta: Installation, engage: Engage, deed: str
) -> None:
    start(staffetta, engage)
    script, wanted = DEEDS[deed]
    done_at = float(staffetta.python(DEED.format(deed=script)))
    assert assert_held_in_time(staffetta, done_at) == wanted


def test_a_key_that_is_refused_holds_within_two_seconds(staffetta: Installation, engage: Engage) -> None:
    start(staffetta, engage)
    engage.revoke_key(FIRST)
    done_at = real_now().timestamp()
    assert assert_held_in_time(staffetta, done_at) == "key_refused"
