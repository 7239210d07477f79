"""A person's visits: the list, one of them, deleting one and bringing it back."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from results import access, queries
from results.actions.visits import delete_visit, restore_visit
from results.interpretation import WORDS
from results.models import KEPT_DELETED


@login_required
@require_safe
def visits(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Every visit, the newest first; deleted ones with a way back; imported documents."""
    person = access.person_of(request.user, person_id)
    context = {
        "person": person,
        "visits": queries.visit_list(person),
        "deleted": queries.recently_deleted(person, timezone.now() - KEPT_DELETED),
        "imports": list(person.imports.exclude(status="failed")[:50]),
        "section": "visits",
    }
    return render(request, "visits.html", context)


@login_required
@require_safe
def visit(request: HttpRequest, person_id: uuid.UUID, visit_id: uuid.UUID) -> HttpResponse:
    """One visit with each result, its range and its position."""
    person = access.person_of(request.user, person_id)
    found = access.visit_of(request.user, visit_id, person)
    judged = queries.judged_results(found)
    counted = queries.count_positions(judged)
    counts = [(counted[position], word) for position, word in WORDS.items() if counted[position]]
    context = {"person": person, "visit": found, "judged": judged, "counts": counts, "section": "visits"}
    return render(request, "visit.html", context)


@login_required
@require_POST
def delete(request: HttpRequest, person_id: uuid.UUID, visit_id: uuid.UUID) -> HttpResponse:
    """Deletes a visit; the list offers to bring it back."""
    person = access.person_of(request.user, person_id)
    try:
        delete_visit(visit=access.visit_of(request.user, visit_id, person))
    except Http404:  # pressed twice
        access.deleted_visit_of(request.user, visit_id, person)
    return redirect(f"{_list(person_id)}?deleted={visit_id}")


@login_required
@require_POST
def restore(request: HttpRequest, person_id: uuid.UUID, visit_id: uuid.UUID) -> HttpResponse:
    """Brings a deleted visit back with all its results."""
    person = access.person_of(request.user, person_id)
    try:
        restore_visit(gone=access.deleted_visit_of(request.user, visit_id, person))
    except Http404:  # pressed twice
        access.visit_of(request.user, visit_id, person)
    return redirect("results:visit", person_id, visit_id)


def _list(person_id: uuid.UUID) -> str:
    return redirect("results:visits", person_id).url
