"""Reading children: the crawl hands them the place of a record and gets its reading.

A child that dies over a page, or takes too long, is replaced; the page is told as `ReadingAborted`, with the
reason, and the pages that waited behind it go to another child.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import select
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from archive.errors import PressmarkError
from archive.model import Capture, Reading, Unreadable
from archive.warc_read import CapturedRecord
from crawler.reading_child import LENGTH, capture_to_json, frame, reading_from_rows

log = logging.getLogger(__name__)

PAUSES = (0.5, 2.0, 8.0)
"""Seconds before each further attempt to start a child in the place of one that is gone."""

_READY_WITHIN = 120.0
"""Seconds that a child may take to its first word."""

_AHEAD = 4
_LARGE_ANSWER = 256 << 10
"""Bytes of an answer that would hold up the event loop for too long."""

_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class ReadingAborted(PressmarkError):
    """A page could not be read within the limits; the message is the reason."""


class ReadingStopped(PressmarkError):
    """No child is left to read, and none can be started; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one page may use."""

    cpu_seconds: float = 5.0
    """CPU time of the child for one page."""

    wall_seconds: float = 60.0
    """Time until an answer; far above the CPU time, for a busy machine."""

    memory: int = 512 << 20
    """Bytes of data (RLIMIT_DATA) of a child."""

    frame: int = 256 << 20
    """Bytes of one answer."""


def children_for(cores: int | None) -> int:
    """How many children a machine gets: one a core but one, which the crawl itself needs.

    >>> children_for(8), children_for(2), children_for(None)
    (7, 1, 1)
    """
    return max(1, (cores or 1) - 1)


@dataclass(frozen=True, slots=True)
class ChildProgram:
    """How a reading child is started."""

    archive_dir: Path
    """Folder of the WARC files."""

    reader: str = "crawler.bindings:default_reader"
    """`module:function` that makes the reader in the child."""

    limits: Limits = field(default_factory=Limits)
    """What a page may use."""

    def argv(self) -> list[str]:
        orders = {
            "parent": os.getpid(),
            "archive": str(self.archive_dir.absolute()),
            "reader": self.reader,
            "cpu_seconds": self.limits.cpu_seconds,
            "memory": self.limits.memory,
        }
        return [sys.executable, "-m", "crawler.reading_child", json.dumps(orders)]

    def env(self) -> dict[str, str]:
        # the child imports what we import, also when we run from a checkout
        return os.environ | _ONE_THREAD | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


@dataclass(slots=True, eq=False)
class _Page:
    order: bytes
    answer: asyncio.Future[Reading]

    def settle(self, said: Reading | PressmarkError) -> None:
        """Give the answer to who waits for it, if anybody still does."""
        if self.answer.done():
            return
        if isinstance(said, PressmarkError):
            self.answer.set_exception(said)
        else:
            self.answer.set_result(said)


def _said(answer: bytes) -> Reading | ReadingAborted:
    """What a child's answer says."""
    rows = json.loads(answer)
    return reading_from_rows(rows["reading"]) if "reading" in rows else ReadingAborted(rows["aborted"])


