"""How Staffetta runs. Every choice comes from the environment: docs/reference/settings.md lists them."""

from pathlib import Path

import django_stubs_ext
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from staffetta.config import engines, environment

django_stubs_ext.monkeypatch()

PACKAGE = Path(__file__).resolve().parent.parent
DATA_DIR = Path(environment.text("STAFFETTA_DATA_DIR", "data")).resolve()

SECRET_KEY = environment.kept_secret(DATA_DIR, "STAFFETTA_SECRET_KEY")
SECRET_KEY_FALLBACKS = environment.words("STAFFETTA_OLD_SECRET_KEYS")
DEBUG = False
ALLOWED_HOSTS = environment.words("STAFFETTA_HOSTS", "*")
PUBLIC_URL = environment.address("STAFFETTA_PUBLIC_URL")

ENGAGE_URL = environment.address("STAFFETTA_ENGAGE_URL", "https://rest.messengerpeople.com")
ENGAGE_VERSION = environment.one_of("STAFFETTA_ENGAGE_VERSION", ("16", "15", "14", "12", "11", "10"))
ENGAGE_PROFILE = environment.text("STAFFETTA_ENGAGE_PROFILE")
ENGAGE_ENDS = environment.day("STAFFETTA_ENGAGE_ENDS", "2026-12-31")
REFRESH_HOURS = environment.number("STAFFETTA_REFRESH_HOURS", 0)
SEND_PACE = environment.number("STAFFETTA_SEND_PACE", 80)
ALLOW_PRIVATE_ADDRESSES = environment.flag("STAFFETTA_ALLOW_PRIVATE_ADDRESSES")
READ_TIMEOUT = environment.number("STAFFETTA_READ_TIMEOUT", 10)
CONNECT_TIMEOUT = environment.number("STAFFETTA_CONNECT_TIMEOUT", 10)
SEND_CONCURRENCY = int(environment.number("STAFFETTA_SEND_CONCURRENCY", 32))
DAILY_PEOPLE = int(environment.number("STAFFETTA_DAILY_PEOPLE", 0))
DAILY_RESERVE = environment.percent("STAFFETTA_DAILY_RESERVE", 5)
ONE_CORE = environment.flag("STAFFETTA_ONE_CORE", default=True)
SEND_LINGER = environment.number("STAFFETTA_SEND_LINGER", 1)
QUIET_HOURS = environment.hours("STAFFETTA_QUIET_HOURS")
OPT_OUT_MINUTES = environment.number("STAFFETTA_OPT_OUT_MINUTES", 15)
LATE_START_MINUTES = environment.number("STAFFETTA_LATE_START_MINUTES", 60)
IN_FLIGHT_TIMEOUT = environment.number("STAFFETTA_IN_FLIGHT_TIMEOUT", 60)
METRICS_TOKEN = environment.secret("STAFFETTA_METRICS_TOKEN", environment.SHORTEST_TOKEN)
CLOCK_FILE = environment.text("STAFFETTA_CLOCK_FILE")
MACHINE_CLOCK_FILE = environment.text("STAFFETTA_MACHINE_CLOCK_FILE")

INSTALLED_APPS = [
    "staffetta.ui",
    "staffetta.work",
    "staffetta.accounts",
    "staffetta.notices",
    "staffetta.channels",
    "staffetta.contacts",
    "staffetta.sync",
    "staffetta.communications",
    "staffetta.deliveries",
    "staffetta.events",
    "staffetta.reports",
    "staffetta.api",
    "django_tasks_db",
    "django_htmx",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "staffetta.ui.middleware.UnreadBodyMiddleware",  # before the form's token is looked for in a body nobody read
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "staffetta.accounts.session_use.SessionUseMiddleware",
    "staffetta.ui.storable_text.StorableTextMiddleware",
    "staffetta.ui.middleware.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "staffetta.ui.seen.SeenMiddleware",  # next to the view: it reads the page as the view made it
]

ROOT_URLCONF = "staffetta.config.urls"
WSGI_APPLICATION = "staffetta.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "staffetta.ui.context.page",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "staffetta.ui.templatetags.staffetta",
            ],
        },
    }
]

