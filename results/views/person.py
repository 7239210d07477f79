"""A person's details, where a change is weighed against the results it would touch."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from bloodsight.people.forms import PersonForm
from markers.reference import Subject
from results import access
from results.queries import changed_ranges


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Name, sex and birth date; where results would be compared with another range, says how many and asks."""
    person = access.person_of(request.user, person_id)
    form = PersonForm(request.POST or None, instance=person)
    if request.method != "POST" or not form.is_valid():
        return render(request, "person_edit.html", {"form": form, "person": person}, status=400 if form.errors else 200)
    changed = Subject(form.cleaned_data["sex"], form.cleaned_data["born_on"])
    stored = access.person_of(request.user, person_id)
    count = changed_ranges(stored, changed)
    if count and request.POST.get("confirmed") != str(count):
        return render(request, "person_edit.html", {"form": form, "person": stored, "count": count})
    form.save()
    messages.success(request, "The details were saved. No value was changed.")
    return redirect("results:person", person_id)


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Says what would be deleted with the person, and deletes it once the name is typed."""
    person = access.person_of(request.user, person_id)
    typed = request.POST.get("name", "")
    if request.method == "POST" and typed.split() == person.name.split():  # a page shows any run of blanks as one
        person.erase()
        messages.success(request, "The person, with every visit, result and document, was deleted.")
        return redirect("people:list")
    counts = {
        "results": person.results.count(),
        "visits": person.visits.count(),
        "imports": person.imports.count(),
    }
    context = {"person": person, "counts": counts, "typed": typed, "mismatch": request.method == "POST"}
    return render(request, "person_delete.html", context, status=400 if context["mismatch"] else 200)