class ReadingPool:
    """*size* children that read side by side; pages wait in one line.

    A child that is gone is replaced, with *pauses* before each further attempt; where no child is left by that, nothing
    more is read.
    """

    def __init__(self, program: ChildProgram, *, size: int, pauses: Sequence[float] = PAUSES) -> None:
        self._program = program
        self._size = size
        self._pauses = pauses
        self._children: list[_Child] = []
        self._working: set[asyncio.Task[None]] = set()
        self._line: deque[_Page] = deque()
        self._closed = False
        self._broken = ""
        self.reader_id = ""

    async def start(self) -> None:
        """Start the children; returns when the first can read. Raises PressmarkError when it cannot start."""
        for _ in range(self._size):
            await self._start_child()

    async def read(self, capture: Capture) -> Reading:
        """The reading of the record at the capture's place.

        Raises ReadingAborted, and ReadingStopped when there is no child any more.
        """
        if self._broken:
            raise ReadingStopped(self._broken)
        page = _Page(frame(capture_to_json(capture)), asyncio.get_running_loop().create_future())
        self._line.append(page)
        self._hand_out()
        return await page.answer

    @property
    def waiting(self) -> int:
        """Pages that wait, or are being read."""
        return len(self._line) + sum(len(child.pages) for child in self._children)

    async def close(self) -> None:
        """End the children; what they still read is dropped."""
        self._closed = True
        for task in self._working:
            task.cancel()
        for child in self._children:
            child.kill()
        await asyncio.gather(*(child.gone.wait() for child in self._children))
        self._children.clear()

    async def _start_child(self) -> None:
        """A child that can read. Raises PressmarkError."""
        loop = asyncio.get_running_loop()
        try:
            _, child = await loop.subprocess_exec(
                lambda: _Child(self),
                *self._program.argv(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=None,
                env=self._program.env(),
            )
        except OSError as error:
            raise _not_started(error) from error
        self._children.append(child)
        late = loop.call_later(_READY_WITHIN, child.kill)
        await child.ready.wait()
        late.cancel()
        if child.gone.is_set():
            raise _stillborn(child.returncode)
        self._hand_out()

    async def _replace_child(self) -> None:
        """Start a child in the place of one that is gone; without any child, tell those who wait."""
        problem = ""
        for pause in (0.0, *self._pauses):
            await asyncio.sleep(pause)
            try:
                await self._start_child()
                break
            except PressmarkError as error:
                problem = str(error)
                log.info("%s", problem)
        else:
            self._go_on_without(problem)

    def _go_on_without(self, problem: str) -> None:
        if self._children:
            log.warning("%s; %d others read on", problem, len(self._children))
        else:
            self._break(f"{problem}; what was fetched is read by the next job")

    def _break(self, problem: str) -> None:
        self._broken = problem
        for page in self._line:
            page.settle(ReadingStopped(problem))
        self._line.clear()

    def _hand_out(self) -> None:
        while self._line:
            free = [child for child in self._children if child.takes_pages]
            if not free:
                return
            min(free, key=lambda child: len(child.pages)).send(self._line.popleft())

    def answered(self, page: _Page, answer: bytes) -> None:
        """A child has read the page, or says why it could not; a large answer is taken apart in a thread."""
        self._hand_out()
        if len(answer) > _LARGE_ANSWER:
            self._begin(self._settle_apart(page, answer))
        else:
            page.settle(_said(answer))

    async def _settle_apart(self, page: _Page, answer: bytes) -> None:
        page.settle(await asyncio.to_thread(_said, answer))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    def lost(self, child: _Child) -> None:
        """A child is gone: the page it read is to blame, the others go back to the head of the line."""
        if child in self._children:
            self._children.remove(child)
        if self._closed:
            return
        for page in reversed(list(child.pages)[1:]):
            self._line.appendleft(page)
        if child.pages:
            child.pages[0].settle(ReadingAborted(child.reason or _ending(child.returncode)))
        if child.was_ready:
            self._begin(self._replace_child())

    @property
    def limits(self) -> Limits:
        return self._program.limits


class _Child(asyncio.SubprocessProtocol):
    """The parent's end of one child."""

    def __init__(self, pool: ReadingPool) -> None:
        self._pool = pool
        self._received = bytearray()
        self._deadline: asyncio.TimerHandle | None = None
        self.pages: deque[_Page] = deque()
        self.ready = asyncio.Event()
        self.gone = asyncio.Event()
        self.was_ready = False
        self.reason = ""
        self.returncode: int | None = None

    @property
    def takes_pages(self) -> bool:
        return self.was_ready and not self.gone.is_set() and len(self.pages) < _AHEAD

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.SubprocessTransport", transport)
        self._stdin = cast("asyncio.WriteTransport", self._transport.get_pipe_transport(0))

    def send(self, page: _Page) -> None:
        self.pages.append(page)
        if len(self.pages) == 1:
            self._watch()
        self._stdin.write(page.order)

    def kill(self, reason: str = "") -> None:
        self.reason = self.reason or reason
        if not self.gone.is_set():
            self._transport.kill()

    def pipe_data_received(self, fd: int, data: bytes | str) -> None:  # noqa: ARG002  asyncio's signature
        self._received += cast("bytes", data)
        while len(self._received) >= LENGTH.size:
            (size,) = LENGTH.unpack_from(self._received)
            if size > self._pool.limits.frame:
                self.kill(f"reading of more than {self._pool.limits.frame >> 20} MB")
                return
            end = LENGTH.size + size
            if len(self._received) < end:
                return
            answer = bytes(self._received[LENGTH.size : end])
            del self._received[:end]
            self._take(answer)

    def _take(self, answer: bytes) -> None:
        if not self.was_ready:
            self._pool.reader_id = json.loads(answer)["reader"]
            self.was_ready = True
            self.ready.set()
            return
        page = self.pages.popleft()
        self._watch()
        self._pool.answered(page, answer)

    def _watch(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if self.pages:
            seconds = self._pool.limits.wall_seconds
            late = f"no answer within {seconds:g} s"
            self._deadline = asyncio.get_running_loop().call_later(seconds, self.kill, late)

    def process_exited(self) -> None:
        self.returncode = self._transport.get_returncode()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio's signature
        if self._deadline is not None:
            self._deadline.cancel()
        self.gone.set()
        self.ready.set()
        self._pool.lost(self)


class BlockingReader:
    """A reader for code without an event loop (catching up at the start): one child with the same limits.

    A page that cannot be read within them is `Unreadable`; `aborted` tells which and why.
    """

    def __init__(self, program: ChildProgram) -> None:
        self._program = program
        self._child: subprocess.Popen[bytes] | None = None
        self.aborted: list[tuple[Capture, str]] = []
        self.id = self._start()

    def read(self, record: CapturedRecord) -> Reading:
        """The reading of the record, which the child reads from the WARC for itself."""
        try:
            self._stdin.write(frame(capture_to_json(record.capture)))
            self._stdin.flush()
            answer = self._answer()
        except (EOFError, BrokenPipeError, TimeoutError) as death:
            reason = str(death) if isinstance(death, TimeoutError) else _ending(self._end())
            answer = {"aborted": reason}
            self._end()
            self._start()
        if "reading" in answer:
            return reading_from_rows(answer["reading"])
        self.aborted.append((record.capture, answer["aborted"]))
        return Unreadable(reason=answer["aborted"])

    def close(self) -> None:
        """End the child."""
        self._end()

    def _start(self) -> str:
        try:
            child = subprocess.Popen(
                self._program.argv(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self._program.env()
            )
        except OSError as error:
            raise _not_started(error) from error
        self._child = child
        self._stdin, self._stdout = cast("Any", child.stdin), cast("Any", child.stdout)
        try:
            name: str = self._answer()["reader"]
        except EOFError:
            raise _stillborn(self._end()) from None
        return name

    def _answer(self) -> dict[str, Any]:
        (size,) = LENGTH.unpack(self._exactly(LENGTH.size))
        answer: dict[str, Any] = json.loads(self._exactly(size))
        return answer

    def _exactly(self, size: int) -> bytes:
        received = bytearray()
        seconds = self._program.limits.wall_seconds
        while len(received) < size:
            if not select.select([self._stdout], [], [], seconds)[0]:
                raise TimeoutError(f"no answer within {seconds:g} s")
            part = os.read(self._stdout.fileno(), size - len(received))
            if not part:
                raise EOFError
            received += part
        return bytes(received)

    def _end(self) -> int | None:
        child, self._child = self._child, None
        if child is None:
            return None
        if child.poll() is None:
            # at the end of its pipe it ends by itself; it is killed where it does not
            self._stdin.close()
            try:
                child.wait(1)
            except subprocess.TimeoutExpired:
                child.kill()
        self._stdout.close()
        return child.wait()


_SIGNALS = {
    signal.SIGPROF: "more CPU time than a page may have",
    signal.SIGKILL: "killed (out of memory?)",
    signal.SIGSEGV: "a crash of the parser (SIGSEGV)",
}


def _stillborn(returncode: int | None) -> PressmarkError:
    return PressmarkError(f"reading child ended with {_ending(returncode)} before it could read")


def _not_started(error: OSError) -> PressmarkError:
    return PressmarkError(f"reading child cannot be started: {error.strerror or error}")


def _ending(returncode: int | None) -> str:
    if returncode is None or returncode >= 0:
        return f"exit code {returncode}"
    return _SIGNALS.get(signal.Signals(-returncode), signal.Signals(-returncode).name)
