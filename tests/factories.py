"""Accounts and persons for tests. Alice owns, Bob is a stranger."""

from datetime import date

import factory

from bloodsight.people.models import Person, User


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence("user{}@example.org".format)
    password = factory.django.Password("correct horse")


class PersonFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Person

    account = factory.SubFactory(UserFactory)
    name = "Maya"
    sex = "female"
    born_on = date(1963, 6, 14)
