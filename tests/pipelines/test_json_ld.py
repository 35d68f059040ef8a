"""JSON-LD is read as pages write it, mistakes included."""

from __future__ import annotations

import pytest

from pipelines.json_ld import MAX_LETTERS, article_node, read_json_ld, text_of, texts_of, types_of


@pytest.mark.parametrize(
    "script",
    [
        '{"headline": "A"}',
        '<!-- {"headline": "A"} -->',
        '//<![CDATA[\n{"headline": "A"}\n//]]>',
        '{"headline": "A",}',
        '{"headline": "A"};',
        '{"headline": "A", "text": "two\nlines"}',
        r'{"headline": "A", "text": "it\'s"}',
        "{&quot;headline&quot;: &quot;A&quot;}",
        '{"@type": "x", "list": ["a"]\n"headline": "A"}',
        '\ufeff{"headline": "A"}{"headline": "B"}',
        '{"@graph": [{"headline": "A"}]}',
        '[[{"headline": "A"}]]',
    ],
)
def test_mistakes_are_mended(script: str):
    """Comments, commas, escapes and line ends in the wrong place do not hide what is meant."""
    nodes, notes = read_json_ld([script])
    assert (next(n["headline"] for n in nodes if "headline" in n), notes) == ("A", ())


@pytest.mark.parametrize("script", ["", "null", "not json", '{"a":', "[" * 100_000, '{"@graph":' * 50_000])
def test_what_is_no_json_gives_nothing(script: str):
    """Broken and hostile scripts give no nodes, and never an error."""
    assert read_json_ld([script])[0] == ()


def test_too_much_is_left_out_and_told():
    """A script beyond the budget is not read; a note says so."""
    nodes, notes = read_json_ld(['{"a": "' + "x" * MAX_LETTERS + '"}', '{"a": 1}'])
    assert (nodes, notes) == (({"a": 1},), ("json-ld: a script of 1,000,009 characters left out",))


def test_types_lose_their_address():
    """A type is known with and without schema.org before it."""
    assert types_of({"@type": ["http://schema.org/NewsArticle", "schema:Thing", 3]}) == ("NewsArticle", "Thing")


def test_texts_of_any_shape():
    """Strings come alone, in lists, as `@value` and as the name of an object."""
    assert list(texts_of(["a", {"@value": "b"}, {"name": "c"}, {"x": 1}, None, 5])) == ["a", "b", "c", "5"]
    assert text_of(None) == ""


def test_the_article_of_the_page_is_chosen():
    """Of several articles it is the one with the page's URL, not the first of the related ones."""
    related = {"@type": "NewsArticle", "url": "https://example.com/b", "headline": "Other"}
    own = {"@type": "NewsArticle", "mainEntityOfPage": {"@id": "https://example.com/a"}, "headline": "Own"}
    assert article_node([{"@type": "WebSite"}, related, own], "https://example.com/a?x=1", "Own story") is own
    assert article_node([{"@type": "WebSite"}]) == {}


def test_list_of_other_articles():
    """Of several articles, none of which has the page's address or a word of its title, none is the page's."""
    others = [{"@type": "NewsArticle", "headline": f"Report {n}", "datePublished": "2019-07-10"} for n in (1, 2)]

    assert article_node(others, "https://example.com/a", "Own story") == {}
