"""A process that has the platform imported and is doubled for each command: what is asked begins at once.

A command begun from nothing spends a second and more on imports, and a furnished house takes thirty of them. Each still
runs in a process of its own, all on the same settings. Run as a program, this is that process.
"""

import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any


class Clerk:
    """Runs `staffetta …` and code with Django set up, one at a time, all with one environment."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            bufsize=1, cwd=folder,
        )  # fmt: skip

    def command(self, arguments: list[str], typed: str | None, seconds: float) -> subprocess.CompletedProcess[str]:
        """Run `staffetta ARGUMENTS` to its end, whatever its status. Raises subprocess.TimeoutExpired."""
        return self._ask(arguments, {"typed": typed or "", "seconds": seconds})

    def python(self, code: str, arguments: list[str], seconds: float) -> subprocess.CompletedProcess[str]:
        """Run code. Raises subprocess.TimeoutExpired."""
        return self._ask(arguments, {"code": code, "typed": "", "seconds": seconds})

    def end(self) -> None:
        """Let it go; it ends by itself when nobody can ask it any more."""
        self._process.communicate()

    def _ask(self, arguments: list[str], asked: dict[str, Any]) -> subprocess.CompletedProcess[str]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock, tempfile.TemporaryDirectory() as folder:
            names = [str(Path(folder) / name) for name in ("in", "out", "err")]
            Path(names[0]).write_text(asked["typed"])
            self._process.stdin.write(json.dumps({**asked, "arguments": arguments, "files": names}) + "\n")
            answer = self._process.stdout.readline()
            assert answer, f"the clerk ended with {self._process.wait()}"
            if (status := int(answer)) == -signal.SIGALRM:
                raise subprocess.TimeoutExpired(arguments, asked["seconds"])
            out, err = (Path(name).read_text() for name in names[1:])
            return subprocess.CompletedProcess(arguments, status, out, err)


def serve() -> None:
    """Answer until the standard input ends."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "staffetta.config.settings")
    import django

    import staffetta.cli
    from staffetta.cli.main import parser, program

    django.setup()
    parser()  # imports what can be typed, and the rest what it does
    for module in pkgutil.iter_modules(staffetta.cli.__path__):
        importlib.import_module(f"staffetta.cli.{module.name}")
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if not child:
            _become(asked)
            if "code" in asked:
                exec(compile(asked["code"], "<code>", "exec"), {"__name__": "__main__"})
            program()
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


def _become(asked: dict[str, Any]) -> None:
    """In the doubled process: its files, its arguments, and an end if it takes too long."""
    signal.alarm(max(1, int(asked["seconds"])))
    for number, name in enumerate(asked["files"]):
        os.dup2(os.open(name, (os.O_WRONLY | os.O_CREAT) if number else os.O_RDONLY), number)
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
    sys.argv = ["staffetta", *asked["arguments"]]


if __name__ == "__main__":
    serve()
