"""How link messages become bytes: a MessagePack array [kind, number, fields…] (protocol/spec/links.md).

A message is a frozen dataclass; its fields' types say how each is written, and nothing else needs to be told. Of one
with `ADDED` an older peer leaves out so many at the end, which keep their defaults.
"""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any, Callable, ClassVar, NamedTuple, Protocol, TypeVar
from typing import get_args, get_origin, get_type_hints

import msgpack


class Malformed(ValueError):
    """Bytes that are not what they should be; the message says in what."""


@dataclasses.dataclass(frozen=True)
class _Range:
    low: int
    high: int


class _AsItIs:
    pass


U32 = Annotated[int, _Range(0, 2**32 - 1)]
U64 = Annotated[int, _Range(0, 2**64 - 1)]
I64 = Annotated[int, _Range(-(2**63), 2**63 - 1)]
Raw = Annotated[bytes, _AsItIs()]
"""One MessagePack value, carried as it is; no bytes stand for none."""


class Reader:
    """The values of some bytes, one after the other. What is not as asked for raises Malformed."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._unpacker: Any = msgpack.Unpacker(strict_map_key=False, max_buffer_size=max(len(data), 1))
        self._unpacker.feed(data)

    def _step(self, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except (ValueError, TypeError, msgpack.UnpackException) as error:
            raise Malformed(str(error) or type(error).__name__) from error

    def array(self) -> int:
        length: int = self._step(self._unpacker.read_array_header)
        return length

    def integer(self, range_: _Range) -> int:
        value = self._step(self._unpacker.unpack)
        if type(value) is not int or not range_.low <= value <= range_.high:
            raise Malformed(f"{value!r:.40} is no integer from {range_.low} to {range_.high}")
        return value

    def of_type(self, wanted: type) -> Any:
        value = self._step(self._unpacker.unpack)
        if type(value) is not wanted:
            raise Malformed(f"{value!r:.40} is no {wanted.__name__}")
        return value

    def raw(self) -> bytes:
        start = self._unpacker.tell()
        self._step(self._unpacker.skip)
        value = self._data[start : self._unpacker.tell()]
        return b"" if value == b"\xc0" else value

    def at_end(self) -> bool:
        at: int = self._unpacker.tell()
        return at == len(self._data)


class Codec(NamedTuple):
    write: Callable[[Any, Callable[[bytes], None]], None]
    read: Callable[[Reader], Any]


class Message(Protocol):
    KIND: ClassVar[int]


_M = TypeVar("_M")

_codecs: dict[type, list[Codec]] = {}
_packer: Any = msgpack.Packer(use_bin_type=True)


def record(cls: type[_M]) -> type[_M]:
    """Makes a dataclass known: a message, or a group of fields within some. A definition that cannot be written is
    found out when the module is imported."""
    hints = get_type_hints(cls, include_extras=True)
    _codecs[cls] = [_codec_of(hints[field.name]) for field in dataclasses.fields(cls)]
    return cls


def encode(number: int, message: Message) -> bytes:
    codecs = _codecs[type(message)]
    parts: list[bytes] = [_packer.pack_array_header(2 + len(codecs)), _packer.pack(message.KIND), _packer.pack(number)]
    _write_fields(message, codecs, parts.append)
    return b"".join(parts)


def decode(known: dict[int, type[Any]], data: bytes) -> tuple[int, Any]:
    """The number and the message, of one of the `known` kinds. Further fields at the end are passed over: a later
    version may have added them."""
    reader = Reader(data)
    elements = reader.array()
    if elements < 2:
        raise Malformed("is not [kind, number, fields...]")
    kind = reader.integer(_Range(0, 2**64 - 1))
    number = reader.integer(_Range(0, 2**64 - 1))
    if kind not in known:
        raise Malformed(f"is of unknown kind {kind}")
    message = _read_fields(reader, known[kind], elements - 2)
    if not reader.at_end():
        raise Malformed(f"has bytes behind it, of kind {kind}")
    return number, message


def _write_fields(value: Any, codecs: list[Codec], put: Callable[[bytes], None]) -> None:
    for field, codec in zip(dataclasses.fields(value), codecs):
        codec.write(getattr(value, field.name), put)


def _read_fields(reader: Reader, cls: type[Any], given: int) -> Any:
    codecs = _codecs[cls]
    if given < len(codecs) - getattr(cls, "ADDED", 0):
        raise Malformed(f"{cls.__name__} has {given} of {len(codecs)} fields")
    value = cls(*[codec.read(reader) for codec in codecs[:given]])
    for _ in range(len(codecs), given):
        reader.raw()
    return value


def _codec_of(hint: Any) -> Codec:
    if get_origin(hint) is Annotated:
        note = hint.__metadata__[0]
        if isinstance(note, _Range):
            return Codec(_write_packed, lambda reader: reader.integer(note))
        return Codec(lambda value, put: put(value or b"\xc0"), Reader.raw)
    if hint in (str, bytes):
        return Codec(_write_packed, lambda reader: reader.of_type(hint))
    if get_origin(hint) is tuple:
        return _array_of(_codec_of(get_args(hint)[0]))
    return _nested(hint)


def _write_packed(value: Any, put: Callable[[bytes], None]) -> None:
    put(_packer.pack(value))


def _array_of(element: Codec) -> Codec:
    def write(values: Any, put: Callable[[bytes], None]) -> None:
        put(_packer.pack_array_header(len(values)))
        for value in values:
            element.write(value, put)

    def read(reader: Reader) -> Any:
        return tuple(element.read(reader) for _ in range(reader.array()))

    return Codec(write, read)


def _nested(cls: type[Any]) -> Codec:
    codecs = _codecs[cls]

    def write(value: Any, put: Callable[[bytes], None]) -> None:
        put(_packer.pack_array_header(len(codecs)))
        _write_fields(value, codecs, put)

    return Codec(write, lambda reader: _read_fields(reader, cls, reader.array()))
