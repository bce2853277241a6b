"""The frame of every page."""

import gzip
import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from staffetta.accounts.models import User
from staffetta.ui import menu

ROOT = Path(__file__).resolve().parents[2] / "src" / "staffetta"
TEMPLATES = sorted(ROOT.glob("*/templates/**/*.html"))
FORBIDDEN = (
    (r"\sstyle\s*=", "an inline style"),
    (r"<style\b", "a style element"),
    (r"\son[a-z]+\s*=", "an inline event handler"),
    (r"hx-on\b|js:|javascript:", "code in an attribute"),
    (r"<script(?![^>]*\bsrc=)", "an inline script"),
    (r"\|safe\b|autoescape off", "unescaped text"),
)


def test_every_breadcrumb_is_parted_alike() -> None:
    assert [path.name for path in TEMPLATES if re.search(r"</a> [/>|] <a", path.read_text())] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_template_keeps_to_the_content_security_policy(template: Path) -> None:
    text = template.read_text()
    assert [what for pattern, what in FORBIDDEN if re.search(pattern, text)] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_icon_of_a_template_is_there(template: Path) -> None:
    known = json.loads((ROOT / "ui" / "icons.json").read_text())
    named = re.findall(r"""\{%\s*icon\s+["']([\w-]+)["']""", template.read_text())
    assert set(named) <= set(known)


def test_every_menu_entry_leads_somewhere() -> None:
    assert all(reverse(entry.url_name) for entry in menu.entries())


def test_the_menu_has_three_levels_down_to_the_channel_list(administrator: User) -> None:
    sections = menu.sections(reverse("channels:list"), administrator=True, operator=True)
    management = sections[-1]
    group = next(group for group in management.groups if group.label == "Sinch Engage")
    assert management.label == "Management"
    assert [line.active for line in group.entries] == [True]


def test_one_entry_at_most_is_marked_as_the_present_page() -> None:
    for entry in menu.entries():
        sections = menu.sections(reverse(entry.url_name), administrator=True, operator=True)
        active = [line for section in sections for group in section.groups for line in group.entries if line.active]
        assert [line.url for line in active] == [reverse(entry.url_name)]


def test_who_may_not_administrate_is_not_shown_the_way(as_viewer: Client) -> None:
    page = as_viewer.get("/").content.decode()
    assert reverse("accounts:users") not in page
    assert reverse("reports:system") not in page


def test_a_page_is_in_the_persons_language(as_administrator: Client, administrator: User) -> None:
    assert '<html lang="it"' in as_administrator.get("/").content.decode()
    User.objects.filter(pk=administrator.pk).update(language="en")
    page = as_administrator.get("/", headers={"accept-language": "it"}).content.decode()
    assert '<html lang="en"' in page
    assert "Overview" in page


def test_the_policy_allows_no_inline_code(as_viewer: Client) -> None:
    policy = as_viewer.get("/").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    "name",
    ["ui/tabler.min.css", "ui/staffetta.css", "ui/staffetta.js", "ui/theme.js", "django_htmx/htmx-4.min.js"],
)
def test_the_static_files_are_there(name: str) -> None:
    assert finders.find(name)


def test_the_layout_loads_every_style_sheet_once_and_in_order(client: Client, db: None) -> None:
    page = client.get("/login/").content.decode()
    loaded = re.findall(r'<link rel="stylesheet" href="[^"]*?/ui/([a-z.]+\.css)">', page)
    assert loaded == ["tabler.min.css", "palette.css", "staffetta.css", "rooms.css"]
    folder = Path(str(finders.find("ui/staffetta.css"))).parent
    assert sorted(loaded) == sorted(sheet.name for sheet in folder.glob("*.css"))


@pytest.mark.parametrize(
    ("language", "words"), [("it", "Questa pagina non esiste"), ("en", "This page does not exist")]
)
def test_a_wrong_address_is_told_in_the_readers_language(client: Client, db: None, language: str, words: str) -> None:
    answer = client.get("/no-such-page/", headers={"accept-language": language})
    assert answer.status_code == 404
    assert words in answer.content.decode()


def test_a_forbidden_page_says_what_to_do(as_viewer: Client) -> None:
    answer = as_viewer.get(reverse("accounts:users"))
    assert answer.status_code == 403
    assert "Il tuo ruolo o i tuoi permessi non lo consentono" in answer.content.decode()


@pytest.mark.parametrize(("language", "words"), [("it", "aperta troppo a lungo"), ("en", "open for too long")])
def test_a_stale_form_says_what_to_do(db: None, language: str, words: str) -> None:
    answer = Client(enforce_csrf_checks=True).post("/login/", headers={"accept-language": language})
    assert answer.status_code == 403
    assert words in answer.content.decode()


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_the_page_for_our_own_faults_needs_nothing(name: str) -> None:
    from django.template.loader import render_to_string

    assert "Staffetta" in render_to_string(name)


def test_the_compressed_style_sheet_is_the_same() -> None:
    plain = ROOT / "ui" / "static" / "ui" / "tabler.min.css"
    packed = plain.with_name(plain.name + ".gz")
    assert gzip.decompress(packed.read_bytes()) == plain.read_bytes()


def test_a_browser_that_takes_it_gets_the_compressed_style_sheet(client: Client, db: None) -> None:
    answer = client.get("/static/ui/tabler.min.css", headers={"accept-encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    answer.close()
