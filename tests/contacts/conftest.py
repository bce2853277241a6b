"""What the tests of this room share."""

import io
from pathlib import Path

import pytest
from pytest_django import Settings

from staffetta.contacts.imports import import_file, sample
from staffetta.contacts.models import Import
from tests.contacts.people import Accept, finish


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def accept(db: None) -> Accept:
    """Upload bytes, map them by «Telefono», «Nome», …, and start."""

    def upload(
        content: bytes,
        mapping: dict[str, str] | None = None,
        consent: str = "",
        name: str = "a.csv",
        mode: str = "strict",
    ) -> Import:
        source = import_file.accept(io.BytesIO(content), name, None)
        import_file.map_columns(source, mapping or {"Telefono": "phone"}, consent, phone_mode=mode)
        import_file.start(source, None)
        return source

    return upload


@pytest.fixture
def saldi(accept: Accept) -> Import:
    """The finished import of story B."""
    return finish(accept(sample.story_b_csv(), sample.story_b_mapping(), "Opt-in WhatsApp", "saldi.csv"))
