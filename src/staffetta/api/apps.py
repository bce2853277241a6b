"""The room's place in Django."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "staffetta.api"
    label = "api"
