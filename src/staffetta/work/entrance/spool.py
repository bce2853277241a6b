"""Where uploads lie on their way to their page: in files without a name, which end with the process however it ends."""

import tempfile
from pathlib import Path
from typing import IO


def unnamed(folder: Path) -> IO[bytes]:
    """Open a file that no name leads to (Linux: O_TMPFILE, elsewhere the name goes at once)."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return tempfile.TemporaryFile(dir=folder)
