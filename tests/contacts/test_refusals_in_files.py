"""A No of a file is recorded for whomever its row names, whatever else is wrong with the row."""

import io
from collections.abc import Sequence

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from staffetta.cli.main import main
from staffetta.contacts.consents import consent, state_consent
from staffetta.contacts.imports import import_file, run_import, undo_import
from staffetta.contacts.imports.add_field import add
from staffetta.contacts.imports.own_fields import layout_of
from staffetta.contacts.imports.rejects import rejects_csv
from staffetta.contacts.merging.former_addresses import remember
from staffetta.contacts.models import Consent, Contact, Import, ImportReject, Suppression
from staffetta.contacts.step_models import ImportRefusal
from staffetta.work.clock import now
from tests.contacts.people import Accept, finish, person

pytestmark = pytest.mark.django_db
NUMBERS = [f"+39333123000{place}" for place in range(1, 6)]
FIVE = f"""telefono;nome;optin;data
{NUMBERS[0]};Anna;No;31/12/80
{NUMBERS[1]};Bo;No;1980-12-31;extra
{NUMBERS[2]};{"C" * 228};No;
{NUMBERS[3]};Di;NO (revocato);
+39 333 123 0005;Ed;Sì;
{NUMBERS[4]};Ed;No;
""".encode()
MAPPING = {"telefono": "phone", "nome": "first_name", "data": "data"}
PHONE = {"Telefono": "phone"}


def agreed(*numbers: str, **more: object) -> list[Contact]:
    """People here who said Yes, by an earlier file."""
    people = [person(number, **more) for number in numbers]
    consent.record([each.pk for each in people], "whatsapp", consent.BOTH, "yes", "import", wording="modulo")
    return people


def opt_ins(people: Sequence[Contact]) -> list[str]:
    return [consent.opt_in(each) for each in people]


def told(source: Import) -> dict[str, int]:
    return {name: number for name, number in source.consents.items() if number}


@pytest.fixture
def five(accept: Accept) -> tuple[list[Contact], Import]:
    """The five people set to Yes, and the file that says No of each in a row with another fault."""
    add("data", "date")
    people = agreed(*NUMBERS)
    return people, finish(accept(FIVE, MAPPING, "optin"))


def test_five_rows_say_no_and_are_rejected_for_another_cell(five: tuple[list[Contact], Import]) -> None:
    people, source = five
    assert opt_ins(people) == ["no"] * 5
    assert all(consent.present(each)["whatsapp", "service"].value == "no" for each in people)
    assert told(source) == {"no": 5, "refused": 5, "overruled": 1}
    assert source.rejected == 5
    assert set(source.reasons) == {"not_a_date", "too_many_cells", "too_long", "bad_consent_value", "doubled_in_file"}
    assert not ImportRefusal.objects.exists(), "what a file said is forgotten with its end"


def test_preview_result_and_rejects_file_count_the_no_of_rejected_rows(
    five: tuple[list[Contact], Import], as_operator: Client
) -> None:
    _people, source = five
    shown = as_operator.get(f"/contacts/imports/{source.pk}/").content.decode()
    assert "0 Sì · 5 No" in shown
    assert "5 No stanno in righe scartate e sono registrati lo stesso" in shown
    assert "1 Sì non vale" in shown
    corrected = b"".join(rejects_csv(source)).decode("utf-8-sig")
    assert corrected.count("Il suo No è registrato lo stesso.") == 5
    again = import_file.accept(io.BytesIO(FIVE), "a.csv", None)
    import_file.map_columns(again, MAPPING, "optin")
    preview = as_operator.get(f"/contacts/imports/{again.pk}/preview/").content.decode()
    assert preview.count("Il suo No è registrato lo stesso.") == 5
    assert "5 di queste righe sono scartate e dicono No" in preview


def test_the_command_line_counts_them_too(
    five: tuple[list[Contact], Import], capsys: pytest.CaptureFixture[str]
) -> None:
    _people, source = five
    assert main(["contacts", "imports", "--json"]) == 0
    assert '"refused": 5' in capsys.readouterr().out
    assert source.consents["no"] == 5


CELLS = {
    "a number without its country code": "347 1230001",
    "a number with words": "Tel. 347 1230001 (casa)",
    "a number of a spreadsheet": "3471230001.0",
    "two numbers in one cell": "06 12345678, +39 347 1230001",
    "hidden signs": "\u202a+39 347\u20111230001\u202c",
    "two noughts": "0039 347 1230001",
}


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS.keys())
def test_a_number_in_any_readable_form_names_its_person(accept: Accept, cell: str) -> None:
    people = agreed("+393471230001")
    source = finish(accept(f'Telefono;Opt\n"{cell}";No\n'.encode(), PHONE, "Opt"))
    assert opt_ins(people) == ["no"]
    assert source.consents["no"] == 1


