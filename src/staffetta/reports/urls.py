"""Pages of this room."""

from django.urls import path

from staffetta.reports import views

app_name = "reports"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("system/", views.system, name="system"),
    path("system/set-aside/", views.set_aside, name="set_aside"),
    path("health", views.health, name="health"),
    path("metrics", views.metrics, name="metrics"),
]
