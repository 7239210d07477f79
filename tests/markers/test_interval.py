"""Spans of numbers: bounds inclusive, strict or missing, and 0 as a bound."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest

from markers.interval import Interval
from tests.plain import span

WITHIN = [
    # inner, outer, within
    (span("3", "7"), span("3", "7"), True),
    (span("3", "7"), span("3", None), True),
    (span("3", "7"), span(None, "7"), True),
    (span("3", "7"), span(None, None), True),
    (span("3", None), span("3", "7"), False),
    (span(None, "7"), span("3", "7"), False),
    (span(None, None), span("3", "7"), False),
    (span("3", None), span("3", None), True),
    (span("3", "7"), span("3", "7", high_strict=True), False),
    (span("3", "7", high_strict=True), span("3", "7", high_strict=True), True),
    (span("3", "7", high_strict=True), span("3", "7"), True),
    (span("3", "7"), span("3", "7", low_strict=True), False),
    (span("3", "7", low_strict=True), span("3", "7"), True),
    (span("0", "0"), span("0", "5"), True),
    (span("0", "0"), span("0", "5", low_strict=True), False),
    (span("-1", "1"), span("0", "5"), False),
    (span("3.0", "7.00"), span("3", "7"), True),
]
BELOW = [
    # one, other, every number of the one below every number of the other
    (span("1", "2"), span("3", "7"), True),
    (span("1", "3"), span("3", "7"), False),
    (span("1", "3", high_strict=True), span("3", "7"), True),
    (span("1", "3"), span("3", "7", low_strict=True), True),
    (span("1", None), span("3", "7"), False),
    (span(None, "2"), span("3", None), True),
    (span("1", "2"), span(None, "7"), False),
    (span("-2", "-1"), span("0", "5"), True),
    (span(None, "0"), span("0", "5"), False),
    (span(None, "0", high_strict=True), span("0", "5"), True),
    (span("0", "0"), span("0", "5"), False),
]


@pytest.mark.parametrize(("inner", "outer", "within"), WITHIN)
def test_a_span_lies_within_another_only_if_all_of_it_does(inner, outer, within):
    assert inner.is_within(outer) is within


@pytest.mark.parametrize(("one", "other", "below"), BELOW)
def test_a_span_is_below_another_only_if_all_of_it_is(one, other, below):
    assert one.is_below(other) is below
    assert other.is_above(one) is below


@pytest.mark.parametrize(
    ("bounds", "is_open"),
    [((None, None), True), (("0", None), False), ((None, "0"), False), (("0", "0"), False)],
)
def test_only_a_span_without_any_bound_is_open(bounds, is_open):
    assert span(*bounds).is_open is is_open


@pytest.mark.parametrize(("low", "high"), [("7", "3"), ("0", "-0.1"), ("1.0000001", "1")])
def test_bounds_the_wrong_way_round_are_refused(low, high):
    with pytest.raises(ValueError, match="is above the upper bound"):
        span(low, high)


def test_bounds_are_compared_exactly():
    third = Interval(Fraction(1, 3), Fraction(1, 3))
    assert not third.is_within(Interval(Decimal("0.3333333333333333333333333334"), None))
    assert third.is_within(Interval(Decimal("0.3333333333333333333333333333"), None))


def test_every_pair_of_small_spans_agrees_with_the_numbers_they_hold():
    """Bounds none or 0 to 4, inclusive and strict, each with each; the numbers are the halves from -3 to 7."""
    spans = []
    for low, high, low_strict, high_strict in product(*[[None, 0, 1, 2, 3, 4]] * 2, *[[False, True]] * 2):
        held = {
            half
            for half in range(-6, 15)
            if (low is None or half > 2 * low or (half == 2 * low and not low_strict))
            and (high is None or half < 2 * high or (half == 2 * high and not high_strict))
        }
        if held:
            ends = (None if bound is None else Decimal(bound) for bound in (low, high))
            spans.append((Interval(*ends, low_strict, high_strict), held))
    for (one, numbers), (other, others) in product(spans, spans):
        assert one.is_within(other) is (numbers <= others), (one, other)
        assert one.is_below(other) is (max(numbers) < min(others)), (one, other)
    assert len(spans) == 89
