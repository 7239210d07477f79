"""Pages of an account's persons; a person's own pages stand in results."""

from django.urls import URLPattern, path

from bloodsight.people import views

app_name = "people"

urlpatterns: list[URLPattern] = [
    path("people/", views.persons, name="list"),
    path("people/new/", views.new, name="new"),
]
