"""Bringing a document: upload, review, confirm, undo."""

from __future__ import annotations

import uuid
from collections import Counter

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from markers.queries import catalogue
from results import access
from results.actions.imports import NeedsAnswer, confirm, read_document
from results.actions.imports import undo as take_back
from results.models import Import

STATES = {"ready": "Ready", "check": "Check", "unreadable": "Can't read", "stored": "Stored already"}


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Takes a file and reads it into rows for review."""
    person = access.person_of(request.user, person_id)
    problem = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            problem = "Choose a file first."
        elif (file.size or 0) > settings.UPLOAD_LIMIT:
            problem = f"The file is larger than {settings.UPLOAD_LIMIT // 1_000_000} MB. Nothing was saved."
        else:
            batch = read_document(person=person, content=file.read(), file_name=file.name or "")
            if batch.status != "failed":
                return redirect("results:import", person_id, batch.pk)
            problem = batch.problem
    context = {"person": person, "problem": problem, "limit": settings.UPLOAD_LIMIT // 1_000_000, "section": "visits"}
    return render(request, "import_new.html", context, status=400 if problem else 200)


@login_required
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, person_id: uuid.UUID, import_id: uuid.UUID) -> HttpResponse:
    """The rows of a document; saves the Ready ones and those that were ticked."""
    person = access.person_of(request.user, person_id)
    batch = access.import_of(request.user, import_id, person)
    unanswered, ticked = False, set[int]()
    if request.method == "POST":
        sent = request.POST.getlist("accept")
        ticked = {int(one) for one in sent if one.isdecimal() and one.isascii() and len(one) < 20}
        accept = "all" if request.POST.get("all") else ticked
        try:
            saved = confirm(batch=batch, accept=accept, this_person=request.POST.get("this_person") == "yes")
            replaced = f" Stored before, {_were(saved.replaced)} replaced by a newer version." if saved.replaced else ""
            messages.success(request, f"{_were(saved.results)} saved.{replaced}")
            return redirect("results:import", person_id, import_id)
        except NeedsAnswer:
            unanswered = True
    context = _context(batch) | {"person": person, "unanswered": unanswered, "ticked": ticked, "section": "visits"}
    return render(request, "import.html", context, status=400 if unanswered else 200)


@login_required
@require_POST
def undo(request: HttpRequest, person_id: uuid.UUID, import_id: uuid.UUID) -> HttpResponse:
    """Takes back everything an import saved."""
    person = access.person_of(request.user, person_id)
    count = take_back(batch=access.import_of(request.user, import_id, person))
    messages.success(request, f"The import was undone: {_were(count)} removed.")
    return redirect("results:import", person_id, import_id)


def _were(count: int) -> str:
    return f"{count} result was" if count == 1 else f"{count} results were"


def _context(batch: Import) -> dict[str, object]:
    known = catalogue().by_id
    rows = list(batch.rows.all())
    groups = [
        (state, word, [(row, known[row.marker_id].name if row.marker_id else "") for row in rows if row.state == state])
        for state, word in (
            ("check", "Check"),
            ("unreadable", "Can't read"),
            ("ready", "Ready"),
            ("stored", "Stored already"),
        )
    ]
    counts = Counter(row.state for row in rows)
    return {
        "batch": batch,
        "groups": [group for group in groups if group[2]],
        "counts": [(counts[state], word) for state, word in STATES.items() if counts[state]],
        "saved": sum(row.accepted for row in rows),
        "ready": counts["ready"],
    }
