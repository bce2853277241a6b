"""What this room does when the clock was set: opt-outs are read anew."""

from datetime import datetime

from django.db.models import Q

from staffetta.events.models import ReadMark, StartKnowledge


def repair(after: datetime) -> None:
    """Forget readings that began in the future: nobody knows how old they are."""
    marks = ReadMark.objects
    marks.filter(Q(at__gt=after) | Q(problem_at__gt=after)).update(at=None, problem="", problem_at=None)
    marks.filter(absent_at__gt=after).update(absent="", absent_at=None)
    marks.filter(customers_at__gt=after).update(customers_at=None, customers_ended_at=None)
    marks.filter(customers_problem_at__gt=after).update(customers_problem="", customers_problem_at=None)
    marks.filter(round_began__gt=after).update(round_began=None, round_place={}, round_number=0)
    StartKnowledge.objects.filter(began__gt=after).delete()
