"""A few reads at a time: in the order in which they came, and a slow one holds up nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from auth import turns
from auth.turns import AT_ONCE, Turns


@pytest.fixture(autouse=True)
def _none_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long this machine leaves us waiting."""
    monkeypatch.setattr(turns, "SLOW_SECONDS", 60.0)


class Works:
    """Works that go on until they are let."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.has_begun: dict[int, asyncio.Event] = {}
        self._may_end: dict[int, asyncio.Event] = {}

    def numbered(self, number: int) -> Callable[[], Awaitable[int]]:
        self._may_end[number], self.has_begun[number] = asyncio.Event(), asyncio.Event()

        async def work() -> int:
            self.begun.append(number)
            self.has_begun[number].set()
            await self._may_end[number].wait()
            return number

        return work

    def let(self, number: int) -> None:
        self._may_end[number].set()


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def begun(line: Turns, works: Works, numbers: range) -> list[asyncio.Task[int]]:
    tasks = [asyncio.create_task(line.take(works.numbered(one))) for one in numbers]
    await settled()
    return tasks


async def test_a_few_go_at_once_and_the_next_follow_as_they_came() -> None:
    line, works = Turns(2), Works()
    tasks = await begun(line, works, range(5))
    assert works.begun == [0, 1]
    works.let(1)
    await settled()
    assert works.begun == [0, 1, 2]
    for one in (0, 2, 3, 4):
        works.let(one)
    assert await asyncio.gather(*tasks) == [0, 1, 2, 3, 4]
    assert works.begun == [0, 1, 2, 3, 4]


async def test_what_takes_long_gives_its_turn_to_the_next_and_has_none_to_give_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "SLOW_SECONDS", 0.01)
    line, works = Turns(1), Works()
    slow = await begun(line, works, range(1))
    monkeypatch.setattr(turns, "SLOW_SECONDS", 60.0)
    tasks = await begun(line, works, range(1, 4))
    await asyncio.wait_for(works.has_begun[1].wait(), 5)
    works.let(0)
    assert await slow[0] == 0
    await settled()
    assert works.begun == [0, 1]
    for one in (1, 2, 3):
        works.let(one)
    assert await asyncio.gather(*tasks) == [1, 2, 3]


async def test_who_fails_or_goes_away_leaves_his_turn() -> None:
    line, works = Turns(1), Works()

    async def failing() -> int:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - ours
        await line.take(failing)
    first, second, third, fourth = await begun(line, works, range(4))
    second.cancel()
    first.cancel()
    await settled()
    assert works.begun == [0, 2]
    works.let(2)
    works.let(3)
    assert [await third, await fourth] == [2, 3]
    assert first.cancelled()
    assert second.cancelled()


async def test_as_many_go_at_once_as_is_said() -> None:
    works = Works()
    tasks = await begun(Turns(), works, range(AT_ONCE + 3))
    assert len(works.begun) == AT_ONCE
    for number, _ in enumerate(tasks):
        works.let(number)
    await asyncio.gather(*tasks)
