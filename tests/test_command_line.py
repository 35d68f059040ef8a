"""The command line when it is used wrongly, what its commands cost, and what their help says."""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from crawler.cli.app import app
from crawler.cli.start import WORDS
from crawler.newsweb import NewsWeb, PageServer, serve
from tests.end_to_end import CHECKOUT, Crawled, Ran, crawl, crawl_words, environment, pressmark, rows
from tests.misbehaving import page as answer
from tests.misbehaving import served

HELP_BUDGET = 0.3
"""Seconds of CPU that `pressmark --help` may cost over `import typer`."""


def commands(group: Any, *words: str) -> Iterator[tuple[str, ...]]:
    """The words of every command, groups left out."""
    for name, command in getattr(group, "commands", {}).items():
        if hasattr(command, "commands"):
            yield from commands(command, *words, name)
        else:
            yield (*words, name)


COMMANDS = sorted(commands(get_command(app)))


def one_line(ran: Ran) -> str:
    """What the command said on stderr, which has to be one line."""
    [line] = ran.err.splitlines()
    assert line.startswith("pressmark: ")
    return line


@pytest.fixture
def desk(crawled: Crawled, tmp_path: Path) -> Path:
    """A folder to work in, with the crawled collection in it."""
    (tmp_path / "kept").symlink_to(crawled.path)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("crawl http://[::1 -c ./new", 2, ["http://[::1", "no http or https URL"]),
        ("crawl ftp://example.com/ -c ./new", 2, ["ftp://example.com/", "no http or https URL"]),
        ("crawl http:/example.com/ -c ./new", 2, ["http:/example.com/", "lacks a slash"]),
        ("crawl pmliv -c ./new", 2, ["'pmliv'", "did you mean 'pmlive'?", "pressmark sites list"]),
        ("crawl http://example.com/ --since yesterday -c ./new", 2, ["--since yesterday", "2026-01-31"]),
        ("crawl http://example.com/ --allow-network all -c ./new", 2, ["--allow-network all", "127.0.0.0/8"]),
        ("crawl http://example.com/ --connect-to here -c ./new", 2, ["--connect-to here", "HOST:PORT:ADDR:PORT"]),
        ("crawl http://example.com/ --max-pages none -c ./new", 2, ["--max-pages", "pressmark crawl --help"]),
        ("crawl http://example.com/ --contact me -c ./new", 2, ["--contact me", "https://your.site/crawler"]),
        ("search vaccine --since 2026-13-45 -c ./kept", 2, ["2026-13-45", "2026-03-31"]),
        ("search vaccine -c ", 2, ["''", "-c NAME|PATH"]),
        ("crawl -c ./new", 2, ["TARGET", "pressmark crawl --help"]),
        ("search vaccine -c ./kapt", 2, ["no collection at kapt", "did you mean", "kept"]),
        ("show http://example.com/ -c ./kapt", 2, ["no collection at kapt", "did you mean", "kept"]),
        ("verify -c nowhere", 2, ["no collection at collections/nowhere", "pressmark crawl"]),
        ("rebuild -c nowhere", 2, ["no collection at collections/nowhere"]),
        ("status -c nowhere", 2, ["no collection at collections/nowhere"]),
        ("search vaccine --fromat json -c ./kept", 2, ["--fromat", "--format", "pressmark search --help"]),
        ("search vaccine --format jsno -c ./kept", 2, ["--format jsno", "did you mean 'json'?"]),
        ("search vaccine --site vaccineherold.example -c ./kept", 2, ["did you mean", "vaccineherald.example"]),
        ("search vaccine( -c ./kept", 2, ["vaccine("]),
        ("show http://nothing.example/ -c ./kept", 2, ["http://nothing.example/", "pressmark search"]),
        ("search --save ../x -c ./kept", 2, ["--save '../x'", "a name has"]),
        ("search --forget x -c ./kept", 2, ["--forget x", "no such search"]),
        ("export -c ./kept", 2, ["--output", "pressmark export --help"]),
        ("export -o out.txt -c ./kept", 2, ["--format txt", "csv, jsonl, parquet, wacz"]),
        ("export -o news -c ./kept", 2, ["which format", "--format"]),
        ("export -o - --format wacz -c ./kept", 2, ["--format wacz", "-o"]),
        ("export -o nowhere/x.csv -c ./kept", 2, ["no folder nowhere"]),
        ("export -o x.csv --as-of soon -c ./kept", 2, ["'soon' is no date"]),
        ("cite zebra -o new -c ./kept", 2, ["nothing to cite"]),
        ("cite vaccine -o new --key no.pem -c ./kept", 2, ["no.pem", "openssl genpkey"]),
        ("verify kept -c ./kept", 2, ["is no citation"]),
        ("show http://nothing.example/ --raw -c ./kept", 2, ["http://nothing.example/", "pressmark search"]),
        ("show x --raw --cite csl -c ./kept", 2, ["--raw and --cite"]),
        ("serch vaccine", 2, ["serch", "search"]),
        ("import missing.warc.gz -c ./new", 2, ["missing.warc.gz", "no such file"]),
        ("extract missing.html", 2, ["missing.html", "No such file"]),
        ("extract", 2, ["a file, a URL"]),
        ("extract page.html --batch m.jsonl", 2, ["page.html", "not both"]),
        ("extract page.html -o out.json", 2, ["-o out.json", "--batch", "> out.json"]),
        ("extract page.html --url nonsense", 2, ["--url nonsense", "http or https"]),
        ("extract www.example.com/news/1", 2, ["No such file", "https://www.example.com/news/1"]),
        pytest.param("crawl http://example.com/ -c /proc/new", 2, ["/proc/new"], marks=pytest.mark.fault(89)),
        pytest.param("crawl http://example.com/ -c ./kept/MANIFEST/new", 2, ["MANIFEST"], marks=pytest.mark.fault(91)),
    ],
)
def test_wrong_use(words: str, code: int, said: list[str], desk: Path) -> None:
    """A wrong word is told in one line that says what, where and what to type; nothing is made."""
    ran = pressmark(*words.split(" "), cwd=desk)
    line = one_line(ran)

    assert (ran.code, ran.out, [part for part in said if part not in line]) == (code, "", [])
    assert not (desk / "new").exists()


