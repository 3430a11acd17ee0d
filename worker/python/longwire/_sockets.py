"""The worker's two sockets, each option set on purpose (protocol/zmq/socket.cc)."""

from __future__ import annotations

from typing import Any

import zmq

from ._core.limits import LINK_MESSAGE_BYTES_MAX

# The queues are bounded in bytes by the window; these marks, in messages, only have to lie above it.
_QUEUE_MESSAGES_MAX = 200_000


class BadEndpoint(ValueError):
    """An endpoint that ZeroMQ does not understand."""


def connect_events(context: zmq.Context[Any], endpoint: str) -> zmq.Socket[Any]:
    """Events out. An XPUB, so that the broker's subscriptions are heard."""
    socket = _make(context, zmq.XPUB)
    socket.setsockopt(zmq.XPUB_VERBOSE, 1)
    return _connected(socket, endpoint)


def connect_link(context: zmq.Context[Any], endpoint: str, name: str) -> zmq.Socket[Any]:
    """The producer link. Nothing is queued for a broker that isn't there."""
    socket = _make(context, zmq.DEALER)
    socket.setsockopt(zmq.ROUTING_ID, name.encode())
    socket.setsockopt(zmq.IMMEDIATE, 1)
    return _connected(socket, endpoint)


def _make(context: zmq.Context[Any], kind: int) -> zmq.Socket[Any]:
    socket: zmq.Socket[Any] = context.socket(kind)
    for option, value in (
        (zmq.LINGER, 0),
        (zmq.SNDHWM, _QUEUE_MESSAGES_MAX),
        (zmq.RCVHWM, _QUEUE_MESSAGES_MAX),
        (zmq.MAXMSGSIZE, LINK_MESSAGE_BYTES_MAX),
        (zmq.HEARTBEAT_IVL, 2_000),
        (zmq.HEARTBEAT_TIMEOUT, 6_000),
        (zmq.HEARTBEAT_TTL, 6_000),
        (zmq.HANDSHAKE_IVL, 5_000),
        (zmq.RECONNECT_IVL, 50),
        (zmq.RECONNECT_IVL_MAX, 2_000),
        (zmq.IPV6, 1),
    ):
        socket.setsockopt(option, value)
    return socket


def _connected(socket: zmq.Socket[Any], endpoint: str) -> zmq.Socket[Any]:
    try:
        socket.connect(endpoint)
    except zmq.ZMQError as error:
        socket.close()
        raise BadEndpoint(f"{error}: {endpoint}") from error
    return socket


def receive(socket: zmq.Socket[Any]) -> bytes | None:
    """The first frame of the next message, if there is one; what else a message has is passed over."""
    try:
        frame = socket.recv(zmq.NOBLOCK)
        while socket.getsockopt(zmq.RCVMORE):
            socket.recv(zmq.NOBLOCK)
    except zmq.Again:
        return None
    return frame


def send(socket: zmq.Socket[Any], frame: bytes, more: bool = False) -> bool:
    """False if it would have to wait."""
    try:
        socket.send(frame, zmq.NOBLOCK | (zmq.SNDMORE if more else 0))
    except zmq.Again:
        return False
    return True
