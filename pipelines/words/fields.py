"""Names of `<meta>` and of properties under which sites give the fields of an article."""

from __future__ import annotations

PUBLISHED_META = (
    "article:published_time article:published og:article:published_time og:published_time og:pubdate bt:pubdate"
    " article.published publishdate publish-date publish_date published published_time publication_date publicationdate"
    " publication-date pubdate pub_date datepublished dc.date.issued dc.date.created dcterms.issued dcterms.created"
    " dc.issued dcterms.date.issued citation_publication_date citation_date parsely-pub-date sailthru.date cxenseparse:recs:publishtime"
    " cxenseparse:publishtime iso-8601-publish-date timestamp article_date_original article:post_date rnews:datepublished"
    " displaydate display-date ptime originalpublicationdate dateposted datecreated date_published release_date"
    " firstpublished first_published lastpubdate uploaddate prism.publicationdate eprints.date bepress_citation_date"
    " weibo:article:create_at og:release_date article:create_at published-date newsdate article-publication-date createdate created"
    " shareaholic:article_published_time video:release_date"
).split()
"""`<meta>` names of the day of publication, the surest first."""

VAGUE_META = (
    "date dc.date dcterms.date dc.date.available dc:date article:date searchdate pagedate date.release doc_date".split()
)
"""`<meta>` names that often give that day, sometimes another."""

MODIFIED_META = (
    "article:modified_time article:modified og:updated_time og:article:modified_time og:modified_time bt:moddate lastmod last-modified"
    " last_modified lastmodified moddate mod_date modified modified_time datemodified date_modified dc.date.modified dcterms.modified"
    " dc.modified iso-8601-modified-date updated_time article:updated_time revision_date utime update_date article:update_at"
    " lastmodifieddate weibo:article:update_at article.updated cxenseparse:recs:modifiedtime dc.date.updated rnews:datemodified"
).split()
"""`<meta>` names of the day of the last change."""

PUBLISHED_PROPERTIES = ("datePublished", "dateCreated", "uploadDate")
"""Properties of JSON-LD and microdata for publication."""

MODIFIED_PROPERTIES = ("dateModified",)
"""Properties of JSON-LD and microdata for the last change."""

AUTHOR_META = (
    "author article:author og:article:author og:author dc.creator dc.creator.name dcterms.creator dc.author parsely-author sailthru.author"
    " byl byline citation_author article:author_name cxenseparse:author author_name authors article.author twitter:creator_name"
    " vr:author article-author creator dc:creator rnews:author shareaholic:article_author_name bepress_citation_author"
).split()
"""`<meta>` names of authors."""

SECTION_META = (
    "article:section og:article:section section parsely-section sailthru.section cxenseparse:category category news_section"
    " dc.subject.section article:section:name prism.section sectionname channel article:category page-topic content-section"
).split()
"""`<meta>` names of the section."""

KEYWORDS_META = "news_keywords article:tag og:article:tag keywords parsely-tags sailthru.tags dc.subject dcterms.subject cxenseparse:taglist".split()
"""`<meta>` names of topics, the surest first."""

DESCRIPTION_META = (
    "og:description description twitter:description dc.description dcterms.abstract sailthru.description".split()
)
"""`<meta>` names of what an article is about."""
