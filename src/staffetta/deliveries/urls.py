"""Pages of this room."""

from django.urls import URLPattern

app_name = "deliveries"
urlpatterns: list[URLPattern] = []
