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
]
