"""Fill the database of the environment's settings; run by `__main__`, in a process of its own."""

import json
import os
from pathlib import Path

import django
from django.conf import settings

django.setup()

from staffetta.work.clock import real_now  # noqa: E402
from staffetta.work.database import schema  # noqa: E402
from tools.upgrade_fixture import rows, story  # noqa: E402

Path(settings.CLOCK_FILE).write_text(str((rows.MOMENT - real_now()).total_seconds()))
schema.bring_up_to_date()
rows.fill()
told = story.tell()
rows.check_none_is_empty()
Path(settings.DATA_DIR, "story.json").write_text(json.dumps(told))
# At once: the HTTP client's threads may still touch an interpreter that is being taken down.
os._exit(0)