DATABASES = {"default": environment.database(environment.text("STAFFETTA_DATABASE_URL"), DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TASK_ENGINE = environment.one_of("STAFFETTA_TASKS", tuple(engines.SETTINGS))
TASKS, RQ_QUEUES, CELERY = engines.SETTINGS[TASK_ENGINE](environment.text("STAFFETTA_BROKER_URL"), SECRET_KEY)

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "staffetta.accounts.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "staffetta.accounts.passwords.ShortEnough"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "reports:overview"
LOGOUT_REDIRECT_URL = "accounts:login"

LANGUAGE_CODE = environment.language()
LOCALE_DIR = environment.text("STAFFETTA_LOCALE_DIR")  # own wording comes first, so it wins over the shipped one
LOCALE_PATHS = [*filter(None, [LOCALE_DIR]), PACKAGE / "cli" / "locale", PACKAGE / "config" / "locale"]
LANGUAGES = [("it", _("Italian")), ("en", _("English"))]
TIME_ZONE = environment.time_zone("STAFFETTA_TIME_ZONE", "Europe/Rome")
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = DATA_DIR / "files"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
IMPORT_MAX_BYTES = int(environment.number("STAFFETTA_IMPORT_MAX_MB", 100) * 1_000_000)
PHONE_PREFIX = environment.text("STAFFETTA_PHONE_PREFIX", "+39").lstrip("+0")  # of numbers without a country code
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "staffetta.work.entrance.upload_handler.UnnamedUploadHandler",
]
SPOOL_DIR = DATA_DIR / "spool"  # not /tmp, which is memory on many systems
BODY_IDLE_SECONDS = environment.number("STAFFETTA_BODY_IDLE_SECONDS", 10)
BODY_SECONDS = environment.number("STAFFETTA_BODY_SECONDS", 30)
UPLOAD_SECONDS = environment.number("STAFFETTA_UPLOAD_SECONDS", 900)
WAITING_REQUESTS = int(environment.number("STAFFETTA_WAITING_REQUESTS", 200))

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "https:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "manifest-src": [CSP.SELF],
}
SECURE_REFERRER_POLICY = "same-origin"
BEHIND_TLS = environment.flag("STAFFETTA_BEHIND_TLS", default=PUBLIC_URL.startswith("https://"))
TRUSTED_PROXIES = environment.networks("STAFFETTA_TRUSTED_PROXIES", "127.0.0.1,::1" if BEHIND_TLS else "")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
SECURE_HSTS_SECONDS = 365 * 86_400 if BEHIND_TLS else 0  # on plain http it would lock people out of other ports too
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, DEVICE_COOKIE_NAME, LANGUAGE_COOKIE_NAME, MESSAGES_COOKIE_NAME = (
    environment.cookie_name(name, SECRET_KEY, secure=BEHIND_TLS)
    for name in ("session", "csrf", "device", "language", "messages")
)
LANGUAGE_COOKIE_SECURE = BEHIND_TLS
SESSION_ENGINE = "staffetta.accounts.sessions"
SESSION_IDLE_MINUTES = environment.number("STAFFETTA_SESSION_IDLE_MINUTES", 480)
PASSWORD_AGAIN_MINUTES = environment.number("STAFFETTA_PASSWORD_AGAIN_MINUTES", 15)
MESSAGE_STORAGE = "staffetta.ui.messages.Messages"
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"

MAIL_HOST = environment.text("STAFFETTA_MAIL_HOST")  # none: no e-mail is sent
MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": MAIL_HOST,
            "port": int(environment.number("STAFFETTA_MAIL_PORT", 587)),
            "username": environment.text("STAFFETTA_MAIL_USER"),
            "password": environment.text("STAFFETTA_MAIL_PASSWORD"),
            "use_tls": environment.flag("STAFFETTA_MAIL_TLS", default=True),
            "timeout": 10,
        },
    }
}
DEFAULT_FROM_EMAIL = environment.text("STAFFETTA_MAIL_FROM", "staffetta@localhost")

LOG_LEVEL = environment.one_of("STAFFETTA_LOG_LEVEL", ("INFO", "DEBUG", "WARNING", "ERROR"))
# One line per job and per look for one: a worker would say nothing else.
QUIET = ("django_tasks_db", "django.tasks", "django_tasks", "apscheduler", "celery.app.trace", "celery.worker.strategy")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "staffetta.config.logs.RedactingFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {name: {"level": "WARNING"} for name in QUIET},
}
