"""The persons of an account."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from bloodsight.people.access import persons_of
from bloodsight.people.forms import PersonForm

MOST = 200


@login_required
@require_safe
def persons(request: HttpRequest) -> HttpResponse:
    """The list of persons."""
    return render(request, "persons.html")


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new person of the signed-in account: right after sign-up, the account's first."""
    own = persons_of(request.user)
    form = PersonForm(request.POST or None)
    form.instance.account = request.user
    if request.method == "POST" and form.is_valid():
        if own.count() < MOST:
            return redirect("results:person", form.save().pk)
        form.add_error(None, f"An account holds at most {MOST} persons.")
    context = {"form": form, "first": not own.exists()}
    return render(request, "person_new.html", context, status=400 if form.errors else 200)
