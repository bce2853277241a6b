"""Pages of this room."""

from django.urls import path

from staffetta.sync import views

app_name = "sync"
BASE = "channels/<int:pk>/sync/"
ONE = BASE + "<int:sync_id>/"
urlpatterns = [
    path(BASE, views.browse, name="list"),
    path(BASE + "new/", views.new, name="new"),
    path(ONE, views.show, name="show"),
    path(ONE + "edit/", views.edit, name="edit"),
    path(ONE + "choices/", views.choices, name="choices"),
    path(ONE + "accept/", views.accept, name="accept"),
    path(ONE + "delete/", views.delete, name="delete"),
    path(ONE + "rehearse/", views.rehearse, name="rehearse"),
    path(ONE + "start/", views.start, name="start"),
    path(ONE + "conflicts/", views.conflicts, name="conflicts"),
    path(ONE + "rejects/", views.rejects, name="rejects"),
    path(ONE + "rejects/<int:row_id>/", views.correct, name="correct"),
    path(ONE + "runs/<int:run_id>/", views.run, name="run"),
    path(ONE + "runs/<int:run_id>/cancel/", views.cancel, name="cancel"),
    path(ONE + "runs/<int:run_id>/undo/", views.undo, name="undo"),
    path(ONE + "runs/<int:run_id>/consent/", views.consent, name="consent"),
]
