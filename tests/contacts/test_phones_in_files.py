"""Numbers as files hold them: what is taken, what is rejected with which words, and what becomes of who is here."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from staffetta.cli.main import main
from staffetta.contacts.consents import consent, keep_out
from staffetta.contacts.imports import import_file
from staffetta.contacts.imports.add_field import add
from staffetta.contacts.imports.rejects import rejects_csv
from staffetta.contacts.models import Contact, Import, ImportReject
from staffetta.contacts.step_models import SavedMapping
from tests.contacts.people import Accept, finish, person
from tests.contacts.test_import_pages import page, upload

pytestmark = pytest.mark.django_db
HEAD = "Telefono;Nome\r\n"
TOO_MANY_DIGITS = (
    f"{HEAD}+39 333 123 00011;undici\r\n+39 333 123 000112;dodici\r\n+39 333 123 0001123;tredici\r\n"
    "+39892424;premium\r\n"
)
RECOVERED_WRONGLY = (
    f"{HEAD}333 123 00011;undici\r\n393331230001.00;zeri\r\n333 1230001/2;due\r\n06 1234567/8;due\r\n"
    "12345678901;P.IVA\r\n"
)
INVISIBLE = (
    f"{HEAD}\u202a+39 333 123 0001\u202c;LRE\r\n\u200e+393331230002;LRM\r\n\u2068+393331230003\u2069;FSI\r\n"
    "+39\u200b3331230004;ZWSP\r\n+39 333\u20111230005;U2011\r\n+39\u202f333\u202f1230006;U202F\r\n"
    "+39\u00ad3331230007;SHY\r\n\ufeff+393331230008;BOM\r\n+39\u2060 333 1230009;WJ\r\n+39 333\u20101230010;U2010\r\n"
)


def reasons(source: Import) -> list[str]:
    return list(ImportReject.objects.filter(source=source).order_by("row").values_list("reason", flat=True))


@pytest.mark.parametrize("mode", ["strict", "national", "recover"])
def test_an_italian_mobile_with_extra_digits_and_a_premium_number_are_rejected(accept: Accept, mode: str) -> None:
    source = finish(accept(TOO_MANY_DIGITS.encode(), mode=mode))
    assert reasons(source) == ["phone_too_long"] * 3 + ["phone_premium"]
    assert not Contact.objects.exists()


def test_recovery_makes_nobody_elses_number_of_a_cell_and_names_what_it_may_mean(accept: Accept) -> None:
    source = finish(accept(RECOVERED_WRONGLY.encode(), mode="recover"))
    assert list(Contact.objects.values_list("phone", flat=True)) == ["+393331230001"]  # the sum of a spreadsheet
    assert reasons(source) == ["phone_too_long", "phone_two_numbers", "phone_two_numbers", "phone_plus_missing"]
    told = b"".join(rejects_csv(source)).decode()
    for readings in (
        "(+39 333 123 0001 · +39 333 123 0002)",
        "(+39 06 123 4567 · +39 06 123 4568 · +39 06 1234 5678)",
        "(+1 234-567-8901)",
    ):
        assert readings in told


@pytest.mark.parametrize("mode", ["strict", "national", "recover"])
def test_invisible_signs_in_a_number_do_not_matter(accept: Accept, mode: str) -> None:
    source = finish(accept(INVISIBLE.encode(), mode=mode))
    assert (source.created, source.rejected) == (10, 0)
    numbers = [f"+39333123{place:04}" for place in range(1, 11)]
    assert list(Contact.objects.order_by("phone").values_list("phone", flat=True)) == numbers


NATIONAL = f"{HEAD}333 1230001;Anna\r\n0333 12;Bo\r\n0039 333 1230003;Cy\r\n+44 20 7946 0958;Di\r\n".encode()


def test_national_numbers_are_of_the_country_chosen_for_the_file(accept: Accept) -> None:
    source = finish(accept(NATIONAL, mode="national"))
    assert set(Contact.objects.values_list("phone", "phone_raw")) == {
        ("+393331230001", "333 1230001"),
        ("+442079460958", "+44 20 7946 0958"),
    }
    assert source.rejected == 2, "two noughts are for recovery"


def test_without_that_choice_they_are_rejected_as_before(accept: Accept) -> None:
    source = finish(accept(NATIONAL))
    assert reasons(source) == ["invalid_phone"] * 3


def test_the_page_offers_the_installations_country_and_shows_each_decision(
    as_operator: Client, settings: Settings
) -> None:
    settings.PHONE_PREFIX = "39"
    source = upload(as_operator, RECOVERED_WRONGLY.encode() + b"333 1234567;Eva\r\n+39 333 1234568;Fra\r\n")
    assert 'value="+39"' in page(as_operator, source, "columns/")
    told = {"column0": "phone", "column1": "first_name", "phone_mode": "national"}
    as_operator.post(f"/contacts/imports/{source.pk}/columns/", {**told, "phone_prefix": "+39"})
    shown = page(as_operator, source, "preview/")
    assert "333 1234567 → +39 333 123 4567" in shown
    assert "→ +39 333 123 4568" not in shown, "nothing was decided"
    assert "(+39 333 123 0001 · +39 333 123 0002)" in shown
    source.refresh_from_db()
    assert (source.phone_mode, source.phone_prefix) == ("national", "39")


@pytest.mark.parametrize(
    ("typed", "words"),
    [("+999", "Nessun paese ha questo prefisso"), ("", "serve il loro paese"), ("x", "Nessun paese")],
)
def test_a_country_code_that_is_none_is_told_beside_its_field(as_operator: Client, typed: str, words: str) -> None:
    source = upload(as_operator, NATIONAL)
    told = {"column0": "phone", "phone_mode": "national", "phone_prefix": typed}
    answer = as_operator.post(f"/contacts/imports/{source.pk}/columns/", told)
    assert words in answer.content.decode()


def test_a_saved_mapping_keeps_how_numbers_are_read(as_operator: Client) -> None:
    source = upload(as_operator, NATIONAL)
    told = {"column0": "phone", "phone_mode": "national", "phone_prefix": "0049", "save_as": "Tedeschi"}
    as_operator.post(f"/contacts/imports/{source.pk}/columns/", told)
    again, saved = upload(as_operator, NATIONAL), SavedMapping.objects.get()
    shown = as_operator.get(f"/contacts/imports/{again.pk}/columns/?saved={saved.pk}").content.decode()
    assert 'value="+49"' in shown


def test_the_command_line_takes_the_country(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(NATIONAL)
    command = ["contacts", "import", str(file), "--map", "Telefono=phone"]
    assert main([*command, "--phone-prefix", "39"]) == 0
    source = Import.objects.get()
    assert (source.phone_mode, source.phone_prefix) == ("national", "39")
    assert main([*command, "--phone-prefix", "+44", "--recover-numbers"]) == 0
    source = Import.objects.latest("pk")
    assert (source.phone_mode, source.phone_prefix) == ("recover", "44")
    assert main([*command, "--phone-prefix", "999"]) == 1
    assert "«999» non è il prefisso di un paese" in capsys.readouterr().err
    assert Import.objects.count() == 2


def test_an_import_that_waited_meanwhile_goes_on_with_the_installations_country(
    accept: Accept, settings: Settings
) -> None:
    """It was mapped by a version that kept no country code."""
    settings.PHONE_PREFIX = "44"
    finish(accept(f"{HEAD}07912 345678;Anna\r\n".encode(), mode="recover"))
    assert Import.objects.get().phone_prefix is None
    assert Contact.objects.get().phone == "+447912345678"


OLD = "+3933312300011"
"""A number that was accepted by a former version."""


def test_who_is_here_with_such_a_number_is_found_by_it_and_nobody_comes_in_with_it(accept: Accept) -> None:
    anna = person(OLD, first_name="Anna")
    rows = f"{HEAD}+39 333 123 00011;Anna M.\r\n+39 333 123 00012;Bo\r\n"
    source = finish(accept(rows.encode(), {"Telefono": "phone", "Nome": "first_name"}))
    assert (source.updated, reasons(source)) == (1, ["phone_too_long"])
    anna.refresh_from_db()
    assert (anna.first_name, anna.phone) == ("Anna M.", OLD)
    assert ImportReject.objects.get().column == "Telefono"


def test_a_telegram_contact_gains_no_such_number(accept: Accept) -> None:
    Contact.objects.create(telegram_id="11")
    source = finish(accept(b"Telefono;Tg\r\n+39892424;11\r\n", {"Telefono": "phone", "Tg": "telegram_id"}))
    assert reasons(source) == ["phone_premium"]
    assert Contact.objects.get().phone is None


def test_a_no_names_who_is_here_with_such_a_number(accept: Accept) -> None:
    anna = person(OLD)
    consent.record([anna.pk], "whatsapp", consent.BOTH, "yes", "import", wording="modulo")
    finish(accept(b"Telefono;Opt;Nome\r\n333 123 00011;No;\r\n;No;x;y\r\n", consent="Opt"))
    assert consent.opt_in(anna) == "no"


def test_such_a_number_can_be_kept_out() -> None:
    lines = ["+39 333 123 00011", "333 1230001", "+39 06 1234567/8", "12345678901"]
    told = keep_out.sort_lines("whatsapp", lines)
    assert told.addresses == [OLD, "+393331230001"]
    assert told.wrong == ["+39 06 1234567/8", "12345678901"]


def test_the_page_of_a_contact_takes_back_what_it_shows_and_says_why_not(as_operator: Client) -> None:
    anna = person(OLD, first_name="Anna")
    address = f"/contacts/{anna.pk}/edit/"
    form = {"first_name": "Anna M.", "phone": OLD, "opt_in": "unset"}
    assert as_operator.post(address, form).status_code == 302
    anna.refresh_from_db()
    assert (anna.first_name, anna.phone) == ("Anna M.", OLD)
    for typed, words in (("+39 800 123456", "numero verde"), ("+39 06 1234567/8", "(+39 06 123 4567 · ")):
        answer = as_operator.post(address, {**form, "phone": typed})
        assert words in answer.content.decode()


def test_a_field_of_a_contact_may_hold_a_toll_free_number(accept: Accept) -> None:
    add("Assistenza", "phone")
    rows = "Telefono;Assistenza\r\n+393331230001;+39 800 123456\r\n+393331230002;+39 333 123 00011\r\n"
    source = finish(accept(rows.encode(), {"Telefono": "phone", "Assistenza": "assistenza"}))
    assert Contact.objects.get().values == {"assistenza": "+39800123456"}
    assert reasons(source) == ["phone_too_long"]


def test_the_preview_and_the_run_judge_alike(accept: Accept) -> None:
    source = accept(RECOVERED_WRONGLY.encode(), mode="recover")
    outcomes = [verdict.outcome for verdict in import_file.preview(source)]
    finish(source)
    assert outcomes.count("rejected") == source.rejected == 4
