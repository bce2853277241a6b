"""The room's place in Django."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "staffetta.events"
    label = "events"