def test_what_is_found_leaves_the_house(desk: Path) -> None:
    """An article goes out as a line on stdout, as its bytes, as a reference, and frozen in a folder that verifies."""
    exported = pressmark("export", "-o", "-", "--format", "jsonl", "-c", "./kept", cwd=desk)
    articles = [json.loads(line) for line in exported.out.splitlines()]
    url = articles[0]["url"]
    words = articles[0]["headline"].split()[0]
    raw = pressmark("show", url, "--raw", "-c", "./kept", cwd=desk)
    entry = pressmark("show", url, "--cite", "bibtex", "-c", "./kept", cwd=desk)
    cited = pressmark("cite", f'"{words}"', "-o", "paper", "-c", "./kept", cwd=desk)
    verified = pressmark("verify", "paper", cwd=desk)
    (desk / "paper" / "articles.csv").write_text("mine")
    changed = pressmark("verify", "paper", cwd=desk)

    assert len(articles) == rows(desk / "kept" / "catalog.db", "select count(*) from articles")[0][0]
    assert raw.out.startswith("GET ")
    assert "\nHTTP/1.1 200 OK" in raw.out.replace("\r", "")
    assert entry.out.startswith("@online{")
    assert (cited.code, verified.code, changed.code) == (0, 0, 4)
    assert "sha256:" in cited.err
    assert "articles.csv has other bytes" in changed.out


