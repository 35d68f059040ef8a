"""Site files say what is known of a site, and are told plainly where they are wrong."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from archive.errors import UsageError
from pipelines.patterns import PathPattern
from pipelines.site import SITES, Layout, Login, Politeness, SiteFileError, Sites, UnknownSite, load_sites

ACME = """# News of a made-up company.
name = "acme"
home = "https://www.acme.example/"
language = "en"
time_zone = "Europe/London"
checked = false
feeds = ["/feed"]
article = ["/news/*"]

[politeness]
delay = 2.5

[[layouts]]
until = 2018-06-18
body = "div.article-body"

[[layouts]]
headline = "h1.title"
remove = [".related", "ul.tags li"]
"""


def sites(**files: str) -> Sites:
    return Sites((Path(f"/sites/{name}.toml"), text.encode()) for name, text in files.items())


def test_a_site_in_full():
    """Every key of a file becomes a field; URLs are resolved against home, whose domain belongs to the site."""
    site = sites(acme=ACME).named("acme")
    assert site.home == "https://www.acme.example/"
    assert site.domains == {"acme.example"}
    assert site.feeds == ("https://www.acme.example/feed",)
    assert site.article == (PathPattern("/news/*"),)
    assert site.politeness == Politeness(delay=2.5, concurrency=1)
    assert (site.language, site.time_zone, site.checked) == ("en", "Europe/London", None)
    assert site.layouts[1] == Layout(headline="h1.title", remove=(".related", "ul.tags li"))


@pytest.mark.parametrize(
    ("right", "wrong", "problem"),
    [
        ("language =", "langauge =", "line 4: unknown key 'langauge'; did you mean 'language'?"),
        ('"en"', '"EN"', "line 4: language 'EN' is no language tag"),
        (
            "Europe/London",
            "Europe/Londn",
            "line 5: time_zone 'Europe/Londn' is no IANA time zone; did you mean 'Europe/London'?",
        ),
        ("checked = false", "checked = true", "line 6: checked True: Input should be a valid date"),
        ('"/feed"', '"ftp://x"', "line 7: feeds ['ftp://x'] holds something that is no URL"),
        ('"/news/*"', '"news"', "line 8: article.0 'news' is no path pattern"),
        ("[politeness]", "[politness]", "line 10: unknown key 'politness'; did you mean 'politeness'?"),
        ("delay = 2.5", "dealy = 2.5", "line 11: unknown key 'dealy'; did you mean 'delay'?"),
        ("delay = 2.5", "delay = -1", "line 11: politeness.delay -1: Input should be greater than or equal to 0"),
        ("delay = 2.5", "concurrency = 99", "line 11: politeness.concurrency 99: Input should be less"),
        ("until = 2018-06-18", 'until = "soon"', "line 14: layouts.0.until 'soon': Input should be a valid date"),
        ("until = 2018-06-18", "", "stand in the order of `until`"),
        ('headline = "h1', 'headlin = "h1', "line 18: unknown key 'headlin'; did you mean 'headline'?"),
        ('"h1.title"', '"h1["', "line 18: layouts.1.headline 'h1[' is no CSS selector"),
        ('"h1.title"', '"h1:has(p)"', "line 18: layouts.1.headline 'h1:has(p)' is no plain CSS selector"),
        ('"ul.tags li"', "3", "line 19: layouts.1.remove.1 3: Input should be a valid string"),
        ("[[layouts]]\nheadline", "[layouts]\nheadline", "line 17: Cannot declare"),
        ('home = "https://www.acme.example/"\n', "", "line 1: 'home' is missing"),
        ('home = "https', 'home = "gopher', "line 3: home 'gopher://www.acme.example/' is no http or https URL"),
        ('name = "acme"', 'name = "other"', "line 2: name is 'other', but the file is called 'acme.toml'"),
    ],
)
def test_mistakes(right, wrong, problem):
    """A mistake is told with file and line, what is wrong, and what may have been meant."""
    assert right in ACME
    with pytest.raises(SiteFileError) as caught:
        sites(acme=ACME.replace(right, wrong)).named("acme")
    assert str(caught.value).startswith("/sites/acme.toml, line ")
    assert problem in str(caught.value)


def test_what_is_fetched_with_pages() -> None:
    """`requisites` holds words of a list, in whatever order; it is part of what a reading depends on, and a file
    without it is read as before.
    """
    text = 'name = "acme"\nhome = "https://acme.example/"\n'
    with_some, without = sites(acme=f'{text}requisites = ["image", "css"]\n'), sites(acme=text)

    assert with_some.requisites("acme") == ("css", "image")
    assert without.requisites("acme") == without.requisites("unknown") == ()
    assert with_some.reading_digest != without.reading_digest == sites().reading_digest


def test_rendering_and_a_login() -> None:
    """A site is rendered, or read as its subscriber: no browser is told a secret."""
    text = 'name = "acme"\nhome = "https://acme.example/"\nrender = true\nrender_hosts = ["api.example"]\n'
    login = '[login]\nform = "/login"\nfields = { user = "ACME_USER", password = "ACME_PASSWORD" }\n'

    assert sites(acme=text).named("acme").render
    assert sites(acme=text).named("acme").render_hosts == {"api.example"}
    with pytest.raises(SiteFileError, match="`render` do not go together"):
        sites(acme=text + login).named("acme")


def test_a_requisite_that_is_none() -> None:
    """A word that is not in the list is told with its line."""
    with pytest.raises(SiteFileError, match=r"line 3: requisites.*'css', 'script', 'font' or 'image'"):
        sites(acme='name = "acme"\nhome = "https://acme.example/"\nrequisites = ["pictures"]\n').named("acme")


@pytest.mark.parametrize(
    ("said", "checked"), [("", True), ("check_certificate = true", True), ("check_certificate = false", False)]
)
def test_certificates_are_checked_unless_the_file_says_otherwise(said, checked):
    """Only `check_certificate = false` leaves certificates unchecked."""
    text = f'name = "acme"\nhome = "https://acme.example/"\n{said}\n'
    assert sites(acme=text).named("acme").check_certificate == checked


@pytest.mark.parametrize("said", ["0", '"no"', '"false"', "[]"])
def test_what_is_no_yes_or_no_leaves_nothing_unchecked(said):
    """Anything but true or false is told as a mistake."""
    text = f'name = "acme"\nhome = "https://acme.example/"\ncheck_certificate = {said}\n'
    with pytest.raises(SiteFileError, match=r"line 3: check_certificate .*valid boolean"):
        sites(acme=text).named("acme")


LOGIN = """
[login]
form = "/account/login"
fields = { user = "ACME_USER", pass = "ACME_PASSWORD" }
success = "Log out"
"""


def test_a_login():
    """It names the form, resolved against home, its fields, and the variables that hold what is filled in."""
    login = sites(acme=ACME.replace("[politeness]", f"{LOGIN}\n[politeness]")).named("acme").login
    assert login == Login(
        form="https://www.acme.example/account/login",
        fields=(("user", "ACME_USER"), ("pass", "ACME_PASSWORD")),
        success="Log out",
    )


@pytest.mark.parametrize(
    ("right", "wrong", "line", "problem"),
    [
        ('"ACME_PASSWORD"', '"hunter2"', 6, "login.fields.pass names no environment variable"),
        (
            'fields = { user = "ACME_USER", pass = "ACME_PASSWORD" }',
            'password = "hunter2"',
            6,
            "unknown key 'password'",
        ),
        (
            'fields = { user = "ACME_USER", pass = "ACME_PASSWORD" }',
            'fields = "hunter2"',
            6,
            "login.fields Input should",
        ),
        (
            'success = "Log out"',
            '[login.header]\nX-Key = "hunter2"',
            8,
            "login.header.X-Key names no environment variable",
        ),
        ('success = "Log out"', 'header = { Host = "ACME_KEY" }', 7, "login.header.Host is no header that"),
        ('success = "Log out"', 'header = { X-Key = "ACME_KEY" }', 4, "login needs either `header` or `form`"),
        ('form = "/account/login"', 'form = "http://other.example/"', 4, "on a domain that is not the site's"),
        ('form = "/account/login"', 'form = "http://www.acme.example/"', 4, "send the password without TLS"),
    ],
)
def test_mistakes_in_a_login(right, wrong, line, problem):
    """They are told with file and line, and what may be a secret is not repeated."""
    assert right in LOGIN
    text = 'name = "acme"\nhome = "https://www.acme.example/"\n' + LOGIN.replace(right, wrong)
    with pytest.raises(SiteFileError) as caught:
        sites(acme=text).named("acme")
    assert problem in str(caught.value)
    assert caught.value.line == line
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(("content", "line"), [(b'name = "a"\n\xff', 2), (b'a = 1\nb = "', 2), (b"a = 1\n\n=", 3)])
def test_files_that_are_no_toml(content, line):
    """A file that is no UTF-8 or no TOML is told at once, with the line."""
    with pytest.raises(SiteFileError) as caught:
        Sites([(Path("/sites/acme.toml"), content)])
    assert caught.value.line == line


@pytest.mark.parametrize("key", ["__import__", "code", "regex", "python"])
def test_site_files_hold_values_alone(key):
    """There is no key that could hold code or a regular expression."""
    with pytest.raises(SiteFileError, match="unknown key"):
        sites(acme=f'name = "acme"\nhome = "https://acme.example/"\n{key} = "x"\n').named("acme")


def test_an_unknown_name():
    """A name that no file has is told with the nearest one."""
    with pytest.raises(UnknownSite, match="'acmee'; did you mean 'acme'") as caught:
        sites(acme=ACME).named("acmee")
    assert isinstance(caught.value, UsageError)


def test_whose_a_url_is():
    """A URL belongs to the site that claims its host, the most exact claim first; else to none."""
    blog = 'name = "blog"\nhome = "https://blog.acme.example/"\ndomains = ["blog.acme.example"]\n'
    here = 'name = "here"\nhome = "http://127.0.0.1:8000/"\n'
    known = sites(acme=ACME, blog=blog, here=here)
    urls = [
        "https://m.acme.example/a",
        "https://blog.acme.example/a",
        "http://127.0.0.1:8000/x",
        "http://127.0.0.1/",
        "x",
    ]
    names = [site.name if (site := known.of_url(url)) else None for url in urls]
    assert names == ["acme", "blog", "here", None, None]


def test_layouts_are_chosen_by_the_day():
    """A page is read with the layout of the day on which it was captured."""
    known = sites(acme=ACME)
    url = "https://acme.example/a"
    assert known.layout(url, on=date(2018, 6, 18)) == Layout(until=date(2018, 6, 18), body="div.article-body")
    assert known.layout(url, on=datetime(2018, 6, 19, tzinfo=UTC)) == known.named("acme").layouts[1]
    assert known.layout("https://other.example/", on=date(2018, 6, 18)) is None


def test_the_digest_is_of_names_and_contents():
    """Equal files give an equal digest wherever they lie; a changed or a further one gives another."""
    one, moved = sites(acme=ACME), Sites([(Path("/else/acme.toml"), ACME.replace("\n", "\r\n").encode())])
    assert one.digest == moved.digest
    assert len({one.digest, sites(acme=ACME + "#").digest, sites(acme=ACME, b="").digest, sites(b=ACME).digest}) == 4


def test_a_later_folder_counts(tmp_path):
    """Of two files of one name that in the later folder is taken."""
    (tmp_path / "pmlive.toml").write_text('name = "pmlive"\nhome = "https://mine.example/"\n')
    assert load_sites([SITES, tmp_path]).named("pmlive").home == "https://mine.example/"


def test_the_files_that_come_with_pressmark():
    """At least 20 industry news sites come along, PMLive among them; each has home, language and a real time zone."""
    shipped = list(load_sites())
    assert len(shipped) >= 20
    assert "pmlive" in [site.name for site in shipped]
    assert all(site.home and site.language and ZoneInfo(site.time_zone) for site in shipped)
    assert len({domain for site in shipped for domain in site.domains}) == len(shipped)


def test_unchecked_files_claim_nothing():
    """A file that was not checked against the live site says so, and names no feed, pattern or selector."""
    for path in SITES.glob("*.toml"):
        site = load_sites().named(path.stem)
        assert "Not checked against the live site yet" in path.read_text()
        assert (site.checked, site.feeds, site.sitemaps, site.article, site.layouts) == (None, (), (), (), ())


def test_pydantic_is_imported_when_a_site_is_asked_for():
    """Loading the files, and asking for a URL of no site, does without pydantic."""
    code = (
        "import sys; from pipelines.site import load_sites; s = load_sites(); s.digest; s.of_url('https://x.example/');"
        "assert 'pydantic' not in sys.modules; s.named('pmlive'); assert 'pydantic' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=SITES.parent.parent)
