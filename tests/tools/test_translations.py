"""What the check of the catalogues finds in modules and templates."""

from tools.translations import SOURCE, forgotten, marked_in_module, marked_in_template

MODULE = """
said = _("One") + gettext_lazy("Two " "lines") + ngettext("%d row", "%d rows", n) + pgettext("verb", "Open")
unseen = _(name)
"""
TEMPLATE = """
{% load i18n %}{% translate "One" %}{% translate "Open" context "verb" %}<b>{% translate 'Its' as it %}</b>
{% blocktranslate with name=person.name %}Good morning {{ name }}{% endblocktranslate %}
{% blocktranslate count n=rows %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}
"""


def test_a_module_marks_literals_with_their_context() -> None:
    assert set(marked_in_module(MODULE)) == {"One", "Two lines", "%d row", "verb\x04Open"}


def test_a_template_marks_texts_blocks_and_plurals() -> None:
    found = set(marked_in_template(TEMPLATE))
    assert found == {"One", "verb\x04Open", "Its", "Good morning %(name)s", "%(n)s row"}


def test_a_text_that_no_catalogue_has_is_told_with_its_place() -> None:
    told = list(forgotten(set()))
    assert len(told) > 1500
    assert any(line.startswith(f"{SOURCE}/deliveries/ledger/reasons.py: ") and "one-time code" in line for line in told)
