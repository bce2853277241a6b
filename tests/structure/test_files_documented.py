"""Every statement of docs/reference/files.md is held by tests that exist, and its options are those of the parser."""

import re

import pytest

from staffetta.contacts.files.file_reading import TRAITS
from staffetta.contacts.files.reading_words import OPTIONS
from tests.structure.held_by import ROOT, gone

PAGE = (ROOT / "docs" / "reference" / "files.md").read_text(encoding="utf-8")
READING = "tests/contacts/test_file_reading.py::test_"
NOTATION = "tests/contacts/test_notation.py::test_"
SHEETS = "tests/contacts/test_workbooks.py::test_"
SPREADSHEETS = "tests/contacts/test_files_as_spreadsheets.py::test_"
XLSX = "tests/contacts/test_xlsx.py::test_"

HELD_BY = {
    "The page shows it before anything is imported": (
        f"{READING}the_preview_shows_with_its_evidence_how_numbers_are_read",
        f"{READING}another_encoding_chosen_on_the_page_reads_the_names_again",
    ),
    "What would change values is asked": (
        f"{READING}the_page_asks_before_the_columns_and_starts_nothing_until_it_is_answered",
        f"{READING}the_preview_asks_how_numbers_are_written_and_offers_no_start",
    ),
    "The command line refuses such a file": (f"{READING}the_command_refuses_and_names_the_option_that_answers",),
    "Another encoding, separator, first row or sheet is read at once": (
        f"{READING}another_encoding_chosen_on_the_page_reads_the_names_again",
        f"{SHEETS}the_page_offers_the_sheets_names_hidden_ones_and_takes_another",
        "tests/contacts/test_import_pages.py::test_another_separator_reads_the_columns_again",
    ),
    "A field that becomes one of numbers": (
        f"{NOTATION}a_field_that_became_one_of_numbers_after_the_mapping_is_asked_at_the_start",
    ),
    "Cells that were evidence": (f"{READING}cells_that_were_evidence_are_not_kept_when_the_import_has_started",),
    "An import that was running": (f"{READING}an_import_of_before_goes_on_as_it_began",),
    "UTF-8 and UTF-16 are known": (
        f"{READING}utf_16_is_read_with_and_without_a_byte_order_mark",
        "tests/contacts/test_read_csv.py::test_the_encoding_is_found_out",
    ),
    "One byte that is not UTF-8": (
        f"{READING}one_bad_byte_is_told_with_its_line_and_nothing_is_stored_before_a_reading_is_chosen",
    ),
    "What reads well as Windows-1252": (
        f"{READING}what_reads_well_as_windows_1252_is_read_so_and_shown_with_its_names",
    ),
    "Any other encoding is asked about": (
        f"{READING}other_encodings_are_asked_and_the_right_one_is_offered_with_the_names",
    ),
    "An encoding that cannot read the file": (f"{READING}a_chosen_encoding_that_cannot_read_the_file_names_the_line",),
    "Semicolon, comma and tab": (
        "tests/contacts/test_read_csv.py::test_the_separator_is_found_out",
        f"{SPREADSHEETS}a_line_for_excel_that_names_the_separator_is_no_row",
    ),
    "A blank before quotation marks": (
        f"{SPREADSHEETS}blanks_before_quotation_marks_do_not_make_the_marks_a_part_of_the_name",
    ),
    "Line ends of every kind": (f"{SPREADSHEETS}line_ends_of_every_kind_end_a_row",),
    "A last column without a name": (
        f"{SPREADSHEETS}a_last_column_without_a_name_is_a_column_and_no_row_is_rejected_for_it",
    ),
    "The first row is never a heading": (
        f"{READING}a_first_row_that_is_a_person_is_asked_and_never_becomes_the_heading",
        f"{READING}a_number_or_an_address_in_the_first_row_is_asked_about",
    ),
    "Somebody may say": (f"{READING}a_person_may_say_that_such_a_row_holds_headings",),
    "Error words of spreadsheets": (f"{SPREADSHEETS}an_error_word_of_a_spreadsheet_is_an_empty_cell",),
    "XLSX, ODS and XLS": (
        f"{SHEETS}ods_and_xls_are_read_like_xlsx",
        f"{XLSX}a_workbook_is_imported_like_a_file_of_text",
    ),
    "The first visible sheet": (
        f"{SHEETS}the_first_visible_sheet_that_holds_something_is_read",
        f"{XLSX}a_hidden_sheet_is_not_imported",
    ),
    "A number that a workbook holds": (
        f"{NOTATION}a_number_of_a_workbook_is_the_number_it_holds_whatever_its_text_would_be",
        f"{SHEETS}ods_and_xls_are_read_like_xlsx",
    ),
    "A workbook made to burst": (
        f"{XLSX}a_workbook_made_to_burst_is_refused_before_it_is_unpacked",
        f"{SHEETS}a_workbook_with_cells_repeated_without_end_is_refused_at_once",
        f"{SHEETS}the_process_that_reads_a_workbook_has_a_bound_of_memory",
    ),
    "A workbook with several sheets is kept": (
        f"{SHEETS}the_page_offers_the_sheets_names_hidden_ones_and_takes_another",
        f"{SHEETS}a_file_thrown_away_takes_its_workbook_with_it",
        f"{SHEETS}an_erasure_keeps_no_other_sheet_and_no_cell_that_was_evidence",
    ),
    "A number that can be read in one way only": (
        f"{NOTATION}one_cell_that_says_which_sign_is_the_decimal_one_decides_for_the_column",
        f"{NOTATION}a_column_of_decimal_points_is_believed_also_in_italian",
    ),
    "One such number decides": (f"{NOTATION}one_cell_that_says_which_sign_is_the_decimal_one_decides_for_the_column",),
    "A comma for decimals anywhere": (
        f"{NOTATION}a_decimal_point_of_another_column_does_not_make_two_of_two_thousand",
        f"{NOTATION}a_decimal_comma_of_another_column_decides",
    ),
    "In a field of whole numbers": (f"{NOTATION}whole_numbers_with_a_sign_in_them_have_their_thousands_apart",),
    "Where the file says nothing, Italian does": (
        f"{NOTATION}thousands_are_thousands_in_an_italian_installation",
        f"{NOTATION}two_thousand_or_two_is_asked_where_neither_file_nor_language_says",
    ),
    "A column that says both": (f"{NOTATION}a_column_that_contradicts_itself_is_asked_also_in_italian",),
    "A day is written": (f"{NOTATION}dates_are_read_as_people_write_them",),
    "A year has four digits": (
        f"{NOTATION}what_is_no_whole_date_is_rejected",
        "tests/contacts/test_types.py::test_what_is_no_value_is_refused_with_its_code",
    ),
    "One date with a day beyond 12": (f"{NOTATION}one_row_that_says_which_is_the_month_decides_for_the_file",),
    "Where no date decides": (
        f"{NOTATION}the_day_comes_first_in_an_italian_installation_and_that_is_shown",
        f"{NOTATION}a_day_that_may_be_two_days_is_asked",
    ),
    "A file that writes both orders": (f"{NOTATION}a_file_that_writes_dates_in_both_orders_is_asked",),
    "A date that does not fit": (f"{NOTATION}a_date_that_does_not_fit_the_order_is_rejected",),
    "A time that names no zone": (
        f"{NOTATION}a_time_without_a_zone_is_local_time_of_the_installation",
        f"{NOTATION}another_zone_can_be_chosen_for_a_file",
    ),
}


def statements() -> list[str]:
    """Return what each bullet begins with, without the signs of its writing."""
    return [line.replace("**", "") for line in re.findall(r"^- (.+)$", PAGE, re.MULTILINE)]


def test_every_statement_is_here_once() -> None:
    held = [[begin for begin in HELD_BY if statement.startswith(begin)] for statement in statements()]
    assert sorted(begin for found in held for begin in found) == sorted(HELD_BY), "a statement without one, or two"
    assert [s for s, found in zip(statements(), held, strict=True) if len(found) != 1] == []


@pytest.mark.parametrize(("statement", "nodes"), HELD_BY.items())
def test_the_tests_that_hold_a_statement_exist(statement: str, nodes: tuple[str, ...]) -> None:
    assert gone(nodes) == [], statement


def test_the_table_has_a_line_per_trait_and_the_options_that_answer() -> None:
    table = PAGE[PAGE.index("| what |") :].split("\n\n")[0]
    assert len(table.splitlines()) - 2 == len(TRAITS)
    assert [option for option in OPTIONS.values() if option.split(" ")[0] not in table] == []
