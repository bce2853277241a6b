"""Every statement of «Who says No, and what wins» in the reference is held by a test that exists."""

import importlib
import re
from pathlib import Path

import pytest

REFERENCE = Path(__file__).parents[2] / "docs/reference/opt-out.md"
SECTION = "## Who says No, and what wins"
STATEMENT = re.compile(r"^- \*\*(.+?)[.:,;]?\*\*", re.MULTILINE)
FILES, SYNC, OWN, API = (
    "tests.contacts.test_refusals_in_files",
    "tests.sync.test_refusals",
    "tests.sync.test_own_states",
    "tests.api.test_opted_out",
)
HELD_BY = {
    "A Yes of a file, of a sync or of a call brings back nobody who opted out": (
        "tests.contacts.test_consent",
        "test_a_stop_is_lifted_only_by_hand_or_by_a_call_with_that_right_with_its_words",
    ),
    "The explicit step of an import or of a sync lifts no No at all": (
        FILES,
        "test_the_explicit_step_lifts_the_no_of_nobody",
    ),
    "A No of the person makes a No of a file stronger": (
        "tests.contacts.test_consent",
        "test_the_no_of_a_file_does_not_weaken_a_stop",
    ),
    "The No of a rejected row is recorded": (FILES, "test_five_rows_say_no_and_are_rejected_for_another_cell"),
    "A consent that begins with No is a No": (FILES, "test_a_word_nobody_can_read_is_no_refusal"),
    "A number is read in any form": (FILES, "test_a_number_in_any_readable_form_names_its_person"),
    "Any identity names a person": (FILES, "test_any_identity_names_its_person"),
    "Of two statements in one file the stricter wins": (
        FILES,
        "test_the_stricter_of_two_statements_wins_in_any_order_and_any_chunking",
    ),
    "An update mode that changes nothing keeps no refusal back": (
        FILES,
        "test_a_mode_that_changes_nobody_keeps_no_refusal_back",
    ),
    "A corrected file of rejected rows is no new statement": (
        FILES,
        "test_a_corrected_file_of_rejected_rows_lifts_no_refusal_of_its_source",
    ),
    "Undoing an import lifts no refusal": (FILES, "test_a_stop_written_while_an_import_runs_outlives_its_undoing"),
    "A row that says No and names nobody here is counted": (FILES, "test_who_says_no_and_names_nobody_is_told"),
    "Stopped and blocked count whatever else is wrong with a customer": (
        SYNC,
        "test_stop_and_block_count_though_other_values_cannot_be_read",
    ),
    "Every contact that any identity of the customer names has refused": (SYNC, "test_any_identity_names_its_person"),
    "Of two customers of one person the stricter wins": (
        SYNC,
        "test_the_stricter_of_two_customers_wins_in_any_order_and_on_any_pages",
    ),
    "A preview of the changes counts the opt-outs a run would record": (
        SYNC,
        "test_a_rehearsal_counts_what_a_run_records_and_records_nothing",
    ),
    "Blocked as a suppression outlasts an entry for days": (SYNC, "test_a_block_outlasts_an_entry_for_days"),
    "Undoing a run lifts no refusal": (SYNC, "test_undoing_a_run_that_made_a_stopped_person_keeps_them_out"),
    "Whoever is unblocked there may still be stopped": (
        "tests.events.test_opt_outs",
        "test_an_unblocking_before_we_knew_them_leaves_the_stop",
    ),
    "What we stopped or blocked there is no word of the person": (
        OWN,
        "test_an_entry_for_seven_days_written_there_does_not_come_back_as_the_persons_word",
    ),
    "A write is ours only if the customer was not so just before": (
        OWN,
        "test_who_blocked_us_before_our_write_has_blocked_us",
    ),
    "Our block and our stop end with what they stood for": (
        OWN,
        "test_our_stop_does_not_make_a_files_no_the_persons_own",
    ),
    "Stopped beside our block is the person's own": (OWN, "test_stopped_beside_our_block_is_the_persons_own"),
    "Whoever is unblocked there by somebody else, and blocks us later, has refused": (
        OWN,
        "test_who_was_unblocked_there_and_blocks_us_later_is_believed",
    ),
    "A call's consent brings back nobody who opted out": (
        API,
        "test_who_opted_out_is_not_brought_back_by_a_calls_consent",
    ),
    "It takes both to bring a person back": (
        API,
        "test_both_together_bring_a_person_back_and_the_audit_log_tells_it",
    ),
    "An opt-out is told before a fault of the values": (API, "test_an_opt_out_is_told_before_a_fault_of_the_values"),
    "Whoever wrote STOP before being a contact, or before being deleted, has opted out": (
        API,
        "test_who_wrote_stop_before_being_a_contact_has_opted_out",
    ),
    "A STOP that is read late undoes the consent of a call": (
        API,
        "test_a_stop_read_late_undoes_the_consent_of_a_call",
    ),
    "Lines that are numbers are entered though others are not": (
        "tests.contacts.test_blacklist",
        "test_the_command_line_adds_the_numbers_and_tells_the_lines_that_are_none",
    ),
    "An entry never replaces a stricter one": (
        "tests.contacts.test_blacklist",
        "test_who_was_erased_stays_erased_when_put_in_by_hand",
    ),
}


def statements() -> list[str]:
    text = REFERENCE.read_text(encoding="utf-8")
    section = text[text.index(SECTION) + len(SECTION) :].split("\n## ")[0]
    return STATEMENT.findall(section)


def test_every_statement_names_the_test_that_holds_it() -> None:
    assert sorted(statements()) == sorted(HELD_BY)


@pytest.mark.parametrize(("module", "name"), HELD_BY.values(), ids=HELD_BY.keys())
def test_the_test_that_holds_a_statement_exists(module: str, name: str) -> None:
    assert callable(getattr(importlib.import_module(module), name))
