"""`scrapy crawl` with pressmark's exit codes: Scrapy's own ends with 0 whatever happened."""

from __future__ import annotations

import argparse
import sys

from scrapy.commands.crawl import Command as ScrapyCrawl

from archive.errors import PressmarkError


class Command(ScrapyCrawl):
    """Runs a spider and ends as its job did."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        crawler = None if len(args) != 1 else self._create_crawler(args[0])
        if crawler is None or self.crawler_process is None:
            super().run(args, opts)
            return
        task = self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        job = getattr(crawler, "pressmark_job", None)
        if job is not None:
            self.exitcode = job.close_at_once("shutdown").exit
        elif isinstance(error := task.exception(), PressmarkError):  # type: ignore[union-attr]  # an asyncio task here
            sys.stderr.write(f"pressmark: {error}\n")
            self.exitcode = error.exit_code
        else:
            self.exitcode = int(self.crawler_process.bootstrap_failed)