def test_more_than_are_ranked(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the bound a search says that there are more, and how many of them it looked at."""
    monkeypatch.setattr("archive.search.MAX_RANKED", 4)
    ran = CliRunner().invoke(app, ["search", "the OR a", "-c", str(desk / "kept"), "--facets"])

    assert "more than 4 articles match; only the newest 2,000 are ranked and counted" in ran.output


def test_a_kept_search_tells_what_is_new(tmp_path: Path) -> None:
    """After a crawl the summary names the new articles of a search that was kept, and those alone."""
    web = NewsWeb(3, sites=1, articles=4, crawl_delay=0)
    with serve(web) as server:
        words = crawl_words(web.home_urls, tmp_path / "kept", server.connect_to)
        pressmark(*words, cwd=tmp_path)
        kept = pressmark("search", "--save", "everything", "-c", "./kept", cwd=tmp_path)
        server.advance(hours=24, new=1)
        again = pressmark(*words, "--recheck", "--json", cwd=tmp_path)
    newest = "select id from articles order by first_captured_at desc limit 1"
    [(article,)] = rows(tmp_path / "kept" / "catalog.db", newest)
    forgotten = pressmark("search", "--forget", "everything", "-c", "./kept", cwd=tmp_path)

    assert (kept.code, forgotten.code) == (0, 0)
    assert json.loads(again.out)["searches"] == {"everything": {"new": 1, "articles": [article]}}


def test_nothing_reached(tmp_path: Path) -> None:
    """Where no target answers the exit code is 9, and each is named with the reason."""
    targets = ["http://nowhere.invalid/", "http://127.0.0.1:9/"]
    ran = pressmark("crawl", *targets, "-c", "./new", "--delay", "0", "--allow-network", "127.0.0.0/8", cwd=tmp_path)
    lines = ran.err.splitlines()

    assert (ran.code, len(lines)) == (9, 2)
    assert [sum(target in line for line in lines) for target in targets] == [1, 1]
    assert all("could not be reached" in line for line in lines)


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        (answer(b"User-agent: *\nDisallow: /"), "robots.txt forbids it"),
        (answer(b"", status=b"503 Busy"), "robots.txt cannot be had: status 503"),
        (answer(b"", b"Location: /busy", status=b"302 Found"), "robots.txt cannot be had: status 503"),
    ],
    ids=["forbidden", "busy", "sent-on"],
)
def test_a_target_of_which_nothing_may_be_fetched(rules: bytes, why: str, tmp_path: Path) -> None:
    """An answer to robots.txt alone reaches no target: the exit code is 9, and the reason is told."""
    with served({"/robots.txt": rules, "*": answer(status=b"503 Busy")}) as server:
        ran = pressmark(*crawl_words([server.url("/")], tmp_path / "kept", ()), cwd=tmp_path)
    [line] = ran.err.splitlines()

    assert (ran.code, f"{server.url('/')} could not be reached: " in line, why in line) == (9, True, True)


def test_who_names_a_target_again_has_it_tried_again(tmp_path: Path) -> None:
    """What was blocked at first is fetched when its network is allowed: nothing waits for hours."""
    web = NewsWeb(3, sites=1, articles=4, crawl_delay=0)
    with serve(web) as server:
        [home] = web.home_urls
        words = ["crawl", home, "-c", "./new", "--delay", "0"]
        words += [word for place in server.connect_to for word in ("--connect-to", place)]
        blocked = pressmark(*words, cwd=tmp_path)
        allowed = pressmark(*words, "--allow-network", "127.0.0.0/8", cwd=tmp_path)

    assert (blocked.code, allowed.code) == (9, 0)
    assert "--allow-network" in blocked.err
    assert rows(tmp_path / "new" / "catalog.db", "select count(*) from articles") == [(4,)]


def test_one_silent_target_of_two(tmp_path: Path) -> None:
    """The crawl of the others ends well, and the one that gave no answer is named with the reason."""
    web = NewsWeb(3, sites=1, articles=4, crawl_delay=0)
    with serve(web) as server:
        words = crawl_words(["http://nowhere.invalid/", *web.home_urls], tmp_path / "kept", server.connect_to)
        told = pressmark(*words, cwd=tmp_path)

    assert told.code == 0
    [line] = told.err.splitlines()
    assert "http://nowhere.invalid/ could not be reached" in line


def _catches(process: subprocess.Popen[bytes], number: signal.Signals) -> bool:
    """Whether the process has said that it wants to see to a signal itself."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return bool(int(status.partition("SigCgt:")[2].split()[0], 16) >> (number - 1) & 1)


def _until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.001)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_an_order_to_end_is_obeyed_from_the_beginning(number: signal.Signals, tmp_path: Path) -> None:
    """A command that is told to end while it is still on its way to its work ends with 11 and says so."""
    command = [sys.executable, "-m", "crawler.cli", *crawl_words(["http://127.0.0.1:1/"], tmp_path / "kept", ())]
    with subprocess.Popen(command, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE) as process:
        _until(lambda: _catches(process, signal.SIGTERM))
        process.send_signal(number)
        _, said = process.communicate(timeout=60)

    assert process.returncode == 11, said
    assert said.decode().endswith("run the same command again\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_an_order_to_end_stops_any_command(number: signal.Signals, tmp_path: Path) -> None:
    """A command that no crawl runs in ends with 11 too, here in the middle of a file that it takes in."""
    os.mkfifo(tmp_path / "endless.warc")
    command = [sys.executable, "-m", "crawler.cli", "import", "endless.warc", "-c", str(tmp_path / "kept")]
    with (
        subprocess.Popen(command, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE) as process,
        (tmp_path / "endless.warc").open("wb"),
    ):
        process.send_signal(number)
        _, said = process.communicate(timeout=60)

    assert (process.returncode, said.decode()) == (11, f"pressmark: {WORDS}\n")


def test_output_that_cannot_be_written(desk: Path) -> None:
    """A full disk under the output ends with 3; a reader that has seen enough is no error; any charset will do."""
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "crawler.cli", "status", "-c", "./kept"]
        ran = subprocess.run(
            command, cwd=desk, env=environment(), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (ran.returncode, ran.stderr.count("\n")) == (3, 1)
    assert "No space left" in ran.stderr
    for words in ("status", "search the", "show {url}", "search the --format csv", "sites list"):
        url = rows(desk / "kept" / "catalog.db", "select url from articles limit 1")[0][0]
        place = [] if words == "sites list" else ["-c", "./kept"]
        command = [sys.executable, "-m", "crawler.cli", *words.format(url=url).split(), *place]
        reading, writing = os.pipe()
        os.close(reading)
        ran = subprocess.run(
            command, cwd=desk, env=environment(), stdout=writing, stderr=subprocess.PIPE, text=True, check=False
        )
        os.close(writing)
        assert (ran.returncode, ran.stderr.count("Traceback")) == (0, 0), words
    url = rows(desk / "kept" / "catalog.db", "select url from articles where body like '%é%' or body like '%ü%'")[0][0]
    command = [sys.executable, "-m", "crawler.cli", "show", url, "-c", "./kept"]
    odd = environment(PYTHONIOENCODING="ascii")
    told = subprocess.run(command, cwd=desk, env=odd, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, "")
    assert "\\xe9" in told.stdout or "\\xfc" in told.stdout


@pytest.mark.fault(107)
@pytest.mark.parametrize(
    "odd", [{"LANG": "C", "LC_ALL": "C"}, {"TZ": "Nowhere/Land"}, {"HOME": ""}, {"COLUMNS": "1"}, {"TERM": "nonsense"}]
)
def test_an_odd_environment(odd: dict[str, str], desk: Path) -> None:
    """Whatever charset, time zone, home or terminal the environment names: the same answer."""
    usual = pressmark("search", "the OR der OR les", "--json", "-c", "./kept", cwd=desk).done()
    for words in (["status"], ["search", "the OR der OR les", "--json"]):
        command = [sys.executable, "-m", "crawler.cli", *words, "-c", "./kept"]
        ran = subprocess.run(command, cwd=desk, env=environment(**odd), capture_output=True, check=False)
        assert (ran.returncode, ran.stderr) == (0, b"")
    assert ran.stdout.decode() == usual.out


@pytest.mark.fault(107)
def test_no_stdout(desk: Path) -> None:
    """With stdout closed by the caller there is nowhere to print to, and that is no bug."""
    command = f"exec {sys.executable} -m crawler.cli status -c ./kept >&-"
    ran = subprocess.run(["sh", "-c", command], cwd=desk, env=environment(), stderr=subprocess.PIPE, check=False)

    assert (ran.returncode, ran.stderr) == (0, b"")


@pytest.mark.fault(107)
def test_a_crawl_without_stdout(tmp_path: Path) -> None:
    """A crawl whose stdout is closed, or whose reader is gone, keeps all that it fetches and is no bug."""
    web = NewsWeb(3, sites=1, articles=4, crawl_delay=0)
    with serve(web) as server:
        for name, shell in (("closed", "exec {} >&-"), ("gone", "{{ {}; echo $? >&2; }} | true")):
            words = crawl_words(web.home_urls, tmp_path / name, server.connect_to)
            command = shell.format(shlex.join([sys.executable, "-m", "crawler.cli", *words, "--json"]))
            ran = subprocess.run(
                ["sh", "-c", command], cwd=tmp_path, env=environment(), capture_output=True, check=False
            )
            [(articles,)] = rows(tmp_path / name / "catalog.db", "select count(*) from articles")

            assert (ran.returncode, b"Traceback" in ran.stderr, articles) == (0, False, 4), ran.stderr
            assert name == "closed" or ran.stderr.split()[-1] == b"0"


@pytest.mark.fault(89)
def test_a_folder_that_may_only_be_read(desk: Path, tmp_path: Path) -> None:
    """`verify` finds nothing wrong, `search` and `status` answer, `demo` says where it cannot be."""
    path = Path(shutil.copytree(desk / "kept", tmp_path / "copy"))
    for folder in (tmp_path, *(each for each in path.rglob("*") if each.is_dir()), path):
        folder.chmod(0o555)
    # root may write everywhere, unless that is taken from it
    as_anybody = ["setpriv", "--inh-caps=-dac_override", "--bounding-set=-dac_override"] if os.getuid() == 0 else []
    try:
        for words, code in (("verify -c ./copy", 0), ("search the -c ./copy", 0), ("status -c ./copy", 0), ("demo", 2)):
            command = [*as_anybody, sys.executable, "-m", "crawler.cli", *words.split()]
            ran = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
            assert (ran.returncode, "Traceback" in ran.stderr) == (code, False), (words, ran.stderr)
        assert "collections/demo" in ran.stderr
    finally:
        for folder in (tmp_path, path, *(each for each in path.rglob("*") if each.is_dir())):
            folder.chmod(0o755)


def test_verify_while_a_file_grows(desk: Path, tmp_path: Path) -> None:
    """The unfinished file is told once, and nothing is said against the rows that point into it."""
    path = Path(shutil.copytree(desk / "kept", tmp_path / "copy"))
    [warc] = (path / "archive").glob("*.warc.gz")
    warc.rename(warc.with_name(f"{warc.name}.open"))
    (path / "indexes" / f"{warc.name}.cdxj").rename(path / "indexes" / f"{warc.name}.cdxj.open")
    (path / "MANIFEST").unlink()
    ran = pressmark("verify", "-c", path, "--json", cwd=tmp_path)

    assert ran.code == 4
    assert [(finding["file"], finding["problem"]) for finding in ran.json["findings"]] == [
        (f"archive/{warc.name}.open", "is unfinished")
    ]


def test_a_refused_import_makes_nothing(tmp_path: Path) -> None:
    """The file is named once with the reason, and no collection is there afterwards."""
    (tmp_path / "empty.warc").write_bytes(b"")
    ran = pressmark("import", "empty.warc", "-c", "./new", cwd=tmp_path)

    assert ran.code == 2
    assert ran.err.splitlines()[0].count("empty.warc") == 1
    assert not (tmp_path / "new").exists()


def test_check_without_a_catalog(desk: Path, tmp_path: Path) -> None:
    """There is nothing to compare, and nothing is made to be compared."""
    path = Path(shutil.copytree(desk / "kept", tmp_path / "copy"))
    (path / "catalog.db").unlink()
    ran = pressmark("rebuild", "--check", "-c", path, cwd=tmp_path)

    assert ran.code == 2
    assert "catalog.db is missing" in one_line(ran)
    assert not (path / "catalog.db").exists()


def test_an_empty_result_is_told(desk: Path) -> None:
    """In every format, with the filters that were asked for; a CSV keeps its header line."""
    for form in ("table", "csv", "jsonl"):
        ran = pressmark("search", "vaccine", "--section", "nowhere", "--format", form, "-c", "./kept", cwd=desk)
        assert (ran.code, ran.err) == (0, "no article matches: vaccine --section nowhere\n")
        assert ran.out.startswith("id," if form == "csv" else "")


def test_pages_that_are_none(tmp_path: Path) -> None:
    """A target that is a PDF, has no body, or names a wrong charset stops nothing: each is kept and read."""
    story = "<h1>Ärzte begrüßen den Beschluss</h1>" + "<p>Ein Satz über Äpfel, Öfen und Übungen in der Klinik.</p>" * 20
    pages = {
        "http://odd.example/paper.pdf": (b"%PDF-1.7\n\x00\x01", "application/pdf"),
        "http://odd.example/empty": (b"", "text/html"),
        "http://odd.example/2026/03/01/aerzte-begruessen-den-beschluss": (story.encode(), "text/html; charset=utf-99"),
    }
    web = PageServer(pages)
    with serve(web) as server:
        ran = crawl(web, server, tmp_path / "new", pages).done()
    query = (
        "select url, r.kind from captures join readings r using (record_id) where discovered = 'seed' and status = 200"
    )
    read = dict(rows(tmp_path / "new" / "catalog.db", query))
    bodies = rows(tmp_path / "new" / "catalog.db", "select headline from articles")

    assert "Traceback" not in ran.err
    assert [read[url] == "article" for url in pages] == [False, False, True]
    assert bodies == [("Ärzte begrüßen den Beschluss",)]


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\x00\x00", b"<"])
def test_extract_of_what_is_no_article(content: bytes, tmp_path: Path) -> None:
    """`extract` says of anything at all what it is, and ends well."""
    ran = pressmark("extract", "-", cwd=tmp_path, stdin=content).done()

    assert ran.json["kind"] in ("not_an_article", "unreadable")
    assert ran.err == ""


def test_a_torn_warc(crawled: Crawled, tmp_path: Path) -> None:
    """Of a torn file all that is whole is read; the file and the byte are told, and the import ends well."""
    [warc] = (crawled.path / "archive").glob("*.warc.gz")
    offsets = crawled.rows("select offset, length from captures where kind = 'response' order by offset")
    offset, length = offsets[len(offsets) // 2]
    torn = tmp_path / "torn.warc.gz"
    torn.write_bytes(warc.read_bytes()[: offset + length // 2])
    ran = pressmark("import", torn, "-c", "./new", "--json", cwd=tmp_path).done()
    [row] = ran.json
    [(captures,)] = rows(tmp_path / "new" / "catalog.db", "select count(*) from captures where kind = 'response'")

    assert (row["responses"], captures) == (len(offsets) // 2, len(offsets) // 2)
    assert [str(offset) in reason.replace(",", "") for reason in row["refused"]] == [True]


def test_a_file_that_is_no_warc(crawled: Crawled, tmp_path: Path) -> None:
    """What is no WARC is refused with its name, and what was there is untouched."""
    path = Path(shutil.copytree(crawled.path, tmp_path / "kept"))
    before = (path / "MANIFEST").read_bytes()
    (tmp_path / "page.warc.gz").write_bytes(b"<html>")
    ran = pressmark("import", tmp_path / "page.warc.gz", "-c", path, cwd=tmp_path)

    assert ran.code == 2
    assert "page.warc.gz" in ran.err
    assert "Traceback" not in ran.err
    assert ((path / "MANIFEST").read_bytes(), len(list((path / "archive").iterdir()))) == (before, 1)


def test_batch_lines_have_every_field(tmp_path: Path) -> None:
    """An article, an empty page, a feed and a missing file: one line each, all with the same fields and in order."""
    pages = {
        "article": "<title>A trial ends well</title><h1>A trial ends well</h1>"
        + "".join(
            f"<p>{n} of the patients who took the drug for a year were well at its end, it was said.</p>"
            for n in range(9)
        ),
        "empty": "",
        "feed": "<rss version='2.0'><channel><title>News</title></channel></rss>",
    }
    for name, page in pages.items():
        (tmp_path / f"{name}.html").write_text(page, encoding="utf-8")
    rows = [{"id": name, "url": f"http://news.example/{name}", "html": f"{name}.html"} for name in (*pages, "missing")]
    lines = [*map(json.dumps, rows), "{not json", '["no", "object"]']
    (tmp_path / "m.jsonl").write_text("\n".join(lines), encoding="utf-8")
    pressmark("extract", "--batch", "m.jsonl", "-o", "out.jsonl", cwd=tmp_path).done()
    found = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]

    assert [(line["id"], line["kind"], line["reason"]) for line in found] == [
        ("article", "article", ""),
        ("empty", "not_an_article", "empty"),
        ("feed", "listing", "rss"),
        ("missing", "", ""),
        (None, "", ""),
        (None, "", ""),
    ]
    assert {tuple(key for key in line if key != "error") for line in found} == {tuple(found[0])}
    assert "missing.html" in found[3]["error"]
    assert [line["error"].split(":")[0] for line in found[4:]] == ["line 5", "line 6"]


def test_batch_on_stdout(tmp_path: Path) -> None:
    """Without `-o` the lines go to stdout, which stays open: a good end."""
    (tmp_path / "p.html").write_text("<title>A page</title>", encoding="utf-8")
    (tmp_path / "m.jsonl").write_text('{"id": 1, "url": "http://news.example/", "html": "p.html"}\n', encoding="utf-8")
    ran = pressmark("extract", "--batch", "m.jsonl", cwd=tmp_path)

    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out)["id"] == 1


@pytest.mark.parametrize("words", ["crawl http://127.0.0.1:9/", "rebuild", "import page.warc"])
@pytest.mark.fault(92)
def test_a_locked_collection(words: str, crawled: Crawled, tmp_path: Path) -> None:
    """While another job holds the collection, what would write ends with 5 and names the holder."""
    path = Path(shutil.copytree(crawled.path, tmp_path / "kept"))
    (tmp_path / "page.warc").write_bytes(b"WARC/1.0\r\n")
    with (path / "LOCK").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.write(f"{os.getpid()} a test\n")
        held.flush()
        ran = pressmark(*words.split(), "-c", path, cwd=tmp_path, timeout=20)

    assert ran.code == 5
    assert str(os.getpid()) in one_line(ran)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help(words: tuple[str, ...]) -> None:
    """`--help` of every command ends well and shows how it is typed."""
    ran = CliRunner().invoke(app, [*words, "--help"])

    assert ran.exit_code == 0
    assert f"\n  pressmark {' '.join(words)}" in ran.output


def cpu_seconds(*command: str) -> float:
    """CPU time of one run of Python with these words."""
    child = subprocess.Popen([sys.executable, *command], env=environment(), cwd=CHECKOUT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    return usage.ru_utime + usage.ru_stime


def test_help_is_cheap() -> None:
    """`pressmark --help` costs little more than the import of Typer."""
    bare, ours = [], []
    for _ in range(5):
        bare.append(cpu_seconds("-c", "import typer"))
        ours.append(cpu_seconds("-m", "crawler.cli", "--help"))

    assert statistics.median(ours) - statistics.median(bare) <= HELP_BUDGET


_IMPORTED = """
import json, runpy, sys
sys.argv = ["pressmark", *sys.argv[1:]]
try:
    runpy.run_module("crawler.cli", run_name="__main__")
except SystemExit as end:
    json.dump([end.code, sorted({"scrapy", "twisted"} & sys.modules.keys())], sys.stderr)
"""


@pytest.mark.parametrize(
    "words",
    [
        "search vaccine",
        "show {url}",
        "status",
        "verify",
        "rebuild",
        "rebuild --check",
        "import {warc}",
        "extract {page}",
    ],
)
def test_scrapy_is_for_crawls(words: str, crawled: Crawled, tmp_path: Path) -> None:
    """No command that does not crawl imports Scrapy or Twisted."""
    path = Path(shutil.copytree(crawled.path, tmp_path / "kept"))
    (tmp_path / "page.html").write_text("<h1>A page</h1>", encoding="utf-8")
    [warc] = (path / "archive").glob("*.warc.gz")
    places = {"url": crawled.web.articles[0].url, "warc": warc, "page": tmp_path / "page.html"}
    at = [] if words.startswith("extract") else ["-c", str(path)]
    command = [sys.executable, "-c", _IMPORTED, *words.format(**places).split(), *at]
    ran = subprocess.run(
        command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False, timeout=60
    )

    assert json.loads(ran.stderr.splitlines()[-1][ran.stderr.splitlines()[-1].index("[") :]) == [0, []]


def limited(most: int, words: list[str]) -> subprocess.CompletedProcess[str]:
    """The command under a limit of the files that it may have open."""
    program = ["bash", "-c", f'ulimit -n {most}; exec "$0" -m crawler.cli "$@"', sys.executable, *words]
    return subprocess.run(
        program, cwd=CHECKOUT, env=environment(), capture_output=True, text=True, timeout=100, check=False
    )


@pytest.mark.fault(105)
def test_few_file_handles(tmp_path: Path) -> None:
    """Under `ulimit -n 64` a crawl takes fewer connections, and misses nothing."""
    web, path = NewsWeb(7, sites=3, articles=9), tmp_path / "kept"
    with serve(web, latency=0.05) as server:
        ran = limited(64, crawl_words(web.home_urls, path, server.connect_to, "--concurrency", "20"))
    live = sum(not article.withdrawn for article in web.articles)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert rows(path / "catalog.db", "select count(*) from articles") == [(live,)]
    assert rows(path / "catalog.db", "select url, error from captures where outcome = 'connect'") == []


@pytest.mark.fault(105)
def test_too_few_file_handles(tmp_path: Path) -> None:
    """Where no connection fits, a crawl does not begin, and says how to raise the limit."""
    ran = limited(32, ["crawl", "http://a.example/", "-c", str(tmp_path / "kept")])

    assert ran.returncode == 2
    assert "raise the limit with `ulimit -n 1024`" in ran.stderr
    assert not (tmp_path / "kept").exists()
