"""What real people's files, replies, customers and calls once broke, and the tests that keep each from coming back.

A situation names its tests by their node, without parameters; tests/structure/test_cases.py fails when one is gone.
Other sections are added as they are mended.
"""

REFUSALS = "A refusal is lost"
ITEMS = "One bad item stops all"
STORED = "Something plausible and wrong is stored without a word"
CAUSE = "The message names the wrong cause"
CLEANING = "Cleaning up, and the way back"
USED = "Judged once, used later; judged in part"
SERVER = "HTTP and login"
UNSEEN = "Acting on what nobody saw"

NUMBERS = "tests/contacts/test_phones_in_files.py::"
ROUND_TRIP = "tests/contacts/test_round_trip.py::"
FILES = "tests/contacts/test_refusals_in_files.py::"
CUSTOMERS = "tests/sync/test_refusals.py::"
OWN = "tests/sync/test_own_states.py::"
WORDS = "tests/events/test_stop_in_words.py::"
CALLS = "tests/api/test_opted_out.py::"
TEXT = "tests/text/test_hostile_text.py::"
SOURCES = "tests/events/test_sources.py::"
CLOCK = "tests/deliveries/test_clock_set.py::"
SCHEMA = "tests/work/test_schema.py::"
LIMITS = "tests/deliveries/test_limits.py::"
PROVIDER = "tests/connectors/test_limits_of_the_provider.py::"
MACHINE_CLOCK = "tests/crash/test_clock_set.py::"
CONNECTIONS = "tests/deliveries/test_lost_connections.py::"
HEALTH = "tests/reports/test_health_in_time.py::"
GREETING = "tests/work/test_greeting.py::"
COMMANDS = "tests/cli/test_out_of_reach.py::"
RESTORED = "tests/deliveries/test_after_restore.py::"
BACKUP = "tests/cli/test_backup.py::"
HEADER_FILE = "tests/deliveries/test_header_file.py::"
COMPOSED = "tests/communications/test_compose.py::"
BY_HAND = "tests/connectors/test_by_hand.py::"
LISTED = "tests/connectors/test_templates.py::"
API_DOCUMENT = "tests/api/test_document.py::"
CLI = "tests/communications/test_communications_cli.py::"
LEFTOVERS = "tests/crash/test_leftovers.py::"
ERASED = "tests/contacts/test_erase.py::"
READING = "tests/contacts/test_file_reading.py::"
NOTATION = "tests/contacts/test_notation.py::"
AS_SPREADSHEETS = "tests/contacts/test_files_as_spreadsheets.py::"
ENTRANCE = "tests/config/test_entrance_of_pages.py::"
PROXIES = "tests/work/test_proxies.py::"
LOGIN = "tests/accounts/test_login.py::"
SESSIONS = "tests/accounts/test_sessions.py::"
BUSY = "tests/ui/test_server_error.py::"
RESTRICTIONS = "tests/ui/test_restrictions.py::"
FORMS = "tests/seen/test_forms.py::"
CONFIRMED = "tests/seen/test_confirmations.py::"
TWO_BROWSERS = "tests/journeys/test_two_people.py::"
LOCALES = "tests/cli/test_locale.py::"
NAMES = "tests/contacts/test_list_names.py::"
USER_NAMES = "tests/accounts/test_user_names.py::"

