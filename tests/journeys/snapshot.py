"""A furnished house, made once for all processes of the suite: furnishing takes twenty seconds, a copy none."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.furnish import furnish
from tests.journeys.house import house
from tests.template import once


@dataclass(frozen=True)
class Snapshot:
    """The data folder of a furnished house, who is logged in there, and the numbers in its addresses."""

    data: Path
    sessions: dict[str, str]
    places: dict[str, object]


def snapshot() -> Snapshot | None:
    """Return the snapshot, made by whoever comes first; None where a copied file is not the whole database."""
    kept = os.environ.get("STAFFETTA_TEST_DATA_DIR")
    if not kept or os.environ.get("STAFFETTA_DATABASE_URL"):
        return None
    with once("furnished") as folder:
        if folder:
            _make(folder)
    folder = Path(kept) / "furnished"
    told = json.loads((folder / "told.json").read_text())
    return Snapshot(folder / "data", told["sessions"], told["places"])


def _make(folder: Path) -> None:
    folder.mkdir()
    with house("demo") as home:
        places = furnish(home)
        home.platform.stop()
        shutil.copytree(home.staffetta.data, folder / "data")
        (folder / "told.json").write_text(json.dumps({"sessions": home.sessions, "places": places}))
