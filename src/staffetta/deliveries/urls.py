"""Pages of this room."""

from django.urls import path

from staffetta.deliveries import views

app_name = "deliveries"
urlpatterns = [
    path("communications/<int:pk>/people/", views.people, name="people"),
    path("communications/<int:pk>/people.csv", views.export, name="export"),
    path("communications/<int:pk>/uncertain/", views.settle_all, name="settle_all"),
    path("messages/<uuid:public_id>/", views.show, name="show"),
    path("messages/<uuid:public_id>/settle/", views.settle_one, name="settle"),
    path("messages/rules/", views.rules, name="rules"),
    path("messages/paused/<str:kind>/<int:subject>/", views.paused, name="paused"),
    path("messages/paused/<str:kind>/<int:subject>/again/", views.try_again, name="try_again"),
]
