"""What the throttling policies leave to somebody who tries for a whole day, by the best plan."""

from __future__ import annotations

from datetime import timedelta

import pytest

from auth.login_flow import MAX_CODE_ATTEMPTS
from auth.throttle import ThrottlePolicy
from resolvers.policy.throttling import ADDRESS, FLOW_START, PERSON_CHECK, SECOND_PROOF

DAY = timedelta(days=1)
NONE = timedelta(0)


def attempts_within(policy: ThrottlePolicy, span: timedelta, *, burst: int) -> int:
    """How many attempts fit, when after every `burst` of them the count is left to lapse."""
    at, attempts, counted = NONE, 0, 0
    while at < span:
        attempts, counted = attempts + 1, counted + 1
        at += policy.delays[min(counted, len(policy.delays)) - 1]
        if counted == burst:
            at, counted = at + policy.window, 0
    return attempts


def most_attempts_in_a_day(policy: ThrottlePolicy) -> int:
    bursts = range(1, 4 * len(policy.delays))
    never = 1_000_000
    return max(attempts_within(policy, DAY, burst=burst) for burst in (*bursts, never))


def test_the_count_of_attempts_is_right_where_it_can_be_told_by_hand() -> None:
    policy = ThrottlePolicy(timedelta(hours=5), [NONE, timedelta(hours=8)])
    assert attempts_within(policy, DAY, burst=100) == 4  # at 0, 0, 8 and 16 o'clock
    assert attempts_within(policy, DAY, burst=1) == 5  # at 0, 5, 10, 15 and 20 o'clock


def test_a_code_is_guessed_on_a_given_day_with_odds_of_less_than_one_to_five_thousand() -> None:
    guesses = most_attempts_in_a_day(SECOND_PROOF) * MAX_CODE_ATTEMPTS
    assert guesses / 1_000_000 < 1 / 5_000


def test_an_impostor_comes_before_the_camera_a_few_dozen_times_a_day_at_most() -> None:
    assert most_attempts_in_a_day(PERSON_CHECK) < 40


@pytest.mark.parametrize("policy", [ADDRESS, FLOW_START])
def test_many_behind_one_address_get_as_much_as_an_attacker_who_pauses(
    policy: ThrottlePolicy,
) -> None:
    """Their count never lapses: they live on the last wait. The attacker begins anew."""
    steady = DAY / policy.delays[-1]
    assert steady >= 0.95 * most_attempts_in_a_day(policy)
