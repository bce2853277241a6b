"""Pages of this room."""

from django.urls import URLPattern

app_name = "channels"
urlpatterns: list[URLPattern] = []
