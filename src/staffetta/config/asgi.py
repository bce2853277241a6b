"""What the web server runs: the entrance in front of Django's own handler."""

from django.conf import settings
from django.urls import get_resolver

from staffetta.config.loading import without_rubbish
from staffetta.config.wsgi import application as pages

# isort: split
from staffetta.accounts.long_bodies import permission
from staffetta.api.busy import busy
from staffetta.work.entrance.application import Entrance
from staffetta.work.entrance.bounds import Bounds
from staffetta.work.entrance.proxies import Proxies

with without_rubbish():
    get_resolver().url_patterns  # noqa: B018  (loads every page now, not with the first request)
application = Entrance(
    pages,
    permission,
    busy,
    Bounds(
        spool=settings.SPOOL_DIR,
        idle_seconds=settings.BODY_IDLE_SECONDS,
        body_seconds=settings.BODY_SECONDS,
        upload_seconds=settings.UPLOAD_SECONDS,
        waiting=settings.WAITING_REQUESTS,
    ),
    Proxies(settings.TRUSTED_PROXIES),
)
