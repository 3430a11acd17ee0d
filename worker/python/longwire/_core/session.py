from __future__ import annotations

from typing import Any

from . import messages as link
from .attempts import HeldAttempts, Stage
from .child_requests import ChildRequests
from .ending import with_count
from .limits import PROTOCOL_VERSION
from .link_counter import LinkCounter
from .names import partition_prefix
from .orders import CancelAttempt, ChildNews, GiveInput, Notice, Refusal, RevokedAttempt, StartAttempt
from .producer import ProducerSender
from .session_parts import HELLO_FIRST_US, Drain, Hello, Out, Output, Refusals, SessionOptions, State, Tail
from .wire import Malformed, Message, decode, encode

_MS = 1_000
_CONNECTING_US = 25 * _MS
_HELLO_LAST_US = 1_000 * _MS
_STEADY_US = 5_000 * _MS  # a session that lasted so long was no false start
_TAIL_PATIENCE_US = 100 * _MS
_REFUSALS_SAID_US = 5_000 * _MS
_CHILD_PAUSE_MS = 250  # at least, before one that there was no room for is asked for again
_TICK_BUSY_US = 50 * _MS
_TICK_IDLE_US = 250 * _MS


class WorkerSession:
    """A worker's end of the producer link, as a state machine: says hello until it is welcomed, keeps the session
    alive, begins a new one when it breaks, and holds the attempts and events that must outlive all that.

    Messages and times go in, and take_output() says what must be sent and done. Nothing here waits, opens or reads a
    clock.

    Bounds: events not acknowledged, `window_bytes`; attempts held, `capacity` and `waiting_max`.
    Time:   `now_us`, microseconds, never smaller than before.
    Thread: one at a time.
    """

    def __init__(self, options: SessionOptions, now_us: int) -> None:
        self._options = options
        self._sender = self._new_sender()
        self._counter = LinkCounter(now_us)
        self._hello = Hello()
        self._refusals = Refusals()
        self._drain = Drain()
        self._tail = Tail()
        self._out = Out()
        self._welcomed_us = 0
        self._partitions = 0
        self._prefixes: set[bytes] = set()  # heard by the events socket, partition prefixes only
        self._waiting = 0
        self._waiting_said = 0  # in this session
        self.attempts = HeldAttempts()
        self._children = ChildRequests()
        self.state = State.JOINING
        self.was_ever_live = False
        self.durability: int | None = None  # what the events acknowledged last survive; None before the first
        self._say_hello(now_us)

    @property
    def is_over(self) -> bool:
        return self.state not in (State.JOINING, State.LIVE)

    @property
    def unacknowledged_bytes(self) -> int:
        return self._sender.kept_bytes

    def has_room(self) -> bool:
        return self._sender.has_room()

    # What comes in.

    def receive(self, data: bytes, now_us: int) -> None:
        """A message of the link. Malformed ones end the session."""
        if self.is_over:
            return
        try:
            number, message = decode(link.BROKER_TO_WORKER, data)
        except Malformed as error:
            return self._session_over(f"malformed message: {error}", now_us)
        if isinstance(message, link.WorkerWelcome):
            # A broker that was held up may answer a hello of the life before this one. Nor does an answer to a hello
            # of the session before know what is held now.
            if message.incarnation != self._options.incarnation or not self._hello.is_said:
                return
            # While live, it answers a hello that had to be repeated. What we have sent since counts on from the last
            # hello, as the broker does.
            self._counter.peer_began_anew(now_us)
        elif isinstance(message, link.HelloRefused):
            pass  # final, whatever its number
        elif self.state is State.JOINING:
            return  # left over from the session before
        elif not isinstance(message, link.LinkReset) and not self._counter.accept(number, now_us):
            return self._session_over("a message of the broker is missing", now_us)
        self._handle(message, now_us)

    def heard(self, added: bool, prefix: bytes) -> None:
        """The events socket has heard a subscription come or go."""
        if len(prefix) > len(partition_prefix(0)):
            return  # narrower than a partition
        if added:
            self._prefixes.add(prefix)
        else:
            self._prefixes.discard(prefix)
        self._update_subscribed()

    def link_failed(self, now_us: int) -> None:
        """A message of the last output could not be sent."""
        if self.state is State.LIVE:
            return self._session_over("a message could not be sent", now_us)
        # A hello to nobody: it costs nothing to try again soon.
        self._hello.due_us = min(self._hello.due_us, now_us + _CONNECTING_US)
        self._hello.interval_us = HELLO_FIRST_US

    def emit(self, id: int, type: str, payload: bytes, time_us: int, is_last: bool, now_us: int) -> bool:
        """Takes one event of an attempt. False when the window is full: offer it again after the next output. An event
        of an attempt that is not running (any more) is dropped, and True returned. `is_last` ends the attempt; its
        payload is a map that leaves out how many events there were before it."""
        held = self.attempts.get(id)
        if held is None or held.stage is not Stage.RUNNING:
            return True
        if self._sender.kept_bytes == 0:
            self._tail.confirmed_us = max(self._tail.confirmed_us, now_us)
        if is_last:
            payload = with_count(payload, held.events)
        at = self._sender.emit(held.path, type, held.ref.attempt, payload, time_us, id)
        if at is None:
            return False
        held.last = at
        held.events += 1
        if is_last:
            self.attempts.stop(id, Stage.ENDED)
            self._children.remove_all(id)
        return True

    def start_child(self, id: int, name: str, fields: bytes, now_us: int) -> None:
        """Asks for a child of a running attempt by `fields`, a MessagePack map; again after each new session and while
        the broker has no room for it. ChildNews tell where it stands, until it has ended."""
        held = self.attempts.get(id)
        if held is None or held.stage is not Stage.RUNNING:
            return
        self._children.add(id, name, fields, now_us)
        self._ask_for_children(now_us)

    def waiting(self, count: int) -> None:
        """So many attempts wait for what others do; the broker is told, as far as `waiting_max`."""
        self._waiting = min(count, self._options.waiting_max)

    def give_back(self, id: int, reason: str, now_us: int) -> None:
        """The shell can't work on an attempt it was told to start."""
        held = self.attempts.get(id)
        if held is None:
            return
        if self.state is State.LIVE:
            self._hand_back(held.ref, reason, now_us)
        self._let_go(id)

    def drain(self, now_us: int) -> None:
        """Takes no more tasks and ends once those that run have ended, or their grace time has."""
        if self._drain.is_on:
            return
        until_us = now_us + self._options.drain_grace_us
        self._drain = Drain(True, until_us, until_us + self._options.drain_commit_us)
        if self.state is State.LIVE:
            self._send(link.WorkerDraining(), now_us)
        self._tick_drain(now_us)

    def tick(self, now_us: int) -> None:
        """Time has passed: fires what is due."""
        if self._drain.is_on:
            self._tick_drain(now_us)
        if self.state is State.JOINING and now_us >= self._hello.due_us:
            self._say_hello(now_us)
        if self.state is State.LIVE:
            self._tick_live(now_us)
        self._ask_for_children(now_us)

    def next_tick_us(self, now_us: int) -> int:
        """When tick() has something to do next."""
        if self.state is State.JOINING:
            return self._hello.due_us
        is_busy = self._sender.kept_bytes > 0 or self._drain.is_on
        return now_us + (_TICK_BUSY_US if is_busy else _TICK_IDLE_US)

    # What comes out.

    def take_output(self, now_us: int) -> Output:
        """Everything since the last call."""
        published: list[tuple[bytes, bytes]] = []
        if self.state is State.LIVE:
            if self._waiting != self._waiting_said:
                self._waiting_said = self._waiting
                self._send(link.AttemptsWaiting(self._waiting), now_us)
            for outgoing in self._sender.take_outgoing():
                if outgoing.over_link:
                    self._send(link.ResentEvents(outgoing.key, outgoing.envelopes), now_us)
                else:
                    published.append((outgoing.key, outgoing.envelopes))
        out, self._out = self._out, Out()
        return Output(out.link, published, out.orders)

    # The session's beginning and end.

    def _new_sender(self) -> ProducerSender:
        return ProducerSender(self._options.worker, self._options.incarnation, self._options.window_bytes)

    def _send(self, message: Message, now_us: int) -> None:
        self._out.link.append(encode(self._counter.next(now_us), message))

    def _notice(self, level: str, message: str) -> None:
        self._out.orders.append(Notice(level, message))

    def _say_hello(self, now_us: int) -> None:
        self._counter = LinkCounter(now_us)
        self._out.link.clear()  # what is left of an earlier session would only break this one
        self._send(
            link.WorkerHello(
                version=PROTOCOL_VERSION,
                worker=self._options.worker,
                incarnation=self._options.incarnation,
                kinds=self._options.kinds,
                capacity=self._options.capacity,
                program=self._options.program,
                running=tuple(held.ref for held in self.attempts.all.values()),
                acknowledged=self._sender.acknowledged(),
            ),
            now_us,
        )
        hello = self._hello
        hello.is_said = True
        hello.due_us = now_us + hello.interval_us
        hello.interval_us = min(hello.interval_us * 2, _HELLO_LAST_US)

    def _session_over(self, why: str, now_us: int) -> None:
        if self.state is not State.LIVE:
            return
        self._notice("warning", f"session with the broker is over: {why}")
        self.state = State.JOINING
        self._hello.is_said = False
        self._sender.disconnected()
        self._out.link.clear()
        if now_us - self._welcomed_us < _STEADY_US:
            self._hello.due_us = now_us + self._hello.interval_us  # a false start: no haste
        else:
            self._say_hello(now_us)

    def _start_anew(self, why: str, now_us: int) -> None:
        """The cluster has no memory of us: what it was to acknowledge it never will."""
        lost = self._sender.kept_bytes
        self._notice("error", f"{why}; all attempts are given up, with {lost} bytes of unacknowledged events")
        for id in list(self.attempts.all):
            self._revoke(id, why)
        self._options.incarnation = max(self._options.incarnation + 1, now_us)
        self._sender = self._new_sender()
        self._partitions = 0
        self.state = State.JOINING
        self._say_hello(now_us)

    def _broker_forgot(self, welcome: link.WorkerWelcome) -> bool:
        known = {position.partition: position.sequence for position in welcome.positions}
        return any(known.get(at.partition, 0) < at.sequence for at in self._sender.acknowledged())

    def _on_welcome(self, welcome: link.WorkerWelcome, now_us: int) -> None:
        if welcome.version != PROTOCOL_VERSION:
            self.state = State.REFUSED
            return self._notice(
                "error",
                f"broker speaks version {welcome.version} of the protocol, this worker {PROTOCOL_VERSION}",
            )
        if self._broker_forgot(welcome):
            return self._start_anew("the broker has lost events it had acknowledged", now_us)
        if not self._sender.welcome(welcome):
            return self._start_anew("the cluster's number of partitions has changed", now_us)
        if not self.was_ever_live:
            self._notice("info", f"welcomed by broker {welcome.broker}")
        self.state = State.LIVE
        self.was_ever_live = True
        self._welcomed_us = self._tail.confirmed_us = now_us
        self._hello.interval_us = HELLO_FIRST_US
        self._waiting_said = 0
        self._partitions = welcome.partitions
        self._update_subscribed()
        if self._options.described and welcome.newest >= link.DescribeKinds.KIND:
            self._send(link.DescribeKinds(self._options.described), now_us)
        if self._drain.is_on:
            self._send(link.WorkerDraining(), now_us)
        self._settle(now_us)
        self._children.ask_all_again(now_us)
        self._ask_for_children(now_us)

    def _update_subscribed(self) -> None:
        prefixes = tuple(self._prefixes)
        self._sender.set_subscribed(
            self._partitions > 0
            and all(partition_prefix(partition).startswith(prefixes) for partition in range(self._partitions))
        )

    def _handle(self, message: Any, now_us: int) -> None:
        if isinstance(message, link.EventsCommitted):
            self._on_committed(message, now_us)
        elif isinstance(message, link.WorkerWelcome):
            self._on_welcome(message, now_us)
        elif isinstance(message, link.ResendRequest):
            self._sender.resend(message)
        elif isinstance(message, link.AssignTask):
            self._on_assign(message, now_us)
        elif isinstance(message, link.CancelTask):
            if (id := self.attempts.id_of(message.attempt)) is not None:
                self._out.orders.append(CancelAttempt(id, message.reason))
        elif isinstance(message, link.TaskInput):
            self._on_input(message)
        elif isinstance(message, link.RevokeAttempt):
            self._revoke(self.attempts.id_of(message.attempt), message.reason)
        elif isinstance(message, link.EventRefused):
            self._on_refused(message, now_us)
        elif isinstance(message, link.ChildState):
            self._on_child_state(message)
        elif isinstance(message, link.ChildRefused):
            self._on_child_refused(message, now_us)
        elif isinstance(message, link.DescriptionRefused):
            why = f"{message.code}: {message.field}: {message.message}"
            self._notice("warning", f"the broker does not keep what is said of a kind: {why}")
        elif isinstance(message, link.LinkReset):
            self._session_over(f"reset by the broker: {message.reason}", now_us)
        elif isinstance(message, link.HelloRefused):
            self.state = State.REFUSED
            self._notice("error", f"the broker refuses this worker: {message.message}")

    # Events.

    def _on_committed(self, committed: link.EventsCommitted, now_us: int) -> None:
        self._tail.confirmed_us = now_us
        self.durability = committed.durability
        for position in committed.positions:
            self._sender.committed(position)
        self._settle(now_us)

    def _on_refused(self, refused: link.EventRefused, now_us: int) -> None:
        self._notice_refusal(refused, now_us)
        if refused.code in ("bad_request", "too_large"):
            return  # about the event, not about its attempt
        event = self._sender.find(refused.at)
        if event is not None:
            self._revoke(event.owner, refused.message)

    def _notice_refusal(self, refused: link.EventRefused, now_us: int) -> None:
        """A lost attempt can have thousands of events refused: one line in a while says so."""
        said = self._refusals
        said.unsaid += 1
        if said.said_us is not None and now_us - said.said_us < _REFUSALS_SAID_US:
            return
        self._notice("warning", f"{said.unsaid} events refused; the last: {refused.code}: {refused.message}")
        said.unsaid = 0
        said.said_us = now_us

    def _settle(self, now_us: int) -> None:
        """Lets go of attempts whose last event is acknowledged."""
        for id in self.attempts.stopped():
            held = self.attempts.all[id]
            if held.last is not None and not self._sender.is_committed(held.last):
                continue
            if held.stage is Stage.HANDING_BACK:
                if self.state is not State.LIVE:
                    continue
                self._hand_back(held.ref, "draining", now_us)
            self._let_go(id)

    # Attempts.

    def _let_go(self, id: int) -> None:
        self.attempts.remove(id)
        self._children.remove_all(id)

    def _hand_back(self, ref: link.AttemptRef, reason: str, now_us: int) -> None:
        self._send(link.HandBack(ref, reason), now_us)

    def _revoke(self, id: int | None, reason: str) -> None:
        held = self.attempts.get(id)
        if id is None or held is None:
            return
        if held.stage is Stage.RUNNING:
            self._out.orders.append(RevokedAttempt(id, reason))
        self._let_go(id)

    def _on_assign(self, assign: link.AssignTask, now_us: int) -> None:
        ref = assign.attempt
        if self.attempts.id_of(ref) is not None:
            return  # told again after a new session
        if self._drain.is_on:
            return self._hand_back(ref, "draining", now_us)
        if assign.kind not in self._options.kinds:
            return self._hand_back(ref, "kind is not served here", now_us)
        other = self.attempts.id_of_task(ref)
        if other is not None:
            if self.attempts.all[other].ref.attempt > ref.attempt:
                return self._hand_back(ref, "a later attempt runs here", now_us)
            self._revoke(other, "superseded by a later attempt")
        if self.attempts.running() >= self._options.capacity + self._options.waiting_max:
            return self._hand_back(ref, "no room", now_us)
        self._out.orders.append(
            StartAttempt(
                id=self.attempts.add(ref),
                realm=ref.realm,
                task=ref.task,
                kind=assign.kind,
                attempt=ref.attempt,
                run=assign.run,
                input=assign.input,
                timeout_ms=assign.timeout_ms,
            )
        )

    def _on_input(self, message: link.TaskInput) -> None:
        id = self.attempts.id_of(message.attempt)
        if id is None or message.offset <= self.attempts.all[id].last_input:
            return
        self.attempts.all[id].last_input = message.offset
        self._out.orders.append(GiveInput(id, message.offset, message.data))

    # Children.

    def _ask_for_children(self, now_us: int) -> None:
        if self.state is not State.LIVE:
            return
        for parent, name, fields in self._children.take_due(now_us):
            self._send(link.StartChild(self.attempts.all[parent].ref, name, fields), now_us)

    def _on_child_state(self, child: link.ChildState) -> None:
        id = self.attempts.id_of(child.attempt)
        if id is None:
            return
        news = ChildNews(id, child.name, child.task, child.state, child.result, child.error)
        if news.has_ended:
            self._children.remove(id, child.name)
        self._out.orders.append(news)

    def _on_child_refused(self, refused: link.ChildRefused, now_us: int) -> None:
        id = self.attempts.id_of(refused.attempt)
        if id is None or not self._children.has(id, refused.name):
            return
        if refused.code == "unavailable":
            pause_ms = max(refused.retry_after_ms, _CHILD_PAUSE_MS)
            return self._children.ask_again(id, refused.name, now_us + pause_ms * _MS)
        self._children.remove(id, refused.name)
        refusal = Refusal(refused.code, refused.message, refused.field)
        self._out.orders.append(ChildNews(id, refused.name, refused=refusal))

    # Time.

    def _tail_is_due(self, now_us: int) -> bool:
        newest = max(self._tail.confirmed_us, self._tail.said_us)
        return self._sender.kept_bytes > 0 and now_us - newest >= _TAIL_PATIENCE_US

    def _tick_live(self, now_us: int) -> None:
        if self._counter.is_peer_lost(now_us):
            return self._session_over("the broker is silent", now_us)
        if self._counter.is_heartbeat_due(now_us) or self._tail_is_due(now_us):
            self._tail.said_us = now_us
            self._send(link.WorkerHeartbeat(self._sender.published()), now_us)

    def _tick_drain(self, now_us: int) -> None:
        if self.is_over:
            return
        if now_us >= self._drain.until_us:
            for id, held in self.attempts.all.items():
                if held.stage is Stage.RUNNING:
                    self.attempts.stop(id, Stage.HANDING_BACK)
                    self._children.remove_all(id)
                    self._out.orders.append(RevokedAttempt(id, "the worker drains"))
            self._settle(now_us)
        if not self.attempts and self._sender.kept_bytes == 0:
            if self.state is State.LIVE:
                self._send(link.WorkerBye(), now_us)
            self.state = State.DONE
        elif now_us >= self._drain.give_up_us:
            self.state = State.LOST
            self._notice("error", f"drained, but {self._sender.kept_bytes} bytes of events are not acknowledged")
