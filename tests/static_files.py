"""The middleware that serves static files, looking for them once a process."""

from typing import Any, ClassVar

from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]  # the package ships no types


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    """The shipped one looks through all packages for each client that a test makes, which is a tenth of the time."""

    _found: ClassVar[dict[str, Any]] = {}

    def add_files_from_finders(self) -> None:
        if not self._found:
            super().add_files_from_finders()
            self._found.update(self.files)
        self.files.update(self._found)
