"""What a command does, by name: its module, with all that it needs, is imported when the command really runs."""

import argparse
import importlib
from collections.abc import Callable


class Action:
    """A function of `staffetta.cli.<module>` that takes the parsed arguments and returns the exit status."""

    def __init__(self, module: str, function: str) -> None:
        self.module = f"staffetta.cli.{module}"
        self.function = function

    def load(self) -> Callable[[argparse.Namespace], int]:
        """Return the function."""
        function: Callable[[argparse.Namespace], int] = getattr(importlib.import_module(self.module), self.function)
        return function