def test_any_identity_names_its_person(accept: Accept) -> None:
    """A TELEGRAMID, an external id, the number somebody had before a merge, the provider's own id of a number."""
    people = agreed("+393471230001", telegram_id="11")
    people += agreed("+393471230002", external_id="B-2")
    people += agreed("+393471230003")
    people += agreed("+393471230004", whatsapp_id="393479990004")
    remember(people[2], [people[2], Contact(phone="+393470000333")])
    rows = "non lo so;11;;No\n;;B-2;No\n+39 347 0000333;x;;No\n+39 347 9990004;x;;No\n"
    mapping = {"Telefono": "phone", "Tg": "telegram_id", "Id": "external_id"}
    source = finish(accept(f"Telefono;Tg;Id;Opt\n{rows}".encode(), mapping, "Opt"))
    assert source.rejected == 4
    assert opt_ins(people) == ["no"] * 4


def test_two_identities_of_two_people_refuse_for_both(accept: Accept) -> None:
    people = agreed("+393471230001") + agreed("+393471230002", telegram_id="22")
    mapping = {"Telefono": "phone", "Tg": "telegram_id"}
    source = finish(accept(b"Telefono;Tg;Opt\n+393471230001;22;No\n", mapping, "Opt"))
    assert source.reasons == {"telegram_id_taken": 1}
    assert opt_ins(people) == ["no", "no"]


def test_one_number_in_two_forms_is_one_person_who_refused(accept: Accept) -> None:
    """Two contacts, duplicates of each other: nobody knows which of the two the person meant."""
    people = agreed("+5511987654321", "+551187654321")
    finish(accept(b"Telefono;Opt\n+5511987654321;No\n", PHONE, "Opt"))
    assert opt_ins(people) == ["no", "no"]


def test_a_separator_too_many_moves_the_no_to_the_right(accept: Accept) -> None:
    people = agreed("+393471230001")
    content = b"Telefono;Nome;Opt\n+393471230001;Rossi; Anna;No\n"
    source = finish(accept(content, {"Telefono": "phone", "Nome": "first_name"}, "Opt"))
    assert source.reasons == {"too_many_cells": 1}
    assert opt_ins(people) == ["no"]


@pytest.mark.parametrize("mode", ["if_empty", "only_new"])
def test_a_mode_that_changes_nobody_keeps_no_refusal_back(accept: Accept, mode: str) -> None:
    people = agreed("+393471230001", first_name="Anna")
    source = import_file.accept(io.BytesIO(b"Telefono;Nome;Opt\n+393471230001;Bea;No\n"), "a.csv", None)
    mapping = {"Telefono": "phone", "Nome": "first_name"}
    import_file.map_columns(source, mapping, "Opt", modes={"first_name": mode})
    import_file.start(source, None)
    finish(source)
    assert (opt_ins(people), Contact.objects.get().first_name) == (["no"], "Anna")


def test_a_no_of_a_rejected_row_holds_for_whom_a_later_row_makes(accept: Accept) -> None:
    source = finish(
        accept(
            b"Telefono;Zona;Opt\n347 1230001;Marte;No\n+393471230001;;S\xc3\xac\n+393471230002;;s\xc3\xac\n",
            {"Telefono": "phone", "Zona": "time_zone"},
            "Opt",
        )
    )
    assert {each.phone: consent.opt_in(each) for each in Contact.objects.all()} == {
        "+393471230001": "no",
        "+393471230002": "yes",
    }
    assert told(source) == {"yes": 1, "no": 1, "refused": 1, "overruled": 1}


def test_who_says_no_and_names_nobody_is_told(accept: Accept, as_operator: Client) -> None:
    source = finish(accept(b"Telefono;Opt\nnon lo so;No\n", PHONE, "Opt"))
    assert told(source) == {"unnamed": 1}
    assert ImportReject.objects.get().refused == 0
    assert (
        "1 riga scartata dice No, e nessuno qui ha il suo numero"
        in as_operator.get(f"/contacts/imports/{source.pk}/").content.decode()
    )


def test_a_word_nobody_can_read_is_no_refusal(accept: Accept) -> None:
    people = agreed("+393471230001", "+393471230002")
    content = b"Telefono;Opt\n+393471230001;forse\n+393471230002;n/d\n"
    source = finish(accept(content, PHONE, "Opt"))
    assert (opt_ins(people), source.rejected) == (["yes", "yes"], 2)


