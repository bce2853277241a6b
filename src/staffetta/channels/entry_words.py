"""What is wrong with a template typed in or read from a file, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffetta.connectors.button_rules import MOST_BUTTONS
from staffetta.connectors.by_hand import MOST, EntryError

WORDS: dict[str, str | Promise] = {
    "file_too_large": gettext_lazy("The file is too large (at most 2 MB)."),
    "not_text": gettext_lazy("The file is not text: export it as CSV (UTF-8) or JSON."),
    "not_json": gettext_lazy("The JSON is broken here: %(value)s"),
    "not_an_object": gettext_lazy("Each template must be an object with name, language and body."),
    "no_rows": gettext_lazy("The file holds no template."),
    "too_many": gettext_lazy("The file holds too many templates."),
    "no_header_line": gettext_lazy("The first line must name the columns."),
    "column_missing": gettext_lazy("The column “%(column)s” is missing."),
    "column_doubled": gettext_lazy("The column “%(column)s” is there twice."),
    "column_unknown": gettext_lazy("The column “%(column)s” is not known."),
    "too_many_cells": gettext_lazy("There are more cells than columns."),
    "not_csv": gettext_lazy("This line cannot be read as CSV: %(value)s"),
    "value_missing": gettext_lazy("“%(column)s” is empty."),
    "value_not_text": gettext_lazy("“%(column)s” must be text."),
    "bad_name": gettext_lazy("A name has small letters, digits and underscores only."),
    "bad_language": gettext_lazy("A language is written like it, en or pt_BR."),
    "bad_category": gettext_lazy("The category is MARKETING, UTILITY or AUTHENTICATION."),
    "bad_header_type": gettext_lazy("The header is none, text, image, video or document."),
    "header_text_missing": gettext_lazy("A text header needs its text."),
    "too_long": gettext_lazy("“%(column)s” is too long (at most %(most)s characters)."),
    "bad_button": gettext_lazy(
        "A button is written type:label:value, for example url:Follow:https://example.com/{{1}}."
    ),
    "too_many_buttons": gettext_lazy("At most %(buttons)s buttons."),
    "too_many_of_kind": gettext_lazy("WhatsApp takes two address buttons, and one of each other kind with a value."),
    "button_label_too_long": gettext_lazy("The label of a button has at most 25 characters."),
    "button_number_too_long": gettext_lazy("The number of a button has at most 20 characters."),
    "scattered_quick_replies": gettext_lazy("Quick replies stand together: all first, or all last."),
    "bad_components": gettext_lazy("“components” must be a list as WhatsApp defines it."),
    "placeholder_gap": gettext_lazy(
        "“%(column)s” leaves a number out: WhatsApp numbers variables without gaps, {{1}}, {{2}}, {{3}}."
    ),
    "variable_inside_address": gettext_lazy("The variable of a button's address stands at its very end."),
    "address_too_long": gettext_lazy("The address of a button has at most 2000 characters."),
    "variables_side_by_side": gettext_lazy(
        "“%(column)s” has two variables with nothing between them: WhatsApp wants text between them."
    ),
    "footer_variables": gettext_lazy("The footer takes no variable."),
    "text_too_long": gettext_lazy(
        "“%(column)s” is too long: WhatsApp takes 60 characters in the header and the footer, 1024 in the text, each "
        "variable counted."
    ),
    "doubled_part": gettext_lazy("Header, text and footer are there once at most."),
    "authentication_media": gettext_lazy("An authentication template takes no image, video or document."),
    "doubled": gettext_lazy("This name and language are there twice."),
}


def entry_problem(error: EntryError) -> str:
    """Return the words of an error, with the line of the file where there is one."""
    names = {"column": error.column, "value": error.value, "most": MOST.get(error.column, ""), "buttons": MOST_BUTTONS}
    text = str(WORDS.get(error.code, error.code))
    said = text % names if "%(" in text else text
    return _("Line %(line)d: %(problem)s") % {"line": error.line, "problem": said} if error.line else said
