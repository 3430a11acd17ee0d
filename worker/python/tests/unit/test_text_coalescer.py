from __future__ import annotations

import hashlib

from longwire._core.text_coalescer import PAUSE_US, PIECE_BYTES_MAX, WHOLE_BYTES_MAX, TextCoalescer


def take(text: TextCoalescer, now_us: int) -> str:
    piece = text.piece()["text"]
    text.piece_left(now_us)
    return str(piece)


def test_the_first_piece_is_due_at_once_and_the_next_after_a_pause() -> None:
    text = TextCoalescer("s")
    assert text.due_us(100) is None
    text.write("a")
    assert text.due_us(100) == 100
    assert text.piece() == {"stream": "s", "index": 0, "text": "a"}
    text.piece_left(100)
    text.write("b")
    text.write("")
    text.write("c")
    assert text.due_us(200) == 100 + PAUSE_US
    assert text.piece() == {"stream": "s", "index": 1, "text": "bc"}
    text.piece_left(100 + PAUSE_US)
    assert not text.is_waiting


def test_much_text_is_due_before_the_pause_is_over() -> None:
    text = TextCoalescer("s")
    text.write("a")
    take(text, 100)
    text.write("x" * PIECE_BYTES_MAX)
    assert text.due_us(101) == 101


def test_a_long_write_becomes_several_pieces() -> None:
    text = TextCoalescer("s")
    whole = "\N{GRINNING FACE}" * 100_000
    text.write(whole)
    pieces = []
    while text.is_waiting:
        pieces.append(take(text, 0))
    assert "".join(pieces) == whole
    assert all(len(piece.encode()) <= 2 * PIECE_BYTES_MAX for piece in pieces)
    assert text.index == len(pieces)


def test_what_is_written_while_a_piece_leaves_is_not_lost() -> None:
    text = TextCoalescer("s")
    text.write("a")
    text.piece()
    text.piece_left(0)
    text.write("b")
    assert take(text, 0) == "b"


def test_the_end_has_the_whole_text_and_its_hash() -> None:
    text = TextCoalescer("s")
    text.write("ab")
    text.write("c")
    take(text, 0)
    sha256 = hashlib.sha256(b"abc").hexdigest()
    assert text.end() == {"stream": "s", "index": 1, "text": "abc", "bytes": 3, "sha256": sha256}


def test_a_whole_that_is_too_long_is_told_by_its_length_and_hash_alone() -> None:
    text = TextCoalescer("s")
    text.write("x")
    text.write("ü" * (WHOLE_BYTES_MAX // 2))
    sha256 = hashlib.sha256(b"x" + "ü".encode() * (WHOLE_BYTES_MAX // 2)).hexdigest()
    assert text.end() == {"stream": "s", "index": 0, "bytes": WHOLE_BYTES_MAX + 1, "sha256": sha256}


def test_its_events_say_who_writes_and_whether_it_counts() -> None:
    text = TextCoalescer("s", "Ann")
    text.write("a")
    assert text.piece()["agent"] == "Ann"
    text.piece_left(0)
    assert text.discarded("the line broke") == {
        "stream": "s", "index": 1, "text": "", "bytes": 0, "sha256": hashlib.sha256().hexdigest(),
        "agent": "Ann", "discarded": True, "reason": "the line broke",
    }  # fmt: skip
