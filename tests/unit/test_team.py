"""What a team learns from a block, by a clock of the test's own."""

from collections import defaultdict
from threading import get_ident
from types import SimpleNamespace

import pytest

from glassnet.engines.compiled.kernels import PATIENCE
from glassnet.engines.threads import pool as teams


@pytest.fixture
def clock(monkeypatch):
    """Seconds go by where a thread works, and where the test says that all of them wait."""
    worked, waited = defaultdict(float), [0.0]
    time = SimpleNamespace(
        thread_time=lambda: worked[get_ident()], perf_counter=lambda: waited[0] + worked[get_ident()]
    )
    monkeypatch.setattr(teams, "time", time)
    monkeypatch.setattr(teams, "usable_cores", lambda: 2)
    return SimpleNamespace(worked=worked, waited=waited)


def test_the_time_until_a_member_is_woken_is_not_taken_for_a_neighbours(clock, monkeypatch):
    learnt = []
    monkeypatch.setattr(teams.TeamSize, "learn", lambda size, *block: learnt.append(block))
    team = teams.Team(0, 2, PATIENCE)
    begin = team._others[0].begin

    def late(work):
        clock.waited[0] += 1.0
        return begin(work)

    def kernel(me, threads, shared, steps):
        assert threads == 2
        clock.worked[get_ident()] += 0.01 * steps

    team._others[0].begin = late
    team.run(lambda together: together(kernel, 3, 3), teams.WORTH_A_TEAM)
    assert learnt == [(3, pytest.approx(1.03), pytest.approx(1.0))]


def test_there_are_no_more_threads_than_have_something_to_do(clock):
    for wanted, useful, most in ((0, 1, 1), (0, 2, 2), (0, 5, 2), (5, 3, 3), (1, 9, 1)):
        members = set()
        team = teams.Team(wanted, useful, PATIENCE)
        assert team.most == most

        def kernel(me, threads, shared, members=members):
            members.add((me, threads))

        team.run(lambda together, kernel=kernel: together(kernel, 1), teams.WORTH_A_TEAM)
        assert members == {(me, most) for me in range(most)}


def test_a_little_work_is_done_by_the_leader_alone(monkeypatch):
    monkeypatch.setattr(teams, "WORTH_A_TEAM", 100)
    team, did = teams.Team(2, 2, PATIENCE), []

    def kernel(me, threads, shared, name):
        did.append((name, me, threads))

    assert team.run(lambda together: (together(kernel, 1, "little"), "done")[1], 99) == "done"
    assert did == [("little", 0, 1)]
    team.run(lambda together: together(kernel, 1, "much"), 100)
    assert sorted(did[1:]) == [("much", 0, 2), ("much", 1, 2)]


@pytest.mark.parametrize("work", [0, teams.WORTH_A_TEAM])
def test_who_fails_leaves_the_team_free(work):
    team = teams.Team(2, 2, PATIENCE)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            team.run(lambda together: 1 / 0, work)
    assert team.run(lambda together: "done", work) == "done"
