"""The tool that makes the fixture leaves no table out."""

import json

import pytest

from tests.upgrade.fixture import COMMIT, FOLDER
from tools.upgrade_fixture import plausible, rows


@pytest.mark.django_db
def test_an_empty_table_is_named() -> None:
    with pytest.raises(rows.Empty, match=r"contacts\.Contact\b"):
        rows.check_none_is_empty()


def test_each_model_comes_behind_those_it_refers_to() -> None:
    labels = [model._meta.label for model in rows.in_order()]
    assert set(labels) == {model._meta.label for model in rows.tables()}
    assert labels.index("channels.Channel") < labels.index("channels.Channel_seen_by")
    assert labels.index("deliveries.Delivery") < labels.index("deliveries.Attempt")


def test_what_is_made_plausible_exists() -> None:
    assert plausible.VALUES.keys() <= {model._meta.label for model in rows.tables()}


def test_the_archives_are_small_and_of_the_commit_named() -> None:
    assert json.loads((FOLDER / "story.json").read_text())["commit"] == COMMIT
    assert sum(file.stat().st_size for file in FOLDER.glob("*.xz")) < 1_500_000
