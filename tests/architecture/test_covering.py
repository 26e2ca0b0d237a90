"""Covering arrays of the tests: they contain every valid pair of values, and no invalid one."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from support.cases import RULE_PAIRS
from support.covering import covering
from support.formulas import ELEMENTWISE

ANY = [("a", "b", "c"), (1, 2), (True, False), (None,), "xyz"]
OUTPUTS = {pair[2] for pair in RULE_PAIRS}
RULES = [[pair[:2] for pair in RULE_PAIRS], [pair[2] for pair in RULE_PAIRS], ELEMENTWISE, (1, 2, 3, 4), (False, True)]


def always(*case):
    return True


def is_valid(rule_and_loss, output, *others):
    return (*rule_and_loss, output) in RULE_PAIRS


def missing_pairs(cases, factors, allowed):
    """Pairs of values in an allowed case of the full product, but in none of these cases."""
    possible = [case for case in product(*factors) if allowed(*case)]
    left_out = []
    for i, j in combinations(range(len(factors)), 2):
        wanted, found = ({(case[i], case[j]) for case in some} for some in (possible, cases))
        left_out += sorted(wanted - found, key=repr)
    return left_out


@pytest.mark.parametrize(
    ("factors", "allowed", "most"),
    [
        (ANY, always, 11),
        (ANY, lambda letter, number, *others: (letter, number) != ("b", 2), 11),
        (RULES, is_valid, len(OUTPUTS) * len(ELEMENTWISE) * 4 // 3),  # every pair
        ([range(9), range(9)], lambda one, other: one != other, 72),
        ([range(3)] * 4, always, 13),  # the minimum is 9
        ([ELEMENTWISE], always, 0),  # one factor alone has no pairs
    ],
)
def test_cases_contain_exactly_the_valid_pairs(factors, allowed, most):
    cases = covering(*factors, allowed=allowed)
    assert all(allowed(*case) for case in cases)
    assert missing_pairs(cases, factors, allowed) == []
    assert len(cases) == len(set(cases)) <= most
    assert cases == covering(*factors, allowed=allowed)
    if len(factors) == 2:  # then every case has a pair that no other has
        for left_out in cases:
            others = [case for case in cases if case != left_out]
            assert missing_pairs(others, factors, allowed) == [left_out], "a missing pair is not detected"


def test_three_factors_are_covered_by_combining_two():
    """Every valid combination of rule, loss and output activation must occur."""
    cases = covering(*RULES, allowed=is_valid)
    assert {(*rule_and_loss, output) for rule_and_loss, output, *_ in cases} == set(RULE_PAIRS)
