"""The room's place in Django."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "staffetta.ui"
    label = "ui"