CASES: dict[str, dict[str, tuple[str, ...]]] = {
    REFUSALS: {
        "import of five rows that say No and are rejected for another cell": (
            f"{FILES}test_five_rows_say_no_and_are_rejected_for_another_cell",
            f"{FILES}test_preview_result_and_rejects_file_count_the_no_of_rejected_rows",
            f"{FILES}test_the_stricter_of_two_statements_wins_in_any_order_and_any_chunking",
        ),
        "sync of a stopped or blocked customer whose other values cannot be read": (
            f"{CUSTOMERS}test_stop_and_block_count_though_other_values_cannot_be_read",
            f"{CUSTOMERS}test_of_two_forms_of_one_number_the_stopped_one_counts",
            f"{CUSTOMERS}test_who_is_blocked_there_comes_into_the_blacklist_though_rejected",
        ),
        "a reply of STOP and half an emoji, then any other STOP": (
            f"{WORDS}test_a_stop_with_half_an_emoji_is_a_stop_and_the_next_ones_are_read",
            f"{TEXT}test_a_reply_of_stop_and_half_an_emoji_is_a_stop_and_so_are_the_later_ones",
        ),
        "replies that ask for no more in people's own words": (
            f"{WORDS}test_a_person_who_asks_in_their_own_words_is_not_written_to_again",
            f"{WORDS}test_the_marketing_button_of_whatsapp_is_a_no_to_marketing_only",
        ),
        "replies of an everyday word that is no STOP": (
            f"{WORDS}test_an_everyday_word_is_no_stop_but_marketing_waits_until_a_person_decides",
            f"{WORDS}test_a_service_message_goes_on_meanwhile",
        ),
        "an entry of the Blacklist for seven days that a sync writes back": (
            f"{OWN}test_an_entry_for_seven_days_written_there_does_not_come_back_as_the_persons_word",
            f"{OWN}test_stopped_beside_our_block_is_the_persons_own",
        ),
        "a call with consent for a person who wrote STOP": (
            f"{CALLS}test_who_opted_out_is_not_brought_back_by_a_calls_consent",
            f"{CALLS}test_neither_the_right_nor_the_member_alone_brings_anybody_back",
            f"{CALLS}test_both_together_bring_a_person_back_and_the_audit_log_tells_it",
        ),
    },
    ITEMS: {
        "refresh with a template whose text holds half an emoji, or whose name cannot be kept": (
            f"{TEXT}test_a_template_whose_text_holds_half_an_emoji_comes_in_cleaned_and_the_others_with_it",
            f"{TEXT}test_a_template_whose_name_cannot_be_kept_is_left_aside_with_its_reason",
        ),
        "sync with one customer that holds half an emoji": (
            f"{TEXT}test_one_customer_with_half_an_emoji_is_one_row_of_a_run_that_ends",
        ),
        "a call with half a pair, or with NUL in an unknown member's name": (
            f"{TEXT}test_half_a_sign_or_nul_in_a_call_is_a_problem_that_says_where",
        ),
        "an account whose list of conversations answers 404 or 403": (
            f"{SOURCES}test_an_account_without_conversations_says_so_and_an_administrator_decides",
            f"{SOURCES}test_a_404_while_nothing_else_answers_is_a_passing_failure",
        ),
        "a start to ten people beside fifty thousand customers": (
            f"{SOURCES}test_a_start_to_ten_beside_fifty_thousand_customers_asks_for_its_people_alone",
        ),
        "the clock set back by an hour, or a day ahead and corrected, with a worker killed": (
            f"{CLOCK}test_set_back_by_an_hour_what_was_planned_as_now_leaves_now",
            f"{CLOCK}test_planned_while_the_clock_was_a_day_ahead_it_leaves_once_that_is_corrected",
            f"{CLOCK}test_what_a_killed_worker_marked_in_the_future_becomes_uncertain_after_the_in_flight_time",
            f"{MACHINE_CLOCK}test_back_by_an_hour_then_a_day_ahead_and_corrected_with_a_worker_killed_meanwhile",
        ),
        "a database made by a former commit": (
            f"{SCHEMA}test_a_database_from_before_the_record_is_refused_where_its_columns_are_others",
            f"{SCHEMA}test_a_database_from_before_the_record_is_adopted_where_it_fits",
        ),
        "PostgreSQL ends all connections again and again": (
            f"{CONNECTIONS}test_all_connections_end_again_and_again_and_everybody_gets_one_message",
            f"{CONNECTIONS}test_a_thread_whose_connection_went_in_a_transaction_connects_anew",
        ),
        "the table of messages locked for a minute": (
            f"{HEALTH}test_health_answers_in_time_while_the_delivery_table_is_locked",
        ),
        "a read-only database or folder, or too few connections": (
            f"{GREETING}test_what_keeps_the_platform_from_greeting_is_said_in_words_and_seldom",
            f"{COMMANDS}test_a_command_that_writes_on_a_read_only_database_says_so",
            f"{COMMANDS}test_a_data_folder_that_cannot_be_used_is_named",
        ),
        "a worker of another version on the same database": (
            f"{SCHEMA}test_a_database_made_with_a_migration_of_another_text_is_refused",
            f"{SCHEMA}test_a_running_worker_rests_while_another_version_is_announced_and_goes_on_after",
            f"{BACKUP}test_a_backup_made_with_migrations_of_another_text_is_refused",
        ),
        "a restored backup whose communications are resumed": (
            f"{RESTORED}test_the_command_line_says_how_many_may_get_it_twice_and_wants_a_yes",
            f"{RESTORED}test_the_page_says_how_many_may_get_it_twice_and_wants_a_confirmation",
        ),
        "a limit of the provider in any status or member": (
            f"{PROVIDER}test_it_is_a_limit",
            f"{PROVIDER}test_code_401_means_the_key_whatever_the_status",
            f"{LIMITS}test_a_limit_in_any_answer_fails_nobody",
            f"{LIMITS}test_code_401_in_a_200_holds_the_channel_and_nobody_fails",
        ),
    },
    USED: {
        "a header file reachable at the draft and refused at the start": (
            f"{HEADER_FILE}test_a_file_that_was_there_at_the_draft_and_is_not_at_the_start_holds_it",
            f"{HEADER_FILE}test_what_whatsapp_would_certainly_not_take_is_held_each_time",
        ),
        "a template whose placeholders leave a number out": (
            f"{LISTED}test_each_component_tells_what_it_takes",
            f"{BY_HAND}test_what_is_wrong_is_said_with_its_line_and_column",
        ),
        "a footer with a variable, a text without room for its values, a file in an authentication template": (
            f"{LISTED}test_each_component_tells_what_it_takes",
            f"{LISTED}test_an_authentication_template_with_a_file_is_unusable_and_no_other",
            f"{BY_HAND}test_what_is_wrong_is_said_with_its_line_and_column",
            "tests/connectors/test_template_rules.py::test_a_rule_is_judged_by_tests_that_exist_or_says_why_not",
        ),
        "a header of a file filled with what is no address": (
            f"{COMPOSED}test_a_header_of_a_file_takes_the_address_of_one",
        ),
        "a variable that makes a button's address longer than WhatsApp takes": (
            f"{COMPOSED}test_the_whole_address_of_a_button_has_at_most_two_thousand_characters",
        ),
        "a code of sixteen signs for an authentication template": (
            f"{COMPOSED}test_an_authentication_template_takes_one_time_codes_only",
            f"{COMPOSED}test_a_file_is_no_code",
        ),
        "a template entered by hand with a language in other letters": (
            f"{BY_HAND}test_the_language_that_is_shown_is_the_one_that_is_sent",
        ),
        "a value of invisible or control signs, and a fallback": (
            f"{COMPOSED}test_a_value_without_a_visible_sign_is_empty_and_the_fallback_stands_in",
            f"{COMPOSED}test_control_signs_never_leave",
        ),
    },
    STORED: {
        "invisible signs, odd blanks and hyphens in a number": (
            f"{NUMBERS}test_invisible_signs_in_a_number_do_not_matter",
        ),
        "an Italian mobile with extra digits, a premium number": (
            f"{NUMBERS}test_an_italian_mobile_with_extra_digits_and_a_premium_number_are_rejected",
            "tests/contacts/test_phone.py::test_where_nobody_can_be_written_to_it_is_refused_however_numbers_are_read",
            "tests/sync/test_refusals.py::test_a_customer_at_a_number_nobody_new_comes_in_with",
            "tests/api/test_send.py::test_a_number_nobody_can_be_written_to_at_is_refused_with_its_reason",
        ),
        "recovery of two numbers in a cell, a sum, a VAT number": (
            f"{NUMBERS}test_recovery_makes_nobody_elses_number_of_a_cell_and_names_what_it_may_mean",
            "tests/contacts/test_phone.py::test_what_can_be_another_persons_number_is_refused_and_named",
        ),
        "a workbook whose first sheet is hidden": (
            "tests/contacts/test_xlsx.py::test_a_hidden_sheet_is_not_imported",
            "tests/contacts/test_workbooks.py::test_the_page_offers_the_sheets_names_hidden_ones_and_takes_another",
            "tests/contacts/test_workbooks.py::test_the_command_takes_a_sheet_by_name_and_names_those_there_are",
        ),
        "one byte of another encoding in a file": (
            f"{READING}test_one_bad_byte_is_told_with_its_line_and_nothing_is_stored_before_a_reading_is_chosen",
            f"{READING}test_the_page_asks_before_the_columns_and_starts_nothing_until_it_is_answered",
        ),
        "numbers with their thousands apart": (
            f"{NOTATION}test_thousands_are_thousands_in_an_italian_installation",
            f"{NOTATION}test_two_thousand_or_two_is_asked_where_neither_file_nor_language_says",
            f"{NOTATION}test_a_decimal_point_of_another_column_does_not_make_two_of_two_thousand",
        ),
        "local times and dates in Italian forms": (
            f"{NOTATION}test_a_time_without_a_zone_is_local_time_of_the_installation",
            f"{NOTATION}test_dates_are_read_as_people_write_them",
            f"{NOTATION}test_a_day_that_may_be_two_days_is_asked",
        ),
        "a file without headings, with recovery": (
            f"{READING}test_a_first_row_that_is_a_person_is_asked_and_never_becomes_the_heading",
        ),
        "dates in absurd years": ("tests/contacts/test_types.py::test_what_is_no_value_is_refused_with_its_code",),
        "a file with error words of spreadsheets": (
            f"{AS_SPREADSHEETS}test_an_error_word_of_a_spreadsheet_is_an_empty_cell",
            f"{AS_SPREADSHEETS}test_names_of_people_are_no_error_words",
        ),
        "a call's value NaN, 1e400, true or 12.50": (
            f"{API_DOCUMENT}test_a_value_that_is_neither_text_nor_number_is_refused",
            f"{API_DOCUMENT}test_a_number_goes_out_as_it_was_written",
            f"{API_DOCUMENT}test_no_number_is_refused_wherever_it_lies",
        ),
        "a start scheduled at a time with an offset": (
            f"{CLI}test_the_offset_of_a_time_counts_and_without_one_the_zone_does",
            f"{CLI}test_what_is_no_time_or_no_zone_is_refused_in_words",
        ),
    },
    CLEANING: {
        "an export, or a file of rejected rows corrected, imported again": (
            f"{ROUND_TRIP}test_a_csv_brought_back_changes_nothing",
            f"{ROUND_TRIP}test_a_workbook_brought_back_changes_nothing",
            f"{ROUND_TRIP}test_a_file_of_rejected_rows_corrected_changes_nothing",
            f"{ROUND_TRIP}test_a_file_with_formulas_quotes_and_leading_noughts_comes_back_as_it_went",
            f"{ROUND_TRIP}test_the_rejected_rows_of_odd_numbers_come_back_with_their_other_cells_as_they_were",
        ),
        "undo of a sync in the history of the contact": (
            "tests/sync/test_runs.py::test_undo_is_a_line_of_the_contacts_history",
        ),
        "an erasure after an import whose rejected rows hold the number in many forms": (
            f"{ERASED}test_every_rejected_row_that_holds_the_persons_number_or_id_is_emptied_and_no_other",
            f"{ERASED}test_a_file_that_still_lies_here_loses_every_row_with_the_persons_number_or_id",
        ),
        "the certificate of an erasure": (
            f"{ERASED}test_a_second_search_confirms_that_nothing_holds_the_person",
            f"{ERASED}test_a_second_search_tells_what_still_holds_the_number_or_address",
            f"{ERASED}test_the_certificate_names_the_backups_that_hold_the_person",
            f"{BACKUP}test_backups_are_remembered_by_their_file_and_a_restore_forgets_none",
        ),
        "kill of a backup": (
            f"{LEFTOVERS}test_a_killed_backup_leaves_a_copy_of_the_database_that_the_next_start_removes",
            f"{LEFTOVERS}test_a_killed_backup_is_cleaned_up_by_the_next_one",
            f"{LEFTOVERS}test_a_backup_under_way_is_safe_from_starts_sweeps_and_other_backups",
        ),
        "an upload onto a full disk, or killed": (
            f"{LEFTOVERS}test_an_upload_onto_a_full_disk_says_so_and_leaves_no_file",
            f"{LEFTOVERS}test_an_upload_longer_than_a_file_may_be_leaves_none",
            f"{LEFTOVERS}test_an_upload_killed_before_its_row_is_written_leaves_a_file_that_a_later_start_removes",
        ),
    },
    CAUSE: {
        "a file whose first line names the separator for Excel": (
            f"{AS_SPREADSHEETS}test_a_line_for_excel_that_names_the_separator_is_no_row",
        ),
        "a file with blanks between separator and quotation mark": (
            f"{AS_SPREADSHEETS}test_blanks_before_quotation_marks_do_not_make_the_marks_a_part_of_the_name",
        ),
        "a file whose last column has no name": (
            f"{AS_SPREADSHEETS}test_a_last_column_without_a_name_is_a_column_and_no_row_is_rejected_for_it",
            f"{AS_SPREADSHEETS}test_rows_of_such_a_file_are_taken",
        ),
        "a file with line ends of every kind": (f"{AS_SPREADSHEETS}test_line_ends_of_every_kind_end_a_row",),
    },
    SERVER: {
        "eight slow bodies of strangers": (f"{ENTRANCE}test_eight_slow_bodies_of_strangers_silence_nobody",),
        "an upload of 400 MB to the login": (
            f"{ENTRANCE}test_an_upload_of_400_mb_to_the_login_is_refused_before_a_byte_of_it",
        ),
        "X_Forwarded_For beside X-Forwarded-For": (
            f"{PROXIES}test_a_header_with_underscores_is_dropped_beside_the_proxys_own",
            f"{LOGIN}test_what_a_caller_says_of_its_own_address_does_not_count",
        ),
        "five wrong passwords for a known name from anywhere": (
            f"{LOGIN}test_wrong_passwords_from_anywhere_do_not_lock_out_the_owner",
            f"{LOGIN}test_the_known_device_goes_on_while_its_name_is_attacked",
        ),
        "failed logins and logouts": (f"{LOGIN}test_failed_and_throttled_logins_and_logouts_stand_in_the_audit_log",),
        "a session of fourteen days without a list or a question": (
            f"{SESSIONS}test_a_session_that_nobody_uses_ends",
            f"{SESSIONS}test_a_person_sees_where_they_are_logged_in",
            f"{SESSIONS}test_a_person_ends_one_session_elsewhere",
            "tests/accounts/test_password_again.py::test_each_of_them_does",
        ),
        "a refused API Key": (
            "tests/channels/test_failures.py::test_the_page_says_what_it_was_and_never_shows_what_was_typed",
        ),
        "a short secret key, an empty key file": (
            "tests/config/test_environment.py::test_what_cannot_be_understood_is_named",
            "tests/config/test_environment.py::test_an_empty_or_cut_off_file_of_the_secret_key_is_refused",
        ),
        "a database newer than the code": (f"{SCHEMA}test_a_database_of_a_newer_version_is_refused_by_every_command",),
        "a write lock held while pages are asked for": (
            f"{BUSY}test_a_page_of_a_locked_database_is_calm_and_comes_back_by_itself",
            f"{BUSY}test_a_login_under_a_write_lock_is_told_calmly",
        ),
        "the API's own document": (
            "tests/api/test_schemathesis.py::test_the_api_does_what_its_document_says",
            "tests/api/test_document.py::test_the_idempotency_key_is_a_required_header_of_that_name",
            "tests/api/test_document.py::test_every_error_is_a_problem",
        ),
        "read only downloads people and rejected rows": (
            "tests/accounts/test_rights.py::test_read_only_downloads_no_numbers_without_the_right",
        ),
        "a data folder that others read": ("tests/config/test_private_files.py::test_what_was_there_is_made_private",),
        "CSV with a line end, an odd blank or fullwidth signs before a formula": (
            "tests/contacts/test_excel_csv.py::test_a_formula_is_disarmed",
            "tests/contacts/test_excel_csv.py::test_the_reader_of_imports_undoes_the_export",
        ),
        "a password of 200,000 signs": (
            "tests/accounts/test_users.py::test_no_page_takes_a_password_that_the_login_would_not",
            "tests/accounts/test_users_command.py::test_what_is_refused_is_told_on_standard_error",
        ),
    },
    UNSEEN: {
        "a bulk page of a list that is deleted meanwhile": (
            f"{RESTRICTIONS}test_a_list_deleted_meanwhile_adds_nobody_to_another",
            f"{RESTRICTIONS}test_what_vanished_matches_nobody_and_says_so",
            f"{RESTRICTIONS}test_an_unknown_value_matches_nobody_and_says_so",
            f"{RESTRICTIONS}test_people_behind_an_unknown_state_are_nobody",
        ),
        "a draft changed after its summary was seen": (
            f"{CONFIRMED}test_a_draft_that_a_colleague_changed_is_not_started_from_the_old_page",
            f"{CONFIRMED}test_what_changed_meanwhile_is_shown_and_not_done",
            f"{TWO_BROWSERS}test_a_draft_changed_by_a_colleague_is_shown_again_and_not_started",
        ),
        "two people save the same form": (
            f"{FORMS}test_what_the_person_did_not_touch_stays_as_the_colleague_stored_it",
            f"{FORMS}test_a_field_that_both_changed_is_shown_side_by_side_and_then_saved_as_chosen",
            f"{FORMS}test_a_newer_yes_with_its_source_is_not_turned_back_by_an_old_form",
            f"{FORMS}test_a_corrected_phone_does_not_come_back",
            f"{FORMS}test_a_role_is_not_raised_again_by_an_old_form",
            f"{TWO_BROWSERS}test_a_contact_that_both_edit_is_shown_side_by_side",
        ),
        "a contact of a recovered number is edited": (
            f"{FORMS}test_a_contact_of_a_recovered_number_is_edited_without_touching_it",
        ),
        "user names that look alike, and a login in another case": (
            f"{USER_NAMES}test_a_name_that_looks_like_another_is_refused_by_page_and_command",
            f"{USER_NAMES}test_a_person_logs_in_however_the_name_is_typed",
        ),
        "names of lists: their order, twins, signs nobody sees": (
            f"{NAMES}test_menus_are_in_the_order_of_a_person_on_every_page",
            f"{NAMES}test_menus_are_complete_beyond_two_hundred_and_keep_what_is_chosen",
            f"{NAMES}test_a_list_that_looks_like_another_is_refused_or_is_that_one",
            f"{NAMES}test_a_name_of_signs_nobody_sees_is_no_name",
            "tests/contacts/test_fields.py::test_a_field_that_looks_like_another_is_refused",
        ),
        "the command line in a Latin-1 or C locale, and standard input": (
            f"{LOCALES}test_words_come_in_a_locale_without_all_signs",
            f"{LOCALES}test_a_file_whose_name_has_a_latin_1_byte_is_imported",
            f"{LOCALES}test_a_dash_reads_standard_input",
        ),
        "HEAD of the login": (
            "tests/test_head.py::test_the_page_to_which_the_first_one_leads_answers_head",
            "tests/test_head.py::test_every_page_that_answers_get_answers_head_alike",
        ),
        "an API Key field that a browser fills": (
            "tests/channels/test_pages.py::test_the_first_visit_shows_only_the_box_and_where_the_key_is",
            "tests/channels/test_connect.py::test_what_is_unlike_a_key_does_not_leave_without_a_question",
        ),
    },
}
