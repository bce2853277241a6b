"""Pages of this room."""

from django.urls import path

from staffetta.communications import views

app_name = "communications"
urlpatterns = [
    path("communications/", views.browse, name="list"),
    path("communications/new/", views.new, name="new"),
    path("communications/<int:pk>/", views.show, name="show"),
    path("communications/<int:pk>/edit/", views.change, name="edit"),
    path("communications/<int:pk>/summary/", views.summary, name="summary"),
    path("communications/<int:pk>/left-out/<slug:reason>/", views.people_left_out, name="left_out"),
    path("communications/<int:pk>/preview/", views.preview, name="preview"),
    path("communications/<int:pk>/contacts/", views.search_contacts, name="contacts"),
    path("communications/<int:pk>/test/", views.send_test, name="test"),
    path("communications/<int:pk>/start/", views.start, name="start"),
    path("communications/<int:pk>/progress/", views.progress, name="progress"),
    path("communications/<int:pk>/stop/", views.stop, name="stop"),
    path("communications/<int:pk>/schedule/", views.schedule, name="schedule"),
    path("communications/<int:pk>/unschedule/", views.unschedule, name="unschedule"),
    path("communications/<int:pk>/hours/", views.hours, name="hours"),
    path("communications/<int:pk>/pause/", views.pause, name="pause"),
    path("communications/<int:pk>/resume/", views.resume, name="resume"),
    path("communications/<int:pk>/duplicate/", views.duplicate, name="duplicate"),
    path("communications/<int:pk>/delete/", views.delete, name="delete"),
    path("transactional-messages/", views.transactional_list, name="transactional_list"),
    path("transactional-messages/new/", views.transactional_new, name="transactional_new"),
    path("transactional-messages/<slug:name>/", views.transactional_show, name="transactional_show"),
    path("transactional-messages/<slug:name>/edit/", views.transactional_change, name="transactional_edit"),
    path("transactional-messages/<slug:name>/switch/", views.transactional_switch, name="transactional_switch"),
    path("transactional-messages/<slug:name>/accept/", views.transactional_resume, name="transactional_accept"),
    path("transactional-messages/<slug:name>/delete/", views.transactional_delete, name="transactional_delete"),
]
