"""Tables of a number and one other column, read as imports, for the tests of how files are read."""

import io

from staffetta.contacts.imports import import_file
from staffetta.contacts.models import Contact, ContactField, Import
from tests.contacts.people import finish

PHONE = "+39333123000"


def table(heading: str, *cells: str) -> bytes:
    lines = [f"telefono;{heading}", *(f"{PHONE}{place};{cell}" for place, cell in enumerate(cells))]
    return "\r\n".join(lines).encode()


def mapped(content: bytes, type_: str = "number", **chosen: str) -> Import:
    """Upload a table whose second column goes to a field of a type."""
    ContactField.objects.get_or_create(name="valore", defaults={"label": "Valore", "type": type_})
    source = import_file.accept(io.BytesIO(content), "a.csv", None)
    import_file.map_columns(source, {source.columns[0]: "phone", source.columns[1]: "valore"}, chosen=chosen)
    return source


def stored(source: Import) -> list[object]:
    import_file.start(source, None)
    finish(source)
    return [person.values.get("valore") for person in Contact.objects.order_by("phone")]
