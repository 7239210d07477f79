"""Persons as JSON."""

from __future__ import annotations

import uuid
from typing import Any

from django.urls import URLPattern, path
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bloodsight.api_fields import Day, Text
from bloodsight.people.access import person_of, persons_of
from bloodsight.people.forms import birth_date_problem
from bloodsight.people.models import SEXES, UNIT_SYSTEMS, Person
from bloodsight.people.views import MOST


class PersonSerializer(serializers.ModelSerializer[Person]):
    """A person: {"id", "name", "sex", "born_on", "unit_system"}."""

    name = Text(max_length=100)
    sex = serializers.ChoiceField(
        choices=[name for name, _ in SEXES],
        default="unstated",
        error_messages={"invalid_choice": f"Sex is one of {', '.join(name for name, _ in SEXES)}."},
    )
    born_on = Day(allow_null=True, required=False)
    unit_system = serializers.ChoiceField(
        choices=[name for name, _ in UNIT_SYSTEMS],
        default="reported",
        error_messages={"invalid_choice": f"Units are one of {', '.join(name for name, _ in UNIT_SYSTEMS)}."},
    )

    class Meta:
        model = Person
        fields = ("id", "name", "sex", "born_on", "unit_system")

    def validate_born_on(self, born: Any) -> Any:
        """Refuses a birth date that can't be one."""
        if born and (problem := birth_date_problem(born)):
            raise ValidationError(problem)
        return born


class Persons(APIView):
    def get(self, request: Request) -> Response:
        """The account's persons."""
        return Response(PersonSerializer(persons_of(request.user), many=True).data)

    def post(self, request: Request) -> Response:
        """Makes a person of the account."""
        if persons_of(request.user).count() >= MOST:
            raise ValidationError([f"An account holds at most {MOST} persons."])
        form = PersonSerializer(data=_object(request.data))
        form.is_valid(raise_exception=True)
        form.save(account=request.user)
        return Response(form.data, status=201)


class OnePerson(APIView):
    def get(self, request: Request, person_id: uuid.UUID) -> Response:
        """One person."""
        return Response(PersonSerializer(person_of(request.user, person_id)).data)

    def patch(self, request: Request, person_id: uuid.UUID) -> Response:
        """Changes what the body names."""
        person = person_of(request.user, person_id)
        form = PersonSerializer(person, data=_object(request.data), partial=True)
        form.is_valid(raise_exception=True)
        form.save()
        return Response(form.data)

    def delete(self, request: Request, person_id: uuid.UUID) -> Response:
        """Deletes the person with all visits, results and imports."""
        person_of(request.user, person_id).erase()
        return Response(status=204)


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise ValidationError(['Send an object, as {"name": "Maya"}.'])
    return body


urlpatterns: list[URLPattern] = [
    path("persons/", Persons.as_view(), name="persons"),
    path("persons/<uuid:person_id>/", OnePerson.as_view(), name="person"),
]
