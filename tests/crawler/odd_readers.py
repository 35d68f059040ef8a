"""Readers that do what a page tells them, for the reading children to survive."""

import json
import os
import sys
import time
from pathlib import Path

from archive.model import Article, NotAnArticle, Reading
from archive.warc_read import CapturedRecord


class Obedient:
    """Reads the body of a page as an order."""

    id = "obedient"

    def read(self, record: CapturedRecord) -> Reading:
        order = record.block.rpartition(b"\r\n\r\n")[2].decode()
        return getattr(self, order.split()[0])(record, *order.split()[1:])

    def article(self, record: CapturedRecord, size: str) -> Reading:
        return Article(headline=record.capture.url, body="x" * int(size))

    def context(self, record: CapturedRecord) -> Reading:
        return NotAnArticle(reason=f"{record.capture.site} {record.capture.via}")

    def environment(self, record: CapturedRecord) -> Reading:
        return NotAnArticle(reason=os.environ["OPENBLAS_NUM_THREADS"])

    def files(self, record: CapturedRecord) -> Reading:
        return NotAnArticle(reason=" ".join(str(fd.resolve()) for fd in Path("/proc/self/fd").iterdir()))

    def pid(self, record: CapturedRecord) -> Reading:
        return NotAnArticle(reason=str(os.getpid()))

    def prints(self, record: CapturedRecord) -> Reading:
        print("between the frames")
        os.write(1, b"and beside them")
        return NotAnArticle(reason="printed")

    def spins(self, record: CapturedRecord) -> Reading:
        while True:
            pass

    def sleeps(self, record: CapturedRecord) -> Reading:
        time.sleep(600)
        raise AssertionError

    def eats(self, record: CapturedRecord) -> Reading:
        return NotAnArticle(reason=str(len(bytearray(2 << 30))))

    def dies(self, record: CapturedRecord) -> Reading:
        os.abort()

    def fails(self, record: CapturedRecord) -> Reading:
        raise KeyError("a bug")


class Stillborn:
    def __init__(self) -> None:
        raise SystemExit(3)


class OnlyOnce(Obedient):
    """Can be made once; the file `starts`, beside the archive, counts the attempts."""

    def __init__(self) -> None:
        starts = Path(json.loads(sys.argv[1])["archive"]).with_name("starts")
        is_first = not starts.exists()
        with starts.open("ab") as counted:
            counted.write(b"1")
        if not is_first:
            raise SystemExit(3)
