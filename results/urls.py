"""The pages of one person's results."""

from django.urls import URLPattern, path

from results.views import home, imports, marker, person, person_panel, visit_form, visits

app_name = "results"
PERSON = "people/<uuid:person_id>/"
VISIT = PERSON + "visits/<uuid:visit_id>/"

urlpatterns: list[URLPattern] = [
    path("", home.welcome, name="welcome"),
    path("home", home.home, name="home"),
    path(PERSON, home.overview, name="person"),
    path(PERSON + "edit", person.edit, name="person_edit"),
    path(PERSON + "delete", person.delete, name="person_delete"),
    path(PERSON + "markers/", home.markers, name="markers"),
    path(PERSON + "markers/<slug:slug>/", marker.marker, name="marker"),
    path(PERSON + "panels/<slug:slug>/", person_panel.person_panel, name="panel"),
    path(PERSON + "visits/", visits.visits, name="visits"),
    path(PERSON + "visits/new", visit_form.new, name="visit_new"),
    path(VISIT, visits.visit, name="visit"),
    path(VISIT + "edit", visit_form.edit, name="visit_edit"),
    path(VISIT + "delete", visits.delete, name="visit_delete"),
    path(VISIT + "restore", visits.restore, name="visit_restore"),
    path(PERSON + "import/", imports.new, name="import_new"),
    path(PERSON + "import/<uuid:import_id>/", imports.review, name="import"),
    path(PERSON + "import/<uuid:import_id>/undo", imports.undo, name="import_undo"),
]
