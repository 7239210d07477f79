"""The API of one person's results."""

from django.urls import URLPattern

from results.api import imports, timeline, visits

urlpatterns: list[URLPattern] = [*visits.urlpatterns, *timeline.urlpatterns, *imports.urlpatterns]
