"""`staffetta contacts …`: import a file, list the people."""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import TypedDict
from urllib.parse import urlencode

from django.db.models import F, FilteredRelation, Q
from django.utils.translation import gettext as _

from staffetta.accounts import audit
from staffetta.cli.output import emit, fail, say, table, writes_all_signs
from staffetta.cli.parsers.contacts import DECIMAL_SIGNS, ENCODINGS
from staffetta.cli.waiting import wait_for
from staffetta.contacts.audiences.audience import Audience, UnknownAudience
from staffetta.contacts.consents.consent import counts
from staffetta.contacts.exports import export
from staffetta.contacts.fields.person_zone import zones
from staffetta.contacts.files.read_csv import BadFile
from staffetta.contacts.files.reading_words import question_with_option
from staffetta.contacts.imports import import_file, rejects
from staffetta.contacts.imports import undo_import as undo
from staffetta.contacts.imports.import_reading import Unanswered
from staffetta.contacts.imports.map_columns import WrongMapping, guess_targets
from staffetta.contacts.models import Contact, ContactField, Import, ImportState, PhoneMode
from staffetta.contacts.phones.number_kinds import is_country_code
from staffetta.contacts.storage import search
from staffetta.contacts.wording import bad_file_text, file_problem, mapping_problem, reject_text
from staffetta.text import title

PAGE = 100
"""People that are read at once, as on a page of the list."""
STANDARD_INPUT = "stdin.csv"


class PhoneOptions(TypedDict):
    """How numbers are read, as import_file.map_columns takes it."""

    phone_mode: str
    phone_prefix: str | None


ENDED = (ImportState.DONE, ImportState.FAILED, ImportState.CANCELLED)


def export_contacts(args: argparse.Namespace) -> int:
    """Write the file piece by piece: a million people need no more memory than ten."""
    kind = args.file.suffix.lower().removeprefix(".")
    if kind not in export.FORMATS:
        fail(_("The file's name must end in .csv or .xlsx."))
    try:
        people = search.find(Audience.parse(args.audience).queryset(), args.search)
    except UnknownAudience:
        fail(_("«%(text)s» is no audience: all, import:ID, list:ID or rule:ID.") % {"text": args.audience})
    if kind == "xlsx" and export.too_long_for_a_sheet(people):
        fail(_("A workbook holds at most 1,048,575 people: choose CSV, or fewer people."))
    _record_export(audience=args.audience, q=args.search)
    with args.file.open("wb") as out:
        out.writelines(export.encoded(people.order_by("-pk"), kind))
    return 0


def list_imports(args: argparse.Namespace) -> int:
    rows = list(Import.objects.order_by("-pk")[: max(args.limit, 0)])
    headings = (_("Id"), _("File"), _("State"), _("Rows"))
    lines = [(row.pk, row.name, row.get_state_display(), row.total_rows or 0) for row in rows]
    emit(args, [described(row) for row in rows], lambda: table(headings, lines))
    return 0


def cancel_import(args: argparse.Namespace) -> int:
    return _take_back(args, import_file.cancel)


def undo_import(args: argparse.Namespace) -> int:
    return _take_back(args, undo.undo)


def _take_back(args: argparse.Namespace, request: Callable[[Import, None], bool]) -> int:
    """Cancel or undo an import; the workers do the rest."""
    source = Import.objects.filter(pk=args.id).first()
    if source is None:
        fail(_("There is no import %(id)s.") % {"id": args.id})
    if not request(source, None):
        fail(_("Import %(id)s is past that: %(state)s.") % {"id": args.id, "state": source.get_state_display()})
    source.refresh_from_db()
    emit(args, described(source), source.get_state_display)
    return 0


def import_contacts(args: argparse.Namespace) -> int:
    """Take the file in. Rejected rows are no failure; a refused file or mapping is, and an import that broke off."""
    if args.phone_prefix is not None and not is_country_code(args.phone_prefix.removeprefix("+")):
        fail(_("«%(prefix)s» is no country code: write for example 39.") % {"prefix": args.phone_prefix})
    chosen = _chosen(args)
    source = _accept(args, chosen)
    try:
        mapping = _mapping(args.map) or guess_targets(source.columns, _own_fields())
        consent_column = title(args.consent)
        modes = dict(pair.rpartition("=")[::2] for pair in args.mode)
        phones = _phone_reading(args)
        import_file.map_columns(source, mapping, consent_column, args.wording, modes=modes, chosen=chosen, **phones)
        import_file.start(source, None)
    except (WrongMapping, Unanswered) as refused:
        import_file.discard(source, None)
        fail(_refused(refused))
    if args.wait:
        wait_for(lambda: _ended(source), ["import"])
    source.refresh_from_db()
    emit(args, described(source), lambda: _text(source))
    if source.state == ImportState.FAILED:
        fail(file_problem(source.problem, detail=source.problem_detail))
    return 0


def _phone_reading(args: argparse.Namespace) -> PhoneOptions:
    prefix = None if args.phone_prefix is None else args.phone_prefix.removeprefix("+")
    mode = PhoneMode.RECOVER if args.recover_numbers else PhoneMode.STRICT if prefix is None else PhoneMode.NATIONAL
    return {"phone_mode": mode, "phone_prefix": prefix}


