"""The room's place in Django."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "staffetta.reports"
    label = "reports"
