"""The garbage collector looks between pages, and still looks."""

import gc
import weakref
from collections.abc import Callable, Iterable, Iterator

import pytest

from openflex.core import memory


class Ring:
    """Only the collector finds that nobody needs it."""

    def __init__(self) -> None:
        self.myself = self


class Body:
    def __init__(self) -> None:
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        return iter([b"one", b"two"])

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def thresholds() -> Iterator[None]:
    """The collector is as before afterwards."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def page(body: Iterable[bytes]) -> Callable[..., Iterable[bytes]]:
    return lambda environ, start_response: body


@pytest.mark.usefixtures("thresholds")
def test_what_a_page_left_is_collected_once_its_answer_has_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "OBJECTS", 100)
    body = Body()
    answer = memory.collect_between_pages(page(body))({}, lambda *args: None)
    left = [weakref.ref(Ring()) for _ in range(60_000)]  # more than the collector waits for elsewhere
    assert b"".join(answer) == b"onetwo"
    assert all(one() is not None for one in left)
    answer.close()
    assert body.closed
    assert all(one() is None for one in left)


@pytest.mark.usefixtures("thresholds")
@pytest.mark.parametrize(
    ("counts", "generation"), [((0, 0, 0), None), ((50_001, 0, 0), 0), ((50_001, 11, 0), 1), ((9, 11, 11), 2)]
)
def test_the_oldest_generation_that_is_due(
    counts: tuple[int, int, int], generation: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    monkeypatch.setattr(gc, "collect", lambda generation=2: looked.append(generation))
    monkeypatch.setattr(gc, "get_count", lambda: counts)
    memory.collect_between_pages(page([]))({}, lambda *args: None).close()
    assert looked == ([] if generation is None else [generation])
