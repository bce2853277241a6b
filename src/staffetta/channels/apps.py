"""The room's place in Django."""

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "staffetta.channels"
    label = "channels"
