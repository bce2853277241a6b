"""The room's place in Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "staffetta.accounts"
    label = "accounts"
