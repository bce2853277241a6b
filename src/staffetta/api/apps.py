"""The room's place in Django."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "staffetta.api"
    label = "api"

    def ready(self) -> None:
        from staffetta.api import idempotency, log_call
        from staffetta.work import sweep

        sweep.register("idempotency keys", 3600, idempotency.prune)
        sweep.register("call log", 3600, log_call.prune)
