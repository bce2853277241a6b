"""Say whether the migrations tell the same as the models."""

import os
import sys
import tempfile

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "staffetta.config.settings")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["STAFFETTA_DATA_DIR"] = folder
        import django
        from django.core.management import call_command

        django.setup()
        call_command("makemigrations", "--check", "--dry-run")
    return 0


if __name__ == "__main__":
    sys.exit(main())
