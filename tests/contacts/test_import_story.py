"""Story B1: saldi.csv, with the numbers that must come out."""

import csv
import io
import time

import pytest

from staffetta.contacts.audiences.audience import Audience
from staffetta.contacts.audiences.recipients import LeftOut, Tally, tally
from staffetta.contacts.consents import consent
from staffetta.contacts.consents.suppression import suppress
from staffetta.contacts.imports import rejects, sample
from staffetta.contacts.models import ConsentState, Contact, Import, ImportState
from staffetta.contacts.wording import reject_text
from tests.contacts.people import Accept, finish

pytestmark = pytest.mark.django_db


def test_two_thousand_rows_are_1940_contacts_and_60_rejects(saldi: Import) -> None:
    assert (saldi.state, saldi.total_rows, saldi.created, saldi.updated) == (ImportState.DONE, 2000, 1940, 0)
    assert (saldi.rejected, Contact.objects.count()) == (60, 1940)
    reasons = dict(rejects.reasons(saldi))
    assert reasons.pop("doubled_in_file") == 25
    assert sum(reasons.values()) == 35
    assert all(reject_text(reason).startswith("Numero non valido") for reason in reasons)


def test_consent_is_1700_yes_180_no_and_60_not_set(saldi: Import) -> None:
    assert saldi.consents == {"yes": 1700, "no": 180, "unset": 60, "kept": 0}
    for purpose in consent.BOTH:
        states = ConsentState.objects.filter(platform="whatsapp", purpose=purpose)
        assert (states.filter(value="yes").count(), states.filter(value="no").count()) == (1700, 180)


def test_the_summary_counts_1700_who_get_it_and_240_without_opt_in(saldi: Import) -> None:
    audience = Audience("import", saldi.pk)
    assert tally(audience, "whatsapp", "marketing") == Tally(1940, {LeftOut.NO_OPT_IN: 240})


def test_eight_of_the_yes_in_the_blacklist_leave_1692(saldi: Import) -> None:
    yes = Contact.objects.filter(consent_states__value="yes", consent_states__purpose="marketing")
    for phone in yes.values_list("phone", flat=True)[:8]:
        suppress("whatsapp", str(phone), "complaint")
    counted = tally(Audience("import", saldi.pk), "whatsapp", "marketing")
    assert (counted.reachable, counted.left_out, counted.reasons[LeftOut.SUPPRESSED]) == (1692, 248, 8)


def test_the_sixty_are_downloaded_with_their_reason(saldi: Import) -> None:
    text = b"".join(rejects.rejects_csv(saldi)).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
    assert len(rows) == 60
    assert all(row["Motivo"] for row in rows)
    assert list(rows[0])[:5] == list(sample.HEADINGS)


def test_importing_it_again_changes_nothing(saldi: Import, accept: Accept) -> None:
    again = finish(accept(sample.story_b_csv("cp1252"), sample.story_b_mapping(), "Opt-in WhatsApp"))
    assert (again.encoding, again.created, again.updated, again.unchanged) == ("cp1252", 0, 0, 1940)
    assert ConsentState.objects.count() == 2 * 1880


def test_it_takes_less_than_three_seconds(accept: Accept) -> None:
    begun = time.process_time()
    finish(accept(sample.story_b_csv(), sample.story_b_mapping(), "Opt-in WhatsApp"))
    assert time.process_time() - begun < 3
