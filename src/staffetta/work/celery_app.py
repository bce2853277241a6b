"""The Celery application: for whoever enqueues with STAFFETTA_TASKS=celery, and for the worker of `staffetta jobs`."""

from celery import Celery  # type: ignore[import-untyped]  # the package ships no types
from django.conf import settings

app = Celery("staffetta")
app.conf.update(settings.CELERY)
app.autodiscover_tasks()
