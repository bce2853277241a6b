"""The room's place in Django."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "staffetta.contacts"
    label = "contacts"
