"""What the add-on leaves of Scrapy's components."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import pytest
from scrapy.settings import Settings

from crawler.addon import PressmarkAddon
from tests.end_to_end import CHECKOUT


class Crawler:
    """A crawler that has a job already, as `run_crawl` makes it."""

    pressmark_job = object()


def components(name: str, **asked: Any) -> set[str]:
    """Names of the classes that are imported for a setting, with what the operator *asked* for."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.setdict(asked, priority="cmdline")
    PressmarkAddon(Crawler()).update_settings(settings)  # type: ignore[arg-type]  # all that it asks of a crawler
    return {str(path).rpartition(".")[2] for path in settings.get_component_priority_dict_with_base(name)}


def test_what_is_off_is_left_out() -> None:
    """A component that is switched off is not even imported; what an operator may need stays."""
    assert components("EXTENSIONS") == {
        "JobExtension", "CoreStats", "LogCount", "MemoryUsage", "CloseSpider", "LogStats",
    }  # fmt: skip
    assert components("DOWNLOADER_MIDDLEWARES") == {
        "RobotsPolicy", "LogIn", "Obey", "DefaultHeadersMiddleware", "UserAgentMiddleware", "HttpProxyMiddleware",
    }  # fmt: skip
    assert components("SPIDER_MIDDLEWARES") == set()


@pytest.mark.parametrize(
    ("setting", "value", "name", "component"),
    [
        ("FEEDS", {"a.jsonl": {"format": "jsonlines"}}, "EXTENSIONS", "FeedExporter"),
        ("AUTOTHROTTLE_ENABLED", "1", "EXTENSIONS", "AutoThrottle"),
        ("COOKIES_ENABLED", True, "DOWNLOADER_MIDDLEWARES", "CookiesMiddleware"),
    ],
)
def test_what_is_asked_for_stays(setting: str, value: Any, name: str, component: str) -> None:
    """A component that the operator switches on is there."""
    assert component in components(name, **{setting: value})


def imports_and_calls() -> Iterator[tuple[str, str]]:
    """What each module of ours imports, and the functions that it calls by their bare names."""
    for room in ("archive", "pipelines", "spiders", "crawler"):
        for path in (CHECKOUT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    yield from ((alias.name.partition(".")[0], str(path)) for alias in node.names)
                elif isinstance(node, ast.ImportFrom):
                    yield (node.module or "").partition(".")[0], str(path)
                elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    yield f"{node.func.id}()", str(path)


def test_nothing_that_is_read_can_run() -> None:
    """No pickle is read, from disk or elsewhere, and nothing is evaluated."""
    used = dict(imports_and_calls())

    assert "tomllib" in used
    assert (
        used.keys() & {"pickle", "marshal", "shelve", "dill", "joblib", "yaml", "eval()", "exec()", "compile()"}
        == set()
    )


@pytest.mark.parametrize("setting", ["TELNETCONSOLE_ENABLED", "REMOTE_CONTROL_ENABLED", "HTTPCACHE_ENABLED", "JOBDIR"])
def test_doors_that_are_shut(setting: str) -> None:
    """Scrapy's telnet console and remote control, which run what they are told, and what it pickles, are off."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    PressmarkAddon(Crawler()).update_settings(settings)  # type: ignore[arg-type]  # all that it asks of a crawler

    assert not settings.get(setting)
