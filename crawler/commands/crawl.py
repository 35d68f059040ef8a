"""`scrapy crawl` with pressmark's exit codes: Scrapy's own ends with 0 whatever happened."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from scrapy.commands.crawl import Command as ScrapyCrawl

from archive.errors import PressmarkError


class Command(ScrapyCrawl):
    """Runs a spider and ends as its job did."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        crawler = None if len(args) != 1 else self._create_crawler(args[0])
        if crawler is None or self.crawler_process is None:
            super().run(args, opts)
            return
        task: Any = self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        error = task.exception() if task.done() and not task.cancelled() else None
        job = getattr(crawler, "pressmark_job", None)
        if isinstance(error, PressmarkError):
            sys.stderr.write(f"pressmark: {error}\n")
            self.exitcode = error.exit_code
        elif job is not None:
            self.exitcode = job.close_at_once("shutdown").exit
        else:
            self.exitcode = int(self.crawler_process.bootstrap_failed)
