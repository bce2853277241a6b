"""The room's place in Django."""

from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "staffetta.work"
    label = "work"
