"""Pages of this room."""

from django.urls import path

from staffetta.contacts import views

app_name = "contacts"
urlpatterns = [
    path("", views.browse, name="list"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.show, name="show"),
    path("<int:pk>/edit/", views.change, name="edit"),
    path("<int:pk>/delete/", views.delete, name="delete"),
    path("fields/", views.fields, name="fields"),
    path("fields/new/", views.new_field, name="new_field"),
    path("fields/<int:pk>/edit/", views.edit_field, name="edit_field"),
    path("fields/<int:pk>/delete/", views.delete_field, name="delete_field"),
    path("contacts.csv", views.export_file, {"kind": "csv"}, name="export_csv"),
    path("contacts.xlsx", views.export_file, {"kind": "xlsx"}, name="export_xlsx"),
    path("lists/", views.lists, name="lists"),
    path("lists/new/", views.make_list, name="make_list"),
    path("lists/add/", views.add_to_list, name="add_to_list"),
    path("lists/<int:pk>/delete/", views.delete_list, name="delete_list"),
    path("lists/<int:pk>/leave/<int:contact>/", views.leave_list, name="leave_list"),
    path("audiences/new/", views.new_audience, name="new_audience"),
    path("audiences/count/", views.count_rules, name="count_rules"),
    path("audiences/<int:pk>/", views.audience, name="audience"),
    path("audiences/<int:pk>/count/", views.count_audience, name="count_audience"),
    path("audiences/<int:pk>/edit/", views.edit_audience, name="edit_audience"),
    path("audiences/<int:pk>/duplicate/", views.duplicate_audience, name="duplicate_audience"),
    path("audiences/<int:pk>/delete/", views.delete_audience, name="delete_audience"),
    path("blacklist/", views.suppressions, name="suppressions"),
    path("blacklist/new/", views.suppress, name="suppress"),
    path("blacklist/<int:pk>/lift/", views.lift, name="lift"),
    path("imports/", views.imports, name="imports"),
    path("imports/new/", views.upload, name="upload"),
    path("imports/<int:pk>/", views.show_import, name="import"),
    path("imports/<int:pk>/columns/", views.columns, name="columns"),
    path("imports/<int:pk>/preview/", views.preview, name="preview"),
    path("imports/<int:pk>/start/", views.start, name="start"),
    path("imports/<int:pk>/discard/", views.discard, name="discard"),
    path("imports/<int:pk>/cancel/", views.cancel, name="cancel"),
    path("imports/<int:pk>/undo/", views.undo, name="undo"),
    path("imports/<int:pk>/progress/", views.progress, name="progress"),
    path("imports/<int:pk>/rejects.csv", views.rejects_file, name="rejects"),
]
