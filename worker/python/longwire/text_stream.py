from __future__ import annotations

import asyncio
from types import TracebackType
from typing import TYPE_CHECKING

from ._core.text_coalescer import TextCoalescer
from ._event_buffer import Pushed
from .errors import EmitError, Revoked

if TYPE_CHECKING:
    from .context import TaskContext


class TextStream:
    """A text that grows, such as a model's tokens: `text.delta {stream, index, text, agent?}` for each piece, then
    `text.done {stream, index, text?, bytes, sha256, agent?}` with the whole text, its length and its hash; of one of
    more than 256 KiB without the text.

    Tokens are joined on their way: the first one leaves at once, further ones 30 ms after the piece before, or when 32
    KiB have come together. Any other event of the task that is emitted meanwhile comes behind what was written before.

        async with ctx.text("answer") as text:
            async for token in tokens:
                await text.write(token)

    Leaving the block in the ordinary way ends the text; leaving it by an exception does not.
    """

    def __init__(self, ctx: TaskContext, stream: str, agent: str | None) -> None:
        self._ctx = ctx
        self._text = TextCoalescer(stream, agent)
        self._timer: asyncio.TimerHandle | None = None
        self._is_done = False

    async def write(self, text: str) -> None:
        """Adds to the text. Waits where the events not yet acknowledged fill their bound."""
        if self._is_done:
            raise EmitError(f"the text '{self._text.stream}' has been ended")
        try:
            self._text.write(text)
        except UnicodeEncodeError as error:
            raise EmitError(f"the text '{self._text.stream}' cannot be packed: {error}") from error
        if self._text.is_waiting:
            self._ctx._texts.add(self)
        await self._flush(all=False)
        self._set_timer()

    async def done(self) -> None:
        """Ends the text. Once."""
        await self._finish()
        await self._ctx.emit("text.done", self._text.end())

    async def discard(self, reason: str) -> None:
        """Ends a text that is not to count, because what made it broke off and begins anew as another text: `text.done`
        with `discarded` and the reason. In place of done()."""
        await self._finish()
        await self._ctx.emit("text.done", self._text.discarded(reason))

    async def __aenter__(self) -> TextStream:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is None and not self._is_done:
            await self.done()

    async def _finish(self) -> None:
        if self._is_done:
            raise EmitError(f"the text '{self._text.stream}' has been ended")
        self._is_done = True
        await self._flush(all=True)

    async def _flush(self, all: bool, wait: bool = True) -> bool:
        """Emits the pieces that are due, or all. False if there is no room for them and it is not to wait for some."""
        while self._text.is_waiting and (all or self._is_due()):
            pushed = self._push_piece()
            if pushed is Pushed.CLOSED:
                raise Revoked("the attempt is over")
            if pushed is Pushed.FULL:
                if not wait:
                    return False
                await self._ctx._room()
        if not self._text.is_waiting:
            self._ctx._texts.discard(self)
        return True

    def _is_due(self) -> bool:
        now_us = self._ctx._now_us()
        due_us = self._text.due_us(now_us)
        return due_us is not None and due_us <= now_us

    def _push_piece(self) -> Pushed:
        pushed = self._ctx._push("text.delta", self._text.piece())
        if pushed is Pushed.TAKEN:
            self._text.piece_left(self._ctx._now_us())
        return pushed

    def _set_timer(self) -> None:
        if self._timer is not None or not self._text.is_waiting:
            return
        now_us = self._ctx._now_us()
        due_us = self._text.due_us(now_us) or now_us
        self._timer = asyncio.get_running_loop().call_later(max(due_us - now_us, 1_000) / 1e6, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        if self._is_due() and self._push_piece() is Pushed.CLOSED:
            return
        if self._text.is_waiting:
            self._set_timer()  # early, or without room
        else:
            self._ctx._texts.discard(self)
