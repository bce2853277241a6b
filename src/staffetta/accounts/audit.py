"""Record what people did."""

from django.db.models import Model

from staffetta.accounts.models import AuditEntry, User


def record(actor: User | None, deed: str, target: Model | None = None, **details: object) -> None:
    """Append one entry. `deed` is a code worded in the interface; `details` must hold no secrets."""
    AuditEntry.objects.create(
        actor=actor,
        actor_name=str(actor) if actor else "Staffetta",
        deed=deed,
        target=f"{target._meta.label_lower}:{target.pk}" if target is not None else "",
        target_name=str(target)[:200] if target is not None else "",
        details=details,
    )
