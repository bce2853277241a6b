"""Every file that is read, and its name: contacts, templates, blacklist, rules."""

import json
from pathlib import Path

from django.test import Client

from staffetta.contacts.exports import write_xlsx
from staffetta.contacts.models import ContactField, Import
from tests.communications import made
from tests.contacts.people import finish
from tests.text.enter_command_line import run
from tests.text.hunt import BLANK, LONG, MARK, NUMBER, ODD, ODD_NUMBER, Answer, Hunt

FORM = "multipart/form-data; boundary=frontier"
CELL = ODD.replace("\0", "").replace("\ud83d", "")
"""What stands in a text file: one with NUL is no text, and half a surrogate pair is no UTF-8."""
NAME = ODD.replace("\ud83d", "").encode() + b".csv"
HEADINGS = [
    "telefono",
    "telegram",
    "nome",
    "cognome",
    "lingua",
    "fuso",
    "codice",
    f"{CELL} citta\u0300",
    f"consenso {CELL}",
]
TARGETS = ["phone", "telegram_id", "first_name", "last_name", "language", "time_zone", "external_id", "+new", ""]


def enter(hunt: Hunt, client: Client, folder: Path) -> None:
    _contacts(hunt, client)
    _templates(hunt, client)
    _blacklist(client, folder)
    _rules(folder)
    hunt.look()


def upload(client: Client, path: str, name: bytes, content: bytes, **fields: str) -> Answer:
    """Send a file with a name of any bytes, as a browser sends its form."""
    parts = [
        b'--frontier\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (key.encode(), text.encode())
        for key, text in fields.items()
    ]
    parts.append(b'--frontier\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n' % name)
    body = b"".join(parts) + b"Content-Type: text/csv\r\n\r\n" + content + b"\r\n--frontier--\r\n"
    answer = client.post(path, body, content_type=FORM)
    assert answer.status_code < 500
    return answer


def _contacts(hunt: Hunt, client: Client) -> None:
    name = NAME
    for content in (b"\0", b"\xff\xfe", LONG.encode(), BLANK.encode(), b"telefono\n\0\n", _table(LONG), _table(BLANK)):
        upload(client, "/contacts/imports/new/", name, content)
    for odd in (LONG.encode(), ODD.encode("utf-8", "surrogatepass"), b"\xff", b"../../" + NAME):
        upload(client, "/contacts/imports/new/", odd, b"telefono\n+393331230001\n")
    for content in (_table(LONG), _table(BLANK), _table(CELL), _workbook()):
        _imported(client, upload(client, "/contacts/imports/new/", name, content))
    hunt.offer("contacts.Contact.time_zone")


def _table(cell: str) -> bytes:
    good = [ODD_NUMBER, f"\u200b{NUMBER}", cell, cell, cell, "Europe/Rome", f"{cell}1", cell, cell]
    bad = ["", "", cell, cell, cell, cell, cell, cell, cell]
    lines = [HEADINGS, good, bad, [cell] * 9, ["+393331230002", "", "", "", "", cell, "", "", "si"]]
    return "\n".join(";".join(line) for line in lines).encode()


def _workbook() -> bytes:
    row = ["+393331230004", "", CELL, CELL, CELL, "", f"{CELL}3", CELL, ""]
    return b"".join(write_xlsx.encoded(HEADINGS, [row]))  # it leaves out what XML cannot hold


def _imported(client: Client, answer: Answer) -> None:
    assert answer.status_code == 302, answer.status_code
    source = Import.objects.latest("pk")
    typed = {f"column{place}": target for place, target in enumerate(TARGETS)}
    mapped = client.post(
        f"/contacts/imports/{source.pk}/columns/", {**typed, "consent": "8", "wording": "Modulo", "save_as": "CRM"}
    )
    assert mapped.status_code == 302, mapped.context["form"].errors
    assert client.get(f"/contacts/imports/{source.pk}/preview/").status_code == 200
    client.post(f"/contacts/imports/{source.pk}/start/")
    done = finish(source)
    for page in ("", "rejects.csv"):
        assert b"".join(client.get(f"/contacts/imports/{done.pk}/{page}")), page


def _templates(hunt: Hunt, client: Client) -> None:
    path = f"/engage/channels/{made.channel(sealed_key=b'nonsense').pk}/whatsapp/import/"
    for hostile in (LONG, BLANK, ODD):
        for column in ("name", "language", "category", "header_type"):
            row = {"name": "avviso", "language": "it", "body": "Ciao", column: hostile}
            status = upload(client, path, b"t.json", json.dumps([row]).encode()).status_code
            assert status == 422 or hostile == BLANK, column
        upload(client, path, b"t.json", json.dumps([_template(hostile)]).encode())
        upload(client, path, b"t.json", json.dumps({hostile: hostile}).encode())
        upload(client, path, b"t.csv", f"name;language;body\navviso;it;{hostile}\n".encode("utf-8", "surrogatepass"))
    hunt.offer(
        "channels.Template.name",
        "channels.TemplateVariant.language",
        "channels.TemplateVariant.language_raw",
        "channels.TemplateVariant.category",
    )
    assert upload(client, path, b"t.json", json.dumps([_template(ODD)]).encode()).status_code == 302
    meta = {"name": "meta", "language": "it", "components": [{"type": "BODY", "text": ODD, ODD: [ODD]}]}
    assert upload(client, path, b"t.json", json.dumps([meta]).encode()).status_code == 302


def _template(hostile: str) -> dict[str, object]:
    button = {"type": "QUICK_REPLY", "text": hostile, "payload": hostile}
    parts = {"header_type": "text", "header": hostile, "body": f"{hostile} {{{{1}}}}", "footer": hostile}
    return {"name": "avviso", "language": "it", **parts, "buttons": [button]}


def _blacklist(client: Client, folder: Path) -> None:
    for content in (b"\0", LONG.encode(), b"\xff\xd8", f"{BLANK}\n{CELL}\n{ODD_NUMBER}\n".encode()):
        upload(client, "/contacts/blacklist/new/", b"n.txt", content, platform="whatsapp", note="chiesto", addresses="")
        file = folder / f"{MARK}\udcf2.txt"
        file.write_bytes(content)
        run("blacklist", "add", "--file", str(file), "--reason", "chiesto")


def _rules(folder: Path) -> None:
    city = ContactField.objects.latest("pk").name
    file = folder / "rules.json"
    for hostile in (LONG, BLANK, ODD):
        for rule in (
            {"about": "field", "field": city, "is": "is", "value": hostile},
            {"about": "field", "field": hostile, "is": "is", "value": "x"},
            {"about": hostile, "is": hostile, hostile: hostile},
        ):
            file.write_text(json.dumps({"rules": [rule]}))
            run("audiences", "create", "--name", f"r{len(hostile)}{rule['about'][:5]}", "--rules", str(file))
