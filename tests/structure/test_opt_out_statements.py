"""Every statement of docs/reference/opt-out.md on words, sources and proof is held by tests that exist.

Those of its first part: tests/contacts/test_who_says_no.py.
"""

import re

import pytest

from tests.structure.held_by import ROOT, gone

PAGE = (ROOT / "docs" / "reference" / "opt-out.md").read_text(encoding="utf-8")
PART = PAGE[PAGE.index("## What people write") :]
MATCH = "tests/contacts/opt_outs/test_match.py::test_"
DECIDE = "tests/contacts/opt_outs/test_pages.py::test_"
WORDS = "tests/events/test_stop_in_words.py::test_"
CLOSED = "tests/events/test_closed_conversations.py::test_"
SOURCES = "tests/events/test_sources.py::test_"
PAGES = "tests/events/test_source_pages.py::test_"
WAITS = "tests/events/test_what_waits.py::test_"
MOVING = "tests/sync/test_moving_list.py::test_"
PROOF = "tests/events/test_stop_proof.py::test_"
PROOF_PAGES = "tests/events/test_stop_proof_pages.py::test_"
EXAMPLES = "tests/structure/test_opt_outs_documented.py::test_an_example_of_the_page_is_judged_as_the_page_says"

HELD_BY = {
    "The whole message counts": (EXAMPLES, f"{MATCH}this_is_no_opt_out"),
    "Politeness and repetition": (EXAMPLES, f"{MATCH}saying_it_several_times_is_saying_it"),
    "Writing changes nothing": (f"{MATCH}case_decomposition_and_signs_at_the_ends_change_nothing",),
    "Letters that look alike": (EXAMPLES, f"{MATCH}letters_that_look_alike_count_in_words_of_mixed_script_only"),
    "Words about advertising alone": (EXAMPLES, f"{MATCH}a_person_who_writes_this_opts_out_of_marketing"),
    "Buttons are understood": (
        f"{WORDS}one_odd_conversation_never_hides_the_others_and_buttons_are_understood_by_what_they_carry",
    ),
    "Of several things said": (f"{MATCH}of_several_things_said_the_strictest_counts",),
    "Judging takes time": (f"{MATCH}the_time_grows_with_the_length_alone",),
    "They hold for replies that come in": (
        f"{WORDS}an_own_word_is_understood_from_then_on",
        f"{MATCH}an_own_word_and_an_own_exception_come_before_the_lists",
    ),
    "Narrowing the words": (f"{WORDS}narrowing_the_words_takes_no_recorded_no_back_not_even_of_who_is_no_contact_yet",),
    "«stop» and a few other words": (f"{MATCH}the_words_that_no_exception_takes_away_are_a_stop",),
    "Every change is in the audit log": (f"{DECIDE}a_word_is_added_tried_and_removed",),
    "Until then marketing to that person waits": (
        f"{DECIDE}marketing_waits_while_service_goes_on",
        f"{WORDS}a_transactional_message_of_a_marketing_template_waits_too",
        f"{WORDS}what_was_planned_before_is_held_back_like_a_withdrawn_consent",
    ),
    "Contacts > Opt-outs lists them": (
        f"{DECIDE}the_page_says_who_wrote_what_when_and_on_which_channel",
        f"{DECIDE}the_same_words_of_several_people_are_decided_together_but_not_what_came_in_since",
        f"{DECIDE}the_command_line_lists_and_decides",
    ),
    "The overview counts the people": (
        f"{DECIDE}the_overview_counts_who_waits_for_a_decision",
        f"{DECIDE}the_persons_page_says_what_waits",
    ),
    "What is decided stays decided": (
        f"{DECIDE}what_somebody_else_decided_meanwhile_is_not_decided_again",
        f"{WORDS}a_person_decides_once_what_a_reply_was",
    ),
    "An opt-out is recorded as the person's own No": (f"{DECIDE}one_click_decides",),
    "A STOP that comes later settles it": (
        f"{WORDS}a_stop_that_comes_later_settles_what_was_to_be_decided",
        f"{WORDS}a_possible_opt_out_older_than_a_new_consent_holds_nothing_back",
    ),
    "Who writes before they are a contact": (
        f"{WORDS}who_wrote_before_being_a_contact_is_judged_by_what_they_wrote",
        f"{DECIDE}who_is_deleted_before_anybody_decided_stays_out",
        f"{DECIDE}a_merge_keeps_what_is_to_be_decided_and_an_erasure_deletes_it",
    ),
    "A line is known by Engage's own id": (f"{WORDS}a_line_of_a_closed_ticket_is_the_same_one_in_the_next_ticket",),
    "A conversation that cannot be read": (
        f"{WORDS}one_odd_conversation_never_hides_the_others_and_buttons_are_understood_by_what_they_carry",
    ),
    "Where Sinch Engage refuses to give more": (f"{WORDS}where_more_than_one_line_is_refused_the_last_line_is_read",),
    "A conversation that an agent closes": (
        f"{CLOSED}a_stop_written_and_closed_between_two_readings_is_read_from_the_persons_history",
        f"{CLOSED}of_a_history_only_lines_count_that_say_who_wrote_them_and_when",
    ),
    "A history that cannot be read": (
        f"{CLOSED}one_history_that_cannot_be_read_keeps_its_person_waiting_and_nobody_else",
    ),
    "A conversation that is opened and closed": (
        f"{WORDS}a_stop_in_a_conversation_that_an_agent_closed_is_read_when_it_is_open_again",
        f"{SOURCES}a_customer_stopped_a_second_before_the_start_is_not_written_to",
    ),
    "One reading of the conversations": (f"{SOURCES}a_stop_written_a_second_before_the_start_stops_that_person",),
    "The look-up of its people": (
        f"{SOURCES}a_customer_stopped_a_second_before_the_start_is_not_written_to",
        f"{SOURCES}the_people_of_a_start_are_looked_up_several_a_call",
        f"{SOURCES}the_numbers_of_a_person_are_looked_up_in_all_their_forms",
    ),
    "Else a round of all customers": (
        f"{SOURCES}a_reading_of_all_younger_than_the_setting_is_enough_where_the_look_up_is_not",
        f"{SOURCES}a_round_begins_again_in_time",
        f"{WAITS}people_beyond_ten_seconds_of_looking_up_are_known_from_a_round",
    ),
    "Until then the communication stays": (f"{PAGES}a_start_that_waits_says_for_what_how_far_and_until_when",),
    "Nothing starts on older knowledge": (f"{SOURCES}a_start_never_uses_older_knowledge_unless_that_was_allowed",),
    "Each channel's start": (f"{SOURCES}another_channels_start_waits_for_its_own_knowledge",),
    "Whoever is missing from an answer": (
        f"{SOURCES}somebody_absent_from_the_look_up_is_asked_for_alone_and_unknown",
        f"{SOURCES}an_opt_out_stays_when_the_provider_no_longer_knows_the_person",
    ),
    "A look-up that finds nobody": (f"{SOURCES}a_look_up_that_finds_nobody_at_all_proves_nothing",),
    "It is as old as its beginning": (
        f"{SOURCES}all_customers_are_read_piece_by_piece_and_are_as_old_as_the_beginning",
        f"{WAITS}a_round_goes_on_at_its_place_after_a_restart",
    ),
    "Nobody who was listed all the time": (
        f"{MOVING}nobody_who_stayed_is_left_out",
        f"{WAITS}a_list_that_moves_too_much_ends_the_round_without_a_result",
    ),
    "Where the list of conversations answers 404": (
        f"{SOURCES}an_account_without_conversations_says_so_and_an_administrator_decides",
        f"{PAGES}an_account_without_conversations_is_told_on_the_home_with_what_to_do",
    ),
    "A 404 while the check of the key fails": (
        f"{SOURCES}a_404_while_nothing_else_answers_is_a_passing_failure",
        f"{SOURCES}a_403_on_everything_is_a_refused_key",
    ),
    "An administrator may decide": (
        f"{PAGES}an_administrator_decides_both_in_words_and_the_audit_log_keeps_it",
        f"{PAGES}nobody_else_decides",
        f"{PAGES}the_command_decides_says_the_consequence_and_takes_it_back",
    ),
    "Conversations that come back": (f"{SOURCES}conversations_that_come_back_are_no_longer_absent",),
    "A scheduled start, and a resumed one": (
        f"{WAITS}a_scheduled_start_waits_like_any_start",
        f"{WAITS}one_resumed_before_it_was_planned_waits_like_any_start",
        f"{SOURCES}a_resumed_communication_that_is_planned_goes_on_and_the_lane_still_holds_back",
    ),
    "Transactional messages of the API and test sends": (
        f"{WAITS}a_transactional_message_and_a_test_send_wait_for_no_reading",
    ),
    "It sends nothing and asks nothing": (
        f"{PROOF}nobody_is_sent_anything",
        f"{PROOF}it_asks_nothing_of_the_network",
    ),
    "It leaves nothing behind": (
        f"{PROOF}not_a_row_of_any_table_differs_afterwards",
        f"{PROOF}it_works_again_tomorrow",
    ),
    "A broken link is an incident": (
        f"{PROOF}a_broken_link_is_an_incident_and_its_end_closes_it",
        f"{PROOF}removing_the_number_ends_the_incident",
        f"{PROOF}disconnecting_the_channel_ends_the_incident",
    ),
    "A real STOP from the test number": (f"{PROOF}a_real_stop_from_the_test_number_counts",),
    "The number is one that can be written to": (
        f"{PROOF}a_number_is_one_that_can_be_written_to",
        f"{PROOF_PAGES}a_number_of_the_blacklist_is_told_too",
    ),
    "Erasing the person": (f"{PROOF}erasing_the_person_of_the_test_number_removes_it",),
    "The answer it reads is an example": (f"{PROOF_PAGES}a_broken_link_stands_on_the_home_with_its_remedy",),
    "What it cannot show": (f"{PROOF_PAGES}an_operator_proves_it_at_once_and_the_page_says_what_was_real",),
    "It is offered on WhatsApp channels only": (f"{PROOF}it_is_offered_on_whatsapp_only",),
}
OF_TABLES = {
    "conversations": (f"{SOURCES}a_stop_written_a_second_before_the_start_stops_that_person",),
    "look-up": (f"{SOURCES}the_people_of_a_start_are_looked_up_several_a_call",),
    "all customers": (f"{WAITS}a_round_reads_five_pages_a_second_at_most",),
}


def statements() -> list[str]:
    """Return what each bullet of these parts begins with, without the signs of its writing."""
    return [line.replace("**", "") for line in re.findall(r"^- (.+)$", PART, re.MULTILINE)]


def test_every_statement_is_here_once() -> None:
    held = [[begin for begin in HELD_BY if statement.startswith(begin)] for statement in statements()]
    assert sorted(begin for found in held for begin in found) == sorted(HELD_BY), "a statement without one, or two"
    assert [s for s, found in zip(statements(), held, strict=True) if len(found) != 1] == []


def test_every_source_of_the_table_is_here() -> None:
    table = PART[PART.index("| source |") :].split("\n\n")[0]
    assert re.findall(r"^\| ([a-z][\w -]+) \| ", table, re.MULTILINE)[1:] == list(OF_TABLES)


@pytest.mark.parametrize(("statement", "nodes"), [*HELD_BY.items(), *OF_TABLES.items()])
def test_the_tests_that_hold_a_statement_exist(statement: str, nodes: tuple[str, ...]) -> None:
    assert gone(nodes) == [], statement
