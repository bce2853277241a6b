"""The words templates use."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django import forms
from django.template import engines
from django.utils import timezone, translation

from staffetta.ui.templatetags import staffetta as words
from staffetta.work.clock import now


def render(text: str, **data: object) -> str:
    return str(engines["django"].from_string(text).render(data))


@pytest.mark.parametrize(("language", "shown"), [("it", "1.234.567"), ("en", "1,234,567")])
def test_numbers_are_grouped_as_the_reader_does(language: str, shown: str) -> None:
    with translation.override(language):
        assert words.grouped(1234567) == shown


def test_no_number_is_a_dash() -> None:
    assert words.grouped(None) == "–"


def test_days_are_named_as_people_do() -> None:
    present = timezone.localtime(now()).replace(hour=12, minute=5)
    with translation.override("it"):
        assert words.friendly(present) == "oggi, 12:05"
        assert words.friendly(present - timedelta(days=1)) == "ieri, 12:05"
        assert words.friendly(present + timedelta(days=1)) == "domani, 12:05"


def test_older_days_have_a_date() -> None:
    with translation.override("it"):
        assert words.friendly(datetime(2020, 3, 12, 17, 5, tzinfo=UTC)) == "12 marzo 2020, 18:05"


def test_a_full_date_has_its_month_as_the_language_writes_it() -> None:
    with translation.override("it"):
        assert words.full_date(date(2026, 12, 31)) == "31 dicembre 2026"
    with translation.override("en"):
        assert words.full_date(date(2026, 12, 31)) == "31 December 2026"


def test_a_moment_carries_its_exact_time() -> None:
    assert 'datetime="2020-03-12T18:05:00+01:00"' in words.moment(datetime(2020, 3, 12, 17, 5, tzinfo=UTC))


def test_what_is_shown_is_escaped() -> None:
    evil = "<script>alert(1)</script>"
    drawn = render("{% state_badge 'red' evil %}{% copy_button evil evil %}{% empty evil evil %}", evil=evil)
    assert "<script>" not in drawn


def test_an_icon_nobody_knows_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        words.icon("no-such-icon")


class Form(forms.Form):
    name = forms.CharField(label="Nome", help_text="Come ti chiami")
    kind = forms.ChoiceField(label="Tipo", choices=[("a", "Primo"), ("b", "Secondo")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="Va bene")


def test_a_field_ties_its_label_error_and_help_to_the_control() -> None:
    drawn = render("{% field form.name %}", form=Form({"name": ""}))
    assert '<label class="form-label required" for="id_name">Nome</label>' in drawn
    assert 'aria-invalid="true"' in drawn
    assert 'aria-describedby="id_name_error id_name_helptext"' in drawn
    assert 'id="id_name_error"' in drawn
    assert 'id="id_name_helptext"' in drawn


def test_a_choice_is_a_group_with_a_legend() -> None:
    drawn = render("{% field form.kind %}", form=Form())
    assert "<legend" in drawn
    assert drawn.count('class="form-check-input"') == 2


def test_a_checkbox_stands_inside_its_label() -> None:
    assert "form-check-label" in render("{% field form.agreed %}", form=Form())
