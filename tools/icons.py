"""Build the icons the pages use from the package `@tabler/icons`.

`npm pack @tabler/icons`, unpack it, then `python -m tools.icons path/to/package`; icons.txt names what is taken.
"""

import json
import re
import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "src/staffetta/ui/icons.json"
NAMES = Path(__file__).with_name("icons.txt")


def drawing(source: Path) -> str:
    """Return what stands inside the svg element, on one line, without the empty frame every icon carries."""
    inner = re.sub(r"^.*?<svg[^>]*>|</svg>.*$", "", source.read_text(), flags=re.DOTALL)
    inner = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>', "", inner)
    return re.sub(r"\s*\n\s*", "", inner).replace(" />", "/>")


def main() -> None:
    outline = Path(sys.argv[1]) / "icons" / "outline"
    icons = {name: drawing(outline / f"{name}.svg") for name in NAMES.read_text().split()}
    TARGET.write_text(json.dumps(icons, indent=0) + "\n")
    print(f"{len(icons)} icons")


if __name__ == "__main__":
    main()
