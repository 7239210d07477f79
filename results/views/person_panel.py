"""All values of a panel of one person, visit by visit."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from markers.queries import catalogue
from results import access
from results.panel import Row, together
from results.queries import panel_facts, series_of_panel


@login_required
@require_safe
def person_panel(request: HttpRequest, person_id: uuid.UUID, slug: str) -> HttpResponse:
    """Each marker of a panel over the last visits that hold any of them, or over older ones."""
    person = access.person_of(request.user, person_id)
    known = catalogue()
    panel = panel_facts(slug, known)
    only = "results" if request.GET.get("only") == "results" else ""
    table = together(series_of_panel(person, panel, known), _number(request.GET.get("skip", "")))
    context = {
        "person": person,
        "panel": panel,
        "table": table,
        "rows": [row for row in table.rows if row.count or not only],
        "only": only,
        "lacking": not (person.born_on and person.sex != "unstated") and any(_has_no_range(row) for row in table.rows),
        "section": "markers",
    }
    return render(request, "person_panel.html", context)


def _number(asked: str) -> int:
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else 0


def _has_no_range(row: Row) -> bool:
    return row.judgment is not None and row.judgment.interval is None
