"""What every page's header needs to know."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from bloodsight.people.access import persons_of


def persons(request: HttpRequest) -> dict[str, Any]:
    """The account's persons, and the one whose pages these are (the first where the address names none)."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"persons": [], "active_person": None}
    kept = getattr(request, "persons", None)  # a view may have asked before the page's header does
    if kept is not None:
        return dict(kept)
    own = list(persons_of(user))
    match = getattr(request, "resolver_match", None)
    wanted = match.kwargs.get("person_id") if match else None
    active = next((person for person in own if person.pk == wanted), own[0] if own else None)
    request.persons = {"persons": own, "active_person": active}  # type: ignore[attr-defined]
    return dict(request.persons)  # type: ignore[attr-defined]
