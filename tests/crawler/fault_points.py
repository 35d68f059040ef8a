"""A fault at the n-th change to the disk of a whole crawl, for n = 1, 2, 3 … until the crawl ends before it comes.

    python -m tests.crawler.fault_points KIND ROOM [recovery]
    python -m tests.crawler.fault_points several ROOM COUNT

Every crawl is a forked process that really dies; the next one, with a disk that works, must make everything good. With
`recovery` a crawl that was killed at some chosen points is recovered under the same faults first. With `several` each
of COUNT crawls meets four faults of different kinds at random points, from a seed, one after the other. Prints a line
of JSON for each case. Operations are those of `archive.files.Files`, and the commits of catalog and frontier.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from archive.collection import Collection
from archive.errors import PressmarkError
from archive.files import Files
from archive.index import Catalog
from archive.verify import verify
from crawler.bindings import default_reader
from crawler.frontier import SqliteFrontier
from tests.archive.faulty_files import OPERATIONS
from tests.crawler.forked_crawls import ERRORS, MIDDLES
from tests.crawler.recorded_job import crawl, recover
from tests.crawler.tiny_web import IN_ORDER, TinyWeb, captured, state_of
from tests.end_to_end import rows

WEB = TinyWeb(articles=3)

KILLS = ("before", "after", *MIDDLES)
ENDS = {"full": 3, "error": 1}
"""Exit codes of a crawl whose disk is so."""

COMMITS = ((Catalog, "commit"), (SqliteFrontier, "set_watermarks"))

DEAD_AT = (("half", 4), ("half", 9), ("one", 16), ("before", "sync_directory"), ("after", "rename"))
"""Where a crawl is killed that is to be recovered under faults: in a write, or at the last such operation."""

_BUG = 70
_SHRINKS = frozenset({"truncate", "unlink", "close", "sync", "sync_data", "sync_directory"})
"""What a full disk still does."""


class Faults(Files):
    """The disk that this process sees; its *at*-th operation goes wrong, and with errors all that follow as well."""

    def __init__(self, kind: str = "", at: int = 0, told: Path = Path(os.devnull)) -> None:
        self.kind = kind
        self.at = at
        self.done: list[str] = []
        self.keeps_what_is_written = True
        self._told = told

    def operate(self, name: str, call: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        self.done.append(name)
        if not self.at or len(self.done) < self.at:
            return call(*args)
        if self.kind in ERRORS:
            return self._refuse(name, call, args)
        if len(self.done) > self.at:
            return call(*args)
        self._tell(name)
        if self.kind == "after":
            call(*args)
        elif self.kind in MIDDLES and name == "write":
            call(args[0], args[1][: MIDDLES[self.kind](len(args[1]))])
        os.kill(os.getpid(), signal.SIGKILL)
        return None

    def _refuse(self, name: str, call: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        if name == "close" or name in _COMMITTING or (self.kind == "full" and name in _SHRINKS):
            return call(*args)
        self._tell(name)
        if self.kind == "full" and name == "write" and len(self.done) == self.at:
            return call(args[0], args[1][: len(args[1]) // 2])
        raise OSError(ERRORS[self.kind], os.strerror(ERRORS[self.kind]))

    def _tell(self, name: str) -> None:
        if not self._told.exists():
            self._told.write_text(name)


def _through(name: str) -> Callable[..., Any]:
    real = getattr(Files, name)
    return lambda self, *args: self.operate(name, lambda *a: real(self, *a), args)


for _name in OPERATIONS:
    setattr(Faults, _name, _through(_name))
_COMMITTING = frozenset(name for _, name in COMMITS)


def _watch_commits(faults: Faults) -> None:
    """Make the commits of both databases operations too; for a process that does nothing else any more."""
    for owner, name in COMMITS:
        real = getattr(owner, name)

        def operate(self: Any, *args: Any, _real: Any = real, _name: str = name) -> Any:
            return faults.operate(_name, lambda *a: _real(self, *a), args)

        setattr(owner, name, operate)


def main() -> None:
    """Run through all points of one kind, and print what became of each."""
    kind, room, *what = sys.argv[1:]
    if kind == "several":
        for seed in range(int(what[0])):
            print(json.dumps(_several(Path(room) / str(seed), random.Random(seed))), flush=True)
        return
    run(Faults, kind, Path(room), dead_at=DEAD_AT if what else ())


def _several(folder: Path, dice: random.Random) -> dict[str, Any]:
    """One crawl that is begun again after each of four faults; the later ones strike in recovery, or soon after it."""
    begin(folder, None)
    struck, wrong = [], []
    for kind in dice.sample((*KILLS, *ERRORS), 4):
        (folder / "fired").unlink(missing_ok=True)
        faults = Faults(kind, dice.randint(1, 40 if struck else 90), folder / "fired")
        status = forked(crawl, folder, faults, folder / "told")
        if status not in (0, 3, ENDS.get(kind, -signal.SIGKILL)):
            wrong.append(f"{kind} ended with {status}: {(folder / 'error').read_text()}")
        struck.append([kind, (folder / "fired").read_text() if (folder / "fired").exists() else ""])
    wrong += problems(folder, 0, 0)
    shutil.rmtree(folder)
    return {"struck": struck, "problems": wrong}


def run(
    make: Callable[[str, int, Path], Faults],
    kind: str,
    room: Path,
    *,
    dead_at: Iterable[tuple[str, int | str]] = (),
    to_the_end: bool = True,
) -> None:
    """A fault of that kind at each operation of a crawl, or with *dead_at* at each of the recovery from there.

    It goes on after something was wrong if it is to go *to_the_end*.
    """
    names = _trace(room / "trace", crawl)
    cases = (
        _loop(make, kind, room, names, crawl, None) if not dead_at else _recoveries(make, kind, room, names, dead_at)
    )
    for case in cases:
        print(json.dumps(case), flush=True)
        if case["problems"] and not to_the_end:
            return


def _recoveries(
    make: Callable[[str, int, Path], Faults],
    kind: str,
    room: Path,
    names: list[str],
    dead_at: Iterable[tuple[str, int | str]],
) -> Iterator[dict[str, Any]]:
    for number, dead in enumerate(_dead(make, room, names, dead_at)):
        recovering = _trace(room / "trace", recover, start=dead)
        yield from _loop(make, kind, room / f"recovery-{number}", recovering, recover, dead)


def _dead(
    make: Callable[[str, int, Path], Faults], room: Path, names: list[str], dead_at: Iterable[tuple[str, int | str]]
) -> Iterator[Path]:
    """Collections of crawls that were killed at the chosen points."""
    for number, (kind, where) in enumerate(dead_at):
        at = len(names) - names[::-1].index(where) if isinstance(where, str) else _nth_write(names, where)
        dead = room / f"dead-{number}"
        begin(dead, None)
        if forked(crawl, dead, make(kind, at, dead / "fired"), dead / "told") != -signal.SIGKILL:
            raise RuntimeError(f"no kill at {kind} {where}: {(dead / 'error').read_text()}")
        yield dead


def _nth_write(names: list[str], number: int) -> int:
    return [at for at, name in enumerate(names, 1) if name == "write"][number - 1]


def _trace(folder: Path, run: Callable[..., Any], start: Path | None = None) -> list[str]:
    """The operations of a run without faults."""
    begin(folder, start)
    faults = Faults()
    told = folder / "operations"

    def traced(*args: Any, **named: Any) -> Any:
        try:
            return run(*args, **named)
        finally:
            told.write_text(json.dumps(faults.done))

    if (status := forked(traced, folder, faults, folder / "told")) != 0:
        raise RuntimeError(f"a run without faults ended with {status}: {(folder / 'error').read_text()}")
    return list(json.loads(told.read_text()))


def begin(folder: Path, start: Path | None) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if start is None:
        folder.mkdir(parents=True)
    else:
        shutil.copytree(start, folder)
        (folder / "fired").unlink(missing_ok=True)


def _loop(
    make: Callable[[str, int, Path], Faults],
    kind: str,
    room: Path,
    names: list[str],
    step: Callable[..., Any],
    start: Path | None,
) -> Iterator[dict[str, Any]]:
    for at in range(1, len(names) + 2):
        if kind in MIDDLES and names[at - 1 : at] not in ([], ["write"]):
            continue  # there is no middle
        folder = room / str(at)
        begin(folder, start)
        told = folder / "told"
        status = forked(step, folder, make(kind, at, folder / "fired"), told)
        fired = (folder / "fired").read_text() if (folder / "fired").exists() else ""
        wrong = problems(folder, status, 0, ENDS.get(kind, -signal.SIGKILL))
        yield {"kind": kind, "at": at, "fired": fired, "status": status, "problems": wrong}
        shutil.rmtree(folder)


def forked(run: Callable[..., Any], folder: Path, faults: Faults, told: Path, web: TinyWeb = WEB) -> int:
    """Exit code of that run in a process of its own, or minus the signal."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    code = _BUG
    try:
        os.dup2(os.open(folder / "error", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
        signal.alarm(60)
        _watch_commits(faults)
        lines = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

        def tell(record_id: str, committed: bool) -> None:
            if committed or faults.keeps_what_is_written:
                os.write(lines, f"{record_id}\n".encode())

        code = run(folder / "kept", web, faults, told=tell)
    except PressmarkError as error:
        print(error, file=sys.stderr)
        code = error.exit_code
    except BaseException:  # noqa: BLE001  whatever it is, the test is to see it
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def problems(folder: Path, status: int, *allowed: int, web: TinyWeb = WEB) -> list[str]:
    """What is wrong after a crawl that ended with *status*, not *allowed*, and then after the next one."""
    problems = [] if status in allowed else [f"ended with {status}: {(folder / 'error').read_text()}"]
    kept = folder / "kept"
    try:
        ended = crawl(kept, web, Files())
    except Exception:  # noqa: BLE001  as above
        return [*problems, f"the next crawl: {traceback.format_exc()}"]
    known = {record_id for (record_id,) in rows(kept / "catalog.db", "select record_id from captures")}
    told = folder / "told"
    checks = {
        "exit code of the next crawl": (ended, 0),
        "captures": (captured(kept), dict.fromkeys(web.paths - {"/private/no"}, 1)),
        "lost records": (set(told.read_text().split() if told.exists() else ()) - known, set()),
        "state": (state_of(kept), IN_ORDER),
        "left over": ([path.name for path in kept.rglob("*.tmp")], []),
        "rebuild --check": (Collection.open(kept).check_rebuild(default_reader), None),
        "verify": (verify(kept).findings, ()),
    }
    return problems + [f"{name}: {found}" for name, (found, right) in checks.items() if found != right]


if __name__ == "__main__":
    main()