def test_a_corrected_file_of_rejected_rows_lifts_no_refusal_of_its_source(accept: Accept) -> None:
    """Ed said No first and Yes in a doubled row: the rejected row, imported again, is no new statement."""
    people = agreed("+393471230001")
    first = finish(accept("Telefono;Opt\n+393471230001;No\n+393471230001;Sì\n".encode(), PHONE, "Opt"))
    assert opt_ins(people) == ["no"]
    again = finish(accept(b"".join(rejects_csv(first)), PHONE, "Opt"))
    assert opt_ins(people) == ["no"]
    assert again.consents["kept"] == 1
    finish(accept("Telefono;Opt\n+393471230001;Sì\n".encode(), PHONE, "Opt"))
    assert opt_ins(people) == ["yes"], "a file of its own is a new statement"


def test_the_explicit_step_lifts_the_no_of_nobody(accept: Accept) -> None:
    source = finish(accept(b"Telefono;Opt\n+393471230001;No\n+393471230002;\n", PHONE, "Opt"))
    step = state_consent.state(
        source, None, where="Tessera", wording="Accetto", given_on=now().date(), purpose="marketing"
    )
    finish(source)
    step.refresh_from_db()
    assert (step.changed, step.kept_out) == (1, 1)
    assert {each.phone: consent.opt_in(each) for each in Contact.objects.all()} == {
        "+393471230001": "no",
        "+393471230002": "yes",
    }


def test_a_stop_written_while_an_import_runs_outlives_its_undoing(accept: Accept) -> None:
    source = accept("Telefono;Opt\n+393471230001;Sì\n".encode(), PHONE, "Opt")
    with source.file.open("rb") as file:
        rows = run_import._rows_from_here(file, source)
        run_import.take_batch(source, run_import.read_batch(rows, layout_of(source)))
    made = Contact.objects.get()
    consent.record([made.pk], "whatsapp", consent.BOTH, "no", "stop_word", wording="STOP")
    finish(source)
    assert undo_import.undo(source, None)
    finish(source)
    assert not Contact.objects.exists()
    assert Suppression.objects.get().cause == "opted_out"
    finish(accept("Telefono;Opt\n+393471230001;Sì\n".encode(), PHONE, "Opt"))
    assert Suppression.objects.exists()


def test_undoing_an_import_lifts_no_refusal(five: tuple[list[Contact], Import]) -> None:
    people, source = five
    assert not source.can_be_undone or undo_import.undo(source, None)
    finish(source)
    assert opt_ins(people) == ["no"] * 5


PEOPLE = st.integers(0, 3)
STATEMENTS = st.lists(
    st.tuples(PEOPLE, st.sampled_from(["Sì", "No", ""]), st.sampled_from(["", "Marte"])), min_size=1, max_size=9
)
SIZES = st.lists(st.integers(1, 4), max_size=6)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(statements=STATEMENTS, sizes=SIZES, here=st.sets(PEOPLE))
def test_the_stricter_of_two_statements_wins_in_any_order_and_any_chunking(
    accept: Accept, statements: list[tuple[int, str, str]], sizes: list[int], here: set[int]
) -> None:
    """`here` have a Yes before; rows whose zone is on Mars are rejected. Whoever any row refuses for has a No."""
    for model in (Import, Contact, Consent):
        model.objects.all().delete()
    agreed(*(f"+39347123000{place}" for place in sorted(here)))
    lines = [f"+39 347 123000{place};{zone};{said}\n" for place, said, zone in statements]
    content = "".join(["Telefono;Zona;Opt\n", *lines]).encode()
    source = accept(content, {"Telefono": "phone", "Zona": "time_zone"}, "Opt")
    for size in sizes:
        _take_some(source, size)
    finish(source)
    refused = {place for place, said, _zone in statements if said == "No"}
    states = {each.phone: consent.opt_in(each) for each in Contact.objects.all()}
    for place in range(4):
        phone = f"+39347123000{place}"
        if phone in states:
            assert (states[phone] == "no") == (place in refused)
    yes = sum(state == "yes" and int(str(phone)[-1]) not in here for phone, state in states.items())
    assert yes <= source.consents.get("yes", 0)
    assert source.imported == sum(source.consents.get(name, 0) for name in ("yes", "no", "unset", "overruled")) - (
        source.consents.get("refused", 0)
    )


def _take_some(source: Import, size: int) -> None:
    """Take some rows as a worker would that is killed right after its transaction."""
    fresh = Import.objects.get(pk=source.pk)
    if not fresh.file:
        return
    with fresh.file.open("rb") as file:
        rows = run_import._rows_from_here(file, fresh)
        taken = [row for row, _n in zip(rows, range(size), strict=False)]
        if taken:
            run_import.take_batch(fresh, run_import.read_batch(iter(taken), layout_of(fresh)))
