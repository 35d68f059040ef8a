"""A loopback server for benchmarks: pages from memory, gzip-coded once, so that the crawler is what is measured.

`/` lists every page, `/p/NAME` is the file NAME.gz of the folder. `serving` runs it as a child process.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def main() -> None:
    """Serve the gzip files of the folder named on the command line; print the port."""
    pages = {
        f"/p/{path.name.removesuffix('.gz')}": path.read_bytes() for path in sorted(Path(sys.argv[1]).glob("*.gz"))
    }
    asyncio.run(_serve(pages))


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    """The port of a server, in a process of its own, for the `*.gz` files of *folder*."""
    command = [sys.executable, "-m", "tests.benchmarks.page_server", str(folder)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        yield int(server.stdout.readline())
    finally:
        server.terminate()
        server.wait(10)


async def _serve(pages: dict[str, bytes]) -> None:
    replies = {path: _reply(body, coding="gzip") for path, body in pages.items()}
    links = "".join(f'<li><a href="{path}">Report number {path}</a></li>' for path in pages)
    replies["/"] = _reply(f"<!doctype html><title>News</title><h1>News</h1><ul>{links}</ul>".encode())
    replies["/robots.txt"] = _reply(b"User-agent: *\nAllow: /\n", mime="text/plain")
    missing = _reply(b"no such page", status="404 Not Found", mime="text/plain")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split(b" ", 2)[1].decode("latin-1")
                writer.write(replies.get(path, missing))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def _reply(body: bytes, *, status: str = "200 OK", mime: str = "text/html; charset=utf-8", coding: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {mime}\r\nContent-Length: {len(body)}\r\n"
    head += f"Content-Encoding: {coding}\r\n" if coding else ""
    return head.encode() + b"\r\n" + body


if __name__ == "__main__":
    main()
