"""The shipped settings, in a data folder of their own: no test touches a person's data or the real provider."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

KEPT = ("STAFFETTA_DATABASE_URL", "STAFFETTA_TEST_")

for name in [name for name in os.environ if name.startswith("STAFFETTA_") and not name.startswith(KEPT)]:
    del os.environ[name]
if "STAFFETTA_TEST_DATA_DIR" not in os.environ:  # xdist's workers use the folder of the process that started them
    from tests import template

    os.environ["STAFFETTA_TEST_DATA_DIR"] = tempfile.mkdtemp(prefix="staffetta-tests-")
    atexit.register(shutil.rmtree, os.environ["STAFFETTA_TEST_DATA_DIR"], ignore_errors=True)
    atexit.register(template.drop)
os.environ["STAFFETTA_DATA_DIR"] = os.environ["STAFFETTA_TEST_DATA_DIR"]
os.environ["STAFFETTA_ALLOW_PRIVATE_ADDRESSES"] = "1"
os.environ["STAFFETTA_ENGAGE_URL"] = "http://127.0.0.1:9"  # nobody listens: a test that wants a provider names one
os.environ["STAFFETTA_LANGUAGE"] = "it"
os.environ["STAFFETTA_TIME_ZONE"] = "Europe/Rome"

from staffetta.config.settings import *  # noqa: E402, F403
from staffetta.config.settings import DATABASES, MIDDLEWARE, STATIC_ROOT  # noqa: E402

Path(STATIC_ROOT).mkdir(parents=True, exist_ok=True)
SHIPPED = "whitenoise.middleware.WhiteNoiseMiddleware"
MIDDLEWARE = ["tests.static_files.StaticFiles" if name == SHIPPED else name for name in MIDDLEWARE]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick; nothing here is a secret
if os.environ.get("STAFFETTA_DATABASE_URL"):  # several runs may share one server
    DATABASES["default"]["TEST"] = {"NAME": f"test_{Path(os.environ['STAFFETTA_TEST_DATA_DIR']).name}"}
