"""The room's place in Django."""

from django.apps import AppConfig


class DeliveriesConfig(AppConfig):
    name = "staffetta.deliveries"
    label = "deliveries"
