"""Every rule that WhatsApp has for templates and their values, and where each is judged (messaging-rules 1.1 to 1.8).

`comes_in`: when a template is listed or typed. `filled`: when values are put into it. A rule that is not judged at
one of the two says why. A rule without a test and without a reason fails.
"""

from dataclasses import dataclass

import pytest

from tests.structure.held_by import gone

LISTED = "tests/connectors/test_templates.py::"
TYPED = "tests/connectors/test_by_hand.py::"
COMPARED = "tests/channels/test_reconcile.py::"
WITHDRAWN = "tests/deliveries/test_template_withdrawn.py::"
COMPOSED = "tests/communications/test_compose.py::"
PAGES = "tests/channels/test_by_hand.py::"
PARTS = f"{LISTED}test_each_component_tells_what_it_takes"
PLACES = f"{TYPED}test_what_is_wrong_is_said_with_its_line_and_column"
FIXED = "nothing of it is filled"
SENT = "nothing of it is sent with a message"
OWN = "of values only"
MADE = "judged by WhatsApp when the template is made: what it approved is sent, also from before the rule"
NOT_OURS = "templates are made, edited and deleted on Sinch Engage"


@dataclass(frozen=True, slots=True)
class Rule:
    """`comes_in` and `filled`: nodes of tests, or one reason in words."""

    section: str
    rule: str
    comes_in: tuple[str, ...] | str
    filled: tuple[str, ...] | str


RULES = (
    Rule("1.1", "at most one header, one body, one footer; the body is required", (PARTS, PLACES), FIXED),
    Rule("1.1", "a text header has at most one variable", (PARTS,), FIXED),
    Rule("1.1", "header, body and footer hold 60, 1,024 and 60 characters", (PARTS, PLACES),
         (f"{COMPOSED}test_a_text_header_has_its_own_limit",
          f"{COMPOSED}test_a_body_may_be_as_long_as_whatsapp_takes_and_no_longer",
          f"{COMPOSED}test_a_value_written_twice_takes_its_room_twice")),
    Rule("1.1", "the footer has no variable", (PARTS, PLACES), FIXED),
    Rule("1.1", "a header of image, video or document gets a file with every message", (PARTS,),
         (f"{COMPOSED}test_a_media_header_without_a_file_is_missing",
          f"{COMPOSED}test_a_header_of_a_file_takes_the_address_of_one")),
    Rule("1.1", "headers of location, GIF or product, carousels and limited-time offers want what is not given here",
         (PARTS,), "unusable, so never filled"),
    Rule("1.1", "one-time code, copied code, flow, catalogue, product and newer buttons want what is not given here",
         (PARTS,), "unusable, so never filled"),
    Rule("1.1", "at most ten buttons, two with an address, one of each other kind; label 25, number 20; quick replies "
         "together", (PLACES, f"{TYPED}test_quick_replies_stand_first_or_last"), SENT),
    Rule("1.1", "the address of a button holds 2,000 characters, its one variable at the very end", (PARTS, PLACES),
         (f"{COMPOSED}test_the_whole_address_of_a_button_has_at_most_two_thousand_characters",)),
    Rule("1.1", "the variable of an address is percent-encoded", OWN,
         (f"{COMPOSED}test_header_button_and_file_each_have_their_place",
          f"{COMPOSED}test_what_is_percent_encoded_already_stays_so")),
    Rule("1.2", "variables are numbered from 1 without gaps, in each component", (PARTS, PLACES), FIXED),
    Rule("1.2", "named variables, and braces with other signs in them, are not given by number", (PARTS,),
         "unusable, so never filled"),
    Rule("1.2", "samples", MADE, OWN.replace("values", "creation")),
    Rule("1.2", "no variable at the start or the end of the body; not too many for its length", MADE, FIXED),
    Rule("1.2", "no two variables side by side", (PLACES,), FIXED),
    Rule("1.2", "a value has no newline, tab or run of blanks", OWN,
         (f"{COMPOSED}test_whitespace_is_folded_as_whatsapp_wants_it", f"{COMPOSED}test_no_text_gets_past_the_rules",
          f"{COMPOSED}test_control_signs_never_leave")),
    Rule("1.2", "a value is not empty, also when it is cleaned", OWN,
         (f"{COMPOSED}test_an_empty_value_takes_the_fallback",
          f"{COMPOSED}test_a_value_without_fallback_is_missing_by_name",
          f"{COMPOSED}test_a_value_without_a_visible_sign_is_empty_and_the_fallback_stands_in")),
    Rule("1.2", "values of an authentication template are codes: 15 characters, no address, file or emoji",
         (f"{LISTED}test_an_authentication_template_with_a_file_is_unusable_and_no_other",
          f"{LISTED}test_the_category_of_a_listed_template_is_looked_at", PLACES),
         (f"{COMPOSED}test_an_authentication_template_takes_one_time_codes_only", f"{COMPOSED}test_a_file_is_no_code")),
    Rule("1.2", "as many values as variables", (f"{LISTED}test_placeholders_are_counted_in_either_form",),
         (f"{COMPOSED}test_a_variable_nobody_mapped_is_missing",)),
    Rule("1.3", "a name is of small letters, digits and underscores", (PLACES,), FIXED),
    Rule("1.3", "name and language are one template", (PLACES,), FIXED),
    Rule("1.3", "a language is sent as WhatsApp writes it, and is one that it has",
         (f"{LISTED}test_language_codes_are_written_as_whatsapp_writes_them",
          f"{TYPED}test_the_language_that_is_shown_is_the_one_that_is_sent",
          f"{PAGES}test_a_language_that_whatsapp_may_not_have_is_told_and_taken"), FIXED),
    Rule("1.3", "numbers of templates, creations, edits; deletion", NOT_OURS, FIXED),
    Rule("1.4", "templates are read whole, the provider's row kept",
         (f"{LISTED}test_an_engage_row_in_metas_form", f"{LISTED}test_components_come_in_every_form"), FIXED),
    Rule("1.5", "only what is approved is sent, an unknown word is not",
         (f"{COMPARED}test_only_what_is_approved_comes_in",),
         (f"{WITHDRAWN}test_a_running_communication_is_held_and_nobody_is_sent_anything",)),
    Rule("1.6", "any quality is sent while the template is approved; a held message is never sent again",
         (f"{LISTED}test_an_engage_row_in_metas_form",), "the ledger never sends again by itself"),
    Rule("1.7", "another category is another price and another consent: confirmed anew",
         (f"{COMPARED}test_the_revision_rises_exactly_when_an_acceptance_may_no_longer_hold",), FIXED),
    Rule("1.8", "kind and size of a header's file", FIXED,
         ("tests/deliveries/test_header_file.py::test_what_whatsapp_would_certainly_not_take_is_held_each_time",)),
)  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=[f"{rule.section} {rule.rule}" for rule in RULES])
def test_a_rule_is_judged_by_tests_that_exist_or_says_why_not(rule: Rule) -> None:
    for judged in (rule.comes_in, rule.filled):
        assert judged
        assert isinstance(judged, str) or gone(judged) == []


def test_a_rule_is_told_once() -> None:
    assert len({rule.rule for rule in RULES}) == len(RULES)
