"""ARCHITECTURE.md lists every lane with its interval and its threads, and no other."""

import re
from pathlib import Path

from staffetta.work import lanes

ROW = re.compile(r"^\| `(\w+)` \| [^|]+ \| (\d+) s \| (\d+) \|$", re.MULTILINE)


def test_every_lane_is_listed_with_its_interval_and_threads() -> None:
    text = (Path(__file__).resolve().parents[2] / "ARCHITECTURE.md").read_text()
    listed = {name: (float(every), int(threads)) for name, every, threads in ROW.findall(text)}
    assert listed == {lane.name: (lane.every, lane.threads) for lane in lanes.registered()}
