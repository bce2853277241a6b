"""What this room does when the clock was set: opt-outs are read anew."""

from datetime import datetime

from django.db.models import Q

from staffetta.events.models import ReadMark


def repair(after: datetime) -> None:
    """Forget readings that began in the future: nobody knows how old they are."""
    ReadMark.objects.filter(Q(at__gt=after) | Q(problem_at__gt=after)).update(at=None, problem="", problem_at=None)
