"""What may be typed as a value, what is asked about, and where the true value can lie."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction

import pytest

from markers.quantity import COMPARATORS, LONGEST, WORDS, Quantity, ValueProblem, parse_value, read_value
from tests.plain import span

NUMBERS = [
    # typed, comparator, number
    ("4.10", "", "4.10"),
    ("4,10", "", "4.10"),
    ("0", "", "0"),
    ("007", "", "7"),
    ("0.00000001", "", "0.00000001"),
    ("123456789.012345", "", "123456789.012345"),
    ("+5", "", "5"),
    ("-0.5", "", "-0.5"),
    (".5", "", "0.5"),
    (",5", "", "0.5"),
    ("5.", "", "5"),
    ("5,", "", "5"),
    ("<0.5", "<", "0.5"),
    ("<0,5", "<", "0.5"),
    ("< 0.5", "<", "0.5"),
    ("<\u00a00.5", "<", "0.5"),
    ("<=5", "<=", "5"),
    ("≤5", "<=", "5"),
    (">=1000", ">=", "1000"),
    ("≥1000", ">=", "1000"),
    (">1000", ">", "1000"),
    ("<-5", "<", "-5"),
    ("<0", "<", "0"),
    ("0.123", "", "0.123"),
    ("1.234", "", "1.234"),
    ("1234.567", "", "1234.567"),
    ("1,2345", "", "1.2345"),
    ("1,23", "", "1.23"),
    ("9" * 40, "", "9" * 40),
    ("<" + "0" * 37 + ".5", "<", "0.5"),
]
ASKED = [
    # typed, kind of the question
    ("1,234", "thousands"),
    ("0,123", "thousands"),
    (",123", "thousands"),
    ("-1,234", "thousands"),
    ("<1,234", "thousands"),
    ("1234,567", "thousands"),
    ("1,234,567", "thousands"),
    ("1.234.567", "thousands"),
    ("1.234,5", "thousands"),
    ("1,234.5", "thousands"),
    ("1'234", "thousands"),
    ("1’234", "thousands"),
    ("1\u2009234", "thousands"),
    ("1 234", "thousands"),
    ("1 234,5", "thousands"),
    ("1\u00a0234", "thousands"),
    ("1\u202f234", "thousands"),
    ("1_000", "thousands"),
    ("1e3", "exponent"),
    ("1E3", "exponent"),
    ("1.2e3", "exponent"),
    ("1,2e3", "other"),
    ("<1e-3", "exponent"),
    ("1e2000000", "other"),
    ("４.１", "digits"),
    ("٤.١", "digits"),
    ("4.1²", "digits"),
    ("१", "digits"),
    ("", "other"),
    ("   ", "other"),
    (".", "other"),
    ("<", "other"),
    ("+-5", "other"),
    ("--5", "other"),
    ("- 5", "other"),
    ("<<5", "other"),
    ("<>5", "other"),
    ("=5", "other"),
    ("5<", "other"),
    ("~5", "other"),
    ("4 10", "other"),
    ("1.2.3", "other"),
    ("1,2,3", "other"),
    ("1.,2", "other"),
    ("5 mg", "other"),
    ("5mg", "other"),
    ("5%", "other"),
    ("3-7", "other"),
    ("½", "other"),
    ("1/2", "other"),
    ("0x10", "other"),
    ("NaN", "other"),
    ("Infinity", "other"),
    ("4.1\n5", "other"),
    ("4.1\x00", "other"),
    ("4.1\u200b", "other"),
    ("high", "other"),
    ("see note", "other"),
    ("1" * 41, "long"),
    ("<" + "1" * 40, "long"),
    ("<" + " " * 39 + "5", "long"),
]
WORDS_TYPED = ["negative", "Negative", "NEG", "trace", "not detected", "Non-Reactive", "weakly positive", "present"]
WORDS_TYPED += ["absent", "none", "+", "++++", "-", "1:80", "<1:40", ">=1:640", "> 1:1280", "indeterminate"]


@pytest.mark.parametrize(("typed", "comparator", "number"), NUMBERS)
def test_a_number_is_read_and_its_text_kept(typed, comparator, number):
    value = parse_value(typed)
    assert value.text == typed
    assert (value.comparator, value.number) == (comparator, Decimal(number))
    assert read_value(typed) == value


@pytest.mark.parametrize(("typed", "kind"), ASKED)
def test_what_could_be_misread_is_asked_about(typed, kind):
    with pytest.raises(ValueProblem) as asked:
        parse_value(typed)
    assert asked.value.kind == kind
    assert asked.value.message.endswith((".", "?"))


@pytest.mark.parametrize("blanks", [" {} ", "\t{}\n", "\u00a0{}\u00a0", "\r\n{}"])
def test_outer_blanks_are_trimmed_and_nothing_else(blanks):
    assert parse_value(blanks.format("4.10")).text == "4.10"


def test_forty_characters_are_counted_without_the_outer_blanks():
    assert LONGEST == 40
    assert parse_value(f"  {'1' * 40}  ").number == Decimal("1" * 40)


@pytest.mark.parametrize("typed", WORDS_TYPED)
def test_words_and_titers_are_kept_as_text(typed):
    value = parse_value(typed)
    assert (value.text, value.comparator, value.number) == (typed, "", None)
    assert read_value(typed) == value


def test_the_list_of_words_holds_plain_words_alone():
    assert {"negative", "present", "absent", "borderline", "indeterminate", "+", "-"} <= WORDS
    assert all(word == " ".join(word.split()).casefold() and word for word in WORDS)
    assert len(WORDS) == 27


@pytest.mark.parametrize(
    ("stored", "number"),
    [
        ("1E-22", "1E-22"),
        ("1.0e0", "1.0"),
        ("<1e-3", "0.001"),
        ("63.70000000000001", "63.70000000000001"),
        ("1,234", None),
        ("1e61", None),
        ("1e-61", None),
        ("1e999999", None),
        ("0e-999999", None),
        ("0E+999999", None),
        ("4.1 mg", None),
        ("", None),
    ],
)
def test_a_stored_number_may_carry_an_exponent_that_can_be_written_out(stored, number):
    value = read_value(stored)
    assert value.text == stored
    assert value.number == (None if number is None else Decimal(number))
    assert number is None or len(format(value.number, "f")) < 100


def test_20000_numbers_made_from_whole_numbers_come_back_exactly():
    chance = random.Random(20261003)
    for _ in range(20_000):
        digits, places = chance.randrange(10 ** chance.randrange(1, 19)), chance.randrange(0, 12)
        sign, mark = chance.choice(["", "", "+", "-"]), chance.choice(".,")
        whole, part = divmod(digits, 10**places)
        typed = f"{whole}{mark}{part:0{places}d}" if places else str(whole)
        typed = f"{chance.choice(list(COMPARATORS))}{sign}{typed}"
        if mark == "," and places == 3:
            with pytest.raises(ValueProblem):
                parse_value(typed)
            continue
        exact = Fraction(digits, 10**places) * (-1 if sign == "-" else 1)
        assert parse_value(typed).text == typed
        assert Fraction(parse_value(typed).number) == exact, typed


def accepts(text: str) -> bool:
    """The grammar of a number once more, character by character."""
    rest = text
    for sign in ("<=", ">=", "<", ">", "≤", "≥"):
        if rest.startswith(sign):
            rest = rest.removeprefix(sign).lstrip(" ")
            break
    rest = rest[1:] if rest[:1] in ("+", "-") else rest
    marks = [place for place, letter in enumerate(rest) if letter in ".,"]
    digits = [letter for letter in rest if letter in "0123456789"]
    if not digits or len(marks) > 1 or len(digits) + len(marks) != len(rest):
        return False
    return not (marks and rest[marks[0]] == "," and len(rest) - marks[0] == 4)


def test_100000_random_texts_are_accepted_by_the_grammar_alone():
    chance = random.Random(7)
    kept = 0
    for _ in range(100_000):
        text = "".join(chance.choices("0123456789.,<>=≤≥+-e '_", k=chance.randrange(1, 7))).strip()
        if text.casefold() in WORDS:
            continue
        try:
            parse_value(text)
        except ValueProblem:
            assert not accepts(text), text
        else:
            kept += 1
            assert accepts(text), text
    assert 10_000 < kept < 90_000


SPANS = [
    ("", "4.1", span("4.1", "4.1")),
    ("", "0", span("0", "0")),
    ("", "-2", span("-2", "-2")),
    ("<", "1", span("0", "1", high_strict=True)),
    ("<=", "1", span("0", "1")),
    ("<", "0", span(None, "0", high_strict=True)),
    ("<=", "0", span("0", "0")),
    ("<", "-5", span(None, "-5", high_strict=True)),
    ("<=", "-5", span(None, "-5")),
    (">", "7", span("7", None, low_strict=True)),
    (">=", "7", span("7", None)),
    (">", "0", span("0", None, low_strict=True)),
    (">", "-5", span("-5", None, low_strict=True)),
]


@pytest.mark.parametrize(("comparator", "number", "where"), SPANS)
def test_the_true_value_lies_where_the_comparator_says_and_not_below_0(comparator, number, where):
    assert Quantity(Decimal(number), "mg/L", comparator).span == where
