"""Plain Scrapy: `scrapy list` and `scrapy crawl news`, with its own options and feed exports."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.newsweb import NewsWeb, serve
from tests.end_to_end import CHECKOUT, Ran, environment, rows

READ_AS = "select c.url, v.headline from captures c join revisions v using (record_id)"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with the project's scrapy.cfg."""
    shutil.copy(CHECKOUT / "scrapy.cfg", tmp_path)
    return tmp_path


def scrapy(*words: str, cwd: Path) -> Ran:
    """Run `scrapy` with these words."""
    command = [sys.executable, "-m", "scrapy", *words]
    ended = subprocess.run(
        command, cwd=cwd, env=environment(), capture_output=True, text=True, check=False, timeout=120
    )
    return Ran(code=ended.returncode, out=ended.stdout, err=ended.stderr)


def settings(**values: object) -> list[str]:
    """Settings as words."""
    return [word for name, value in values.items() for word in ("-s", f"{name}={value}")]


def test_list(project: Path) -> None:
    """There is one spider, for every site."""
    assert scrapy("list", cwd=project).done().out.split() == ["news"]


def test_crawl(project: Path) -> None:
    """A crawl by plain Scrapy keeps what it fetched, exports the articles as items, and heeds CLOSESPIDER_PAGECOUNT."""
    web = NewsWeb(5, sites=1, articles=8, crawl_delay=0)
    with serve(web) as server:
        loopback = settings(
            PRESSMARK_CONNECT_TO=",".join(server.connect_to), PRESSMARK_ALLOW_NETWORKS="127.0.0.0/8", DOWNLOAD_DELAY=0
        )
        words = ["crawl", "news", "-a", f"url={web.home_urls[0]}", *loopback]
        scrapy(*words, *settings(CLOSESPIDER_PAGECOUNT=5), cwd=project).done()
        first = len(server.log)
        scrapy(*words, "-o", "out.jsonl", cwd=project).done()
    exported = [json.loads(line) for line in (project / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    planned = {article.url: article.headline for article in web.articles}
    catalog = project / "collections" / "news" / "catalog.db"
    kept = rows(catalog, "select url from captures where url not like '%/robots.txt'")

    assert {item["article_id"] for item in exported} <= {key for (key,) in rows(catalog, "select id from articles")}
    assert 5 <= first < len(web.pages())
    assert len(set(kept)) == len(kept) > len(web.pages()) / 2
    assert planned.items() <= dict(rows(catalog, READ_AS)).items()
    assert len(planned.items() & {item["url"]: item["headline"] for item in exported}.items()) >= len(planned) - 5


def test_no_target(project: Path) -> None:
    """Without a target the crawl says in one line what is missing, with exit code 2."""
    ran = scrapy("crawl", "news", cwd=project)

    assert ran.code == 2
    assert "-a url=" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    "setting",
    ["PRESSMARK_ALLOW_NETWORKS=bogus", "PRESSMARK_MAX_PAGES=abc", "PRESSMARK_SINCE=tomorrow", "PRESSMARK_COLLECTION= "],
)
def test_wrong_settings(setting: str, project: Path) -> None:
    """A value that cannot be meant is told in one sentence, with exit code 2, before anything is fetched."""
    ran = scrapy("crawl", "news", "-a", "url=http://example.com/", "-s", setting, cwd=project)

    assert ran.code == 2
    assert setting.partition("=")[2].strip() in ran.err
    assert "Traceback" not in ran.err
    assert not (project / "collections").exists()