def _chosen(args: argparse.Namespace) -> dict[str, str]:
    """Return how the caller says the file is read, by trait."""
    if args.zone and args.zone not in zones():
        fail(_("«%(zone)s» is no time zone: write for example Europe/Rome.") % {"zone": args.zone})
    told = {
        "encoding": ENCODINGS.get(args.encoding or "", ""),
        "decimal": DECIMAL_SIGNS.get(args.decimal or "", ""),
        **{name: getattr(args, name) or "" for name in ("sheet", "heading", "dates", "zone")},
    }
    return {name: value for name, value in told.items() if value}


def _refused(refused: WrongMapping | Unanswered) -> str:
    if isinstance(refused, WrongMapping):
        return mapping_problem(refused)
    reading = refused.reading
    return "\n".join(question_with_option(name, reading.trait(name)) for name in reading.questions)


def _accept(args: argparse.Namespace, chosen: dict[str, str]) -> Import:
    try:
        if str(args.file) == "-":
            return _accept_standard_input(args.separator or "", chosen)
        with args.file.open("rb") as file:
            return import_file.accept(file, args.file.name, None, args.separator or "", chosen)
    except BadFile as bad:
        fail(bad_file_text(bad))
    except OSError as error:
        fail(_("The file cannot be read: %(problem)s") % {"problem": error.strerror or error})


def _accept_standard_input(separator: str, chosen: dict[str, str]) -> Import:
    """Take all of standard input as a file: a pipe cannot be read twice."""
    with tempfile.TemporaryFile() as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
        return import_file.accept(file, STANDARD_INPUT, None, separator, chosen)


def _mapping(pairs: list[str]) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for pair in pairs:
        column, equals, target = pair.rpartition("=")
        if not equals or not column.strip() or not target.strip():
            fail(_("--map wants COLUMN=TARGET, not «%(given)s».") % {"given": pair})
        mapping[title(column)] = target.strip()
    return mapping


def _own_fields() -> dict[str, str]:
    return dict(ContactField.objects.values_list("name", "label"))


def _ended(source: Import) -> bool:
    return Import.objects.filter(pk=source.pk, state__in=ENDED).exists()


def described(source: Import) -> dict[str, object]:
    """Return an import as programs read it; `reasons` counts the rejected rows by reason."""
    return {
        "id": source.pk,
        "name": source.name,
        "state": source.state,
        "rows": source.total_rows,
        "imported": source.imported,
        "created": source.created,
        "updated": source.updated,
        "unchanged": source.unchanged,
        "rejected": source.rejected,
        "reasons": dict(rejects.reasons(source)),
        "consents": source.consents,
        "undone": source.undone,
        "problem": source.problem,
    }


def _text(source: Import) -> str:
    if source.state not in ENDED:
        return _("Import %(id)s is waiting: %(rows)s rows.") % {"id": source.pk, "rows": source.total_rows}
    summary = _(
        "Import %(id)s: %(rows)s rows = %(created)s new + %(updated)s updated + %(unchanged)s unchanged "
        "+ %(rejected)s rejected"
    ) % {"id": source.pk, "rows": source.imported + source.rejected, **_counts(source)}
    reasons = [(f"  {reject_text(reason)}", number) for reason, number in rejects.reasons(source)]
    lines = [summary, *([table(("", ""), reasons).strip("\n")] if reasons else [])]
    if refused := source.consents.get("refused"):
        lines.append(_("No of rejected rows, recorded all the same: %(number)s") % {"number": refused})
    if unnamed := source.consents.get("unnamed"):
        lines.append(_("Rejected rows that say No and name nobody here: %(number)s") % {"number": unnamed})
    return "\n".join(lines)


def _counts(source: Import) -> dict[str, int]:
    return {name: getattr(source, name) for name in ("created", "updated", "unchanged", "rejected")}


def list_contacts(args: argparse.Namespace) -> int:
    """Print the contacts as they come from the database: a million needs no more memory than ten.

    More than a page shows is an export, whatever it is printed to.
    """
    if args.limit is None or args.limit > PAGE:
        _record_export(q=args.search)
    lines = _people(args)
    if not args.json:
        for person in lines:
            say("\t".join(str(person[name] or "") for name in ("id", "phone", "first_name", "last_name", "opt_in")))
        return 0
    say("[")
    before = ""
    for person in lines:
        say(before + json.dumps(person, ensure_ascii=not writes_all_signs()))
        before = ", "
    say("]")
    return 0


def _record_export(**narrowed: str) -> None:
    told = {name: text for name, text in narrowed.items() if text and text != "all"}
    audit.record(None, "contacts_exported", None, filter=urlencode(told))


def _people(args: argparse.Namespace) -> Iterator[dict[str, object]]:
    whatsapp = Q(consent_states__platform="whatsapp", consent_states__purpose="marketing")
    said = FilteredRelation("consent_states", condition=whatsapp & counts("consent_states__"))
    people = search.find(Contact.objects.order_by("-pk"), args.search)
    told = people.annotate(said=said, opt_in=F("said__value"))[: args.limit]
    for person in told.iterator(chunk_size=2000):
        yield {
            "id": person.pk,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "phone": person.phone,
            "telegram_id": person.telegram_id,
            "language": person.language,
            "values": person.values,
            "opt_in": person.opt_in or "unset",
        }
