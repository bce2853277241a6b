"""The room's place in Django."""

from django.apps import AppConfig


class CommunicationsConfig(AppConfig):
    name = "staffetta.communications"
    label = "communications"
