"""What we stopped or blocked at the provider ourselves is no word of the person, and ends with what it stood for."""

from collections.abc import Callable

import pytest

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel
from staffetta.contacts.consents import consent, keep_out
from staffetta.contacts.consents.suppression import is_suppressed
from staffetta.contacts.models import Contact, Suppression
from staffetta.events import read_opt_outs
from staffetta.sync import start
from staffetta.sync.models import SyncWrite
from staffetta.sync.state_models import OwnState
from tests.sync.conftest import People
from tests.sync.test_runs import take_some
from tests.sync.test_write_back import written
from tests.sync.world import ASSISTENZA, configuration, contact, customer, finish, number, ran

pytestmark = pytest.mark.django_db
RULES = ["suppressed_block", "opt_out_stop"]


@pytest.fixture
def anna(channel: Channel, at_engage: People) -> Contact:
    """Somebody who agreed, and is a customer there."""
    at_engage([customer(1)])
    Contact.objects.bulk_create([contact(1)])
    made = Contact.objects.get()
    consent.record([made.pk], "whatsapp", consent.BOTH, "yes", "import")
    return made


def there(engage: Engage) -> tuple[str, str]:
    row = engage.customers(ASSISTENZA)[0]
    return row["stopped"], row["blocked"]


def grey(contact: Contact) -> None:
    keep_out.keep_out("whatsapp", [str(contact.phone)], "Ha chiesto una settimana di pausa", 7, None)


def test_an_entry_for_seven_days_written_there_does_not_come_back_as_the_persons_word(
    channel: Channel, engage: Engage, anna: Contact, later: Callable[[float], None]
) -> None:
    made = configuration(channel, direction="both", state_rules=RULES)
    grey(anna)
    ran(made)
    assert there(engage) == ("0", "1")
    ran(made)
    assert read_opt_outs.read(channel)
    assert consent.opt_in(anna) == "yes"
    assert there(engage) == ("0", "1"), "and nobody is stopped besides"
    later(8 * 86_400)
    run = ran(made)
    assert (there(engage), run.writes_done) == (("0", "0"), 1)
    read_opt_outs.read(channel)
    ran(made)
    assert (consent.opt_in(anna), is_suppressed("whatsapp", str(anna.phone))) == ("yes", False)
    assert not OwnState.objects.exists()


def test_stopped_beside_our_block_is_the_persons_own(channel: Channel, engage: Engage, anna: Contact) -> None:
    made = configuration(channel, direction="both", state_rules=RULES)
    grey(anna)
    ran(made)
    engage.change_customer(ASSISTENZA, number(1), stopped="1")
    ran(made)
    assert consent.present(anna)["whatsapp", "marketing"] == consent.Present("no", "stopped")


@pytest.mark.parametrize("reader", ["sync", "events"])
def test_who_blocked_us_before_our_write_has_blocked_us(
    channel: Channel, engage: Engage, anna: Contact, reader: str
) -> None:
    """Read as free, blocked by the person while the rest was read, then our write: it changes nothing there."""
    made = configuration(channel, direction="both", state_rules=RULES)
    grey(anna)
    run = start.start(made, None)
    take_some(run)
    engage.change_customer(ASSISTENZA, number(1), blocked="1")
    finish(run)
    write = SyncWrite.objects.get()
    assert (write.state, write.ours, written(engage, "block_customers")) == ("done", False, 0)
    assert ran(made).opt_outs == 1 if reader == "sync" else read_opt_outs.read(channel)
    assert consent.present(anna)["whatsapp", "marketing"] == consent.Present("no", "blocked")


def test_who_was_unblocked_there_and_blocks_us_later_is_believed(
    channel: Channel, engage: Engage, anna: Contact, later: Callable[[float], None]
) -> None:
    made = configuration(channel, direction="both", state_rules=RULES)
    grey(anna)
    ran(made)
    Suppression.objects.all().delete()
    engage.change_customer(ASSISTENZA, number(1), blocked="0")
    later(60)
    read_opt_outs.read(channel)
    engage.change_customer(ASSISTENZA, number(1), blocked="1")
    later(60)
    read_opt_outs.read(channel)
    assert consent.opt_in(anna) == "no"


def test_our_stop_does_not_make_a_files_no_the_persons_own(
    channel: Channel, engage: Engage, anna: Contact, later: Callable[[float], None]
) -> None:
    made = configuration(channel, direction="both", state_rules=RULES)
    consent.record([anna.pk], "whatsapp", consent.BOTH, "no", "import")
    ran(made)
    assert there(engage) == ("1", "0")
    ran(made)
    read_opt_outs.read(channel)
    assert consent.present(anna)["whatsapp", "marketing"] == consent.Present("no", "import")
    consent.record([anna.pk], "whatsapp", consent.BOTH, "yes", "import")
    later(60)
    ran(made)
    assert there(engage) == ("0", "0")


def test_a_person_who_stopped_there_is_not_started_again_by_taking_back(
    channel: Channel, engage: Engage, anna: Contact
) -> None:
    engage.change_customer(ASSISTENZA, number(1), stopped="1")
    made = configuration(channel, direction="both", state_rules=RULES, stopped_means="nothing")
    ran(made)
    assert there(engage) == ("1", "0")


def test_a_write_that_was_refused_is_not_ours(channel: Channel, engage: Engage, anna: Contact) -> None:
    made = configuration(channel, direction="both", state_rules=RULES)
    grey(anna)
    engage.fault("answer", status=400, reason="no", match={"operation": "block_customers"})
    ran(made)
    assert not OwnState.objects.exists()
    engage.change_customer(ASSISTENZA, number(1), blocked="1")
    read_opt_outs.read(channel)
    assert consent.opt_in(anna) == "no"


def test_a_block_whose_answer_was_lost_is_ours(channel: Channel, engage: Engage, anna: Contact) -> None:
    made = configuration(channel, direction="both", state_rules=RULES)
    grey(anna)
    engage.fault("reset", accepted=True, match={"operation": "block_customers", "nth": 1})
    run = ran(made)
    assert (run.writes_done, there(engage)) == (1, ("0", "1"))
    ran(made)
    assert consent.opt_in(anna) == "yes"


def test_what_a_run_would_take_back_is_shown_by_its_rehearsal(
    channel: Channel, engage: Engage, anna: Contact, later: Callable[[float], None]
) -> None:
    made = configuration(channel, direction="both", state_rules=RULES)
    grey(anna)
    ran(made)
    later(8 * 86_400)
    rehearsal = ran(made, rehearsal=True)
    assert list(rehearsal.writes.values_list("deed", "state")) == [("unblock", "planned")]
    assert there(engage) == ("0", "1")
