"""What the add-on leaves of Scrapy's components."""

from __future__ import annotations

from typing import Any

import pytest
from scrapy.settings import Settings

from crawler.addon import PressmarkAddon


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
        "RobotsPolicy", "DefaultHeadersMiddleware", "UserAgentMiddleware", "HttpProxyMiddleware",
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
