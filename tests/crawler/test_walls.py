"""A whole crawl of a site that answers with nothing but walls, beside one that answers well."""

from __future__ import annotations

from pathlib import Path

from crawler.newsweb import NewsWeb, Reply, serve
from tests.end_to_end import crawl, rows

LOGIN = b"""<html><head><title>Log in</title></head><body><h1>Log in</h1>
<form method="post" action="/login"><input name="user"><input type="password" name="password"></form></body></html>"""


class WalledWeb(NewsWeb):
    """A web whose first site shows a login in the place of every page."""

    def reply(self, host: str, target: str) -> Reply:
        reply = super().reply(host, target)
        is_page = reply.mime.startswith(("text/html", "application/xhtml"))
        walled = host == self.sites[0].host and is_page and target != "/robots.txt" and reply.status == 200
        return Reply(mime="text/html", body=LOGIN) if walled else reply


def test_a_site_of_logins(tmp_path: Path) -> None:
    """It is left alone after a dozen logins, with exit code 18; they are kept and no articles; the other is crawled."""
    web = WalledWeb(33, sites=2, articles=40, crawl_delay=0)
    with serve(web) as server:
        ran = crawl(web, server, tmp_path / "kept", web.home_urls)
        asked = [entry.path for entry in server.log if entry.host == web.sites[0].host]
    catalog = tmp_path / "kept" / "catalog.db"
    by_site = dict(rows(catalog, "select site, count(*) from articles group by site"))
    of_first = "from readings join captures using (record_id) where reason = 'login' and site = ?"
    [(logins,)] = rows(catalog, f"select count(*) {of_first}", web.sites[0].domain)

    assert ran.code == 18
    assert ran.json["reason"] == f"{web.sites[0].domain} answers with nothing but a login"
    assert len(asked) < 50
    assert by_site == {web.sites[1].domain: 20}
    assert 12 <= logins <= 40  # what was in flight or not read yet comes on top
