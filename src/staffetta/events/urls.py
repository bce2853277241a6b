"""Pages of this room."""

from django.urls import path

from staffetta.events import views

app_name = "events"
urlpatterns = [
    path("channels/<int:pk>/stop-proof/", views.prove_now, name="prove_stop"),
    path("channels/<int:pk>/test-number/", views.set_test_number, name="test_number"),
]
