"""Between handlers on many threads and the link's: nothing is lost, and no wake-up is missed."""

from __future__ import annotations

import select
import threading

from longwire._doorbell import Doorbell
from longwire._event_buffer import Event, EventBuffer, Pushed

THREADS, EACH = 4, 3_000


def test_what_threads_push_arrives_in_each_one_s_order() -> None:
    doorbell = Doorbell()
    room = threading.Event()
    buffer = EventBuffer(7, 20_000, doorbell, room.set)

    def push(thread: int) -> None:
        for i in range(EACH):
            event = Event(str(thread), b"%d" % i, 0, False)
            while buffer.push(event) is Pushed.FULL:
                room.wait(1)
                room.clear()

    threads = [threading.Thread(target=push, args=(thread,)) for thread in range(THREADS)]
    for thread in threads:
        thread.start()
    seen: dict[str, list[int]] = {str(thread): [] for thread in range(THREADS)}
    while sum(map(len, seen.values())) < THREADS * EACH:
        ready, _, _ = select.select([doorbell], [], [], 30)
        assert ready, "nobody has rung"
        assert set(doorbell.take()) <= {7}
        for event in buffer.take():
            seen[event.type].append(int(event.payload))
    for thread in threads:
        thread.join()
    assert all(numbers == list(range(EACH)) for numbers in seen.values())
    doorbell.close()


def test_a_full_buffer_says_when_it_has_room_and_a_closed_one_too() -> None:
    doorbell = Doorbell()
    told: list[int] = []
    buffer = EventBuffer(7, 100, doorbell, lambda: told.append(1))
    assert buffer.push(Event("log", b"x" * 200, 0, False)) is Pushed.TAKEN
    assert buffer.push(Event("log", b"", 0, False)) is Pushed.FULL
    assert len(buffer.take()) == 1 and told == [1]
    assert buffer.take() == [] and told == [1], "told once"
    buffer.push(Event("log", b"x" * 200, 0, False))
    buffer.push(Event("log", b"", 0, False))
    buffer.close()
    assert told == [1, 1]
    assert buffer.push(Event("log", b"", 0, False)) is Pushed.CLOSED


def test_a_doorbell_rings_once_for_many() -> None:
    doorbell = Doorbell()
    for attempt in (1, 2, 1):
        doorbell.ring(attempt)
    doorbell.ring()
    assert doorbell.take() == [1, 2, 1]
    assert select.select([doorbell], [], [], 0)[0] == []
    assert doorbell.take() == []
    doorbell.close()
    doorbell.ring(3)  # nobody is at home any more
