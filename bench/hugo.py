"""The same episodes as a site of Hugo: content files and templates like ours, as simple as Hugo lets them be."""

import json
from pathlib import Path

from podcast.website.page import Page
from podcast.website.rows import facts_of
from podcast.website.words import words_for

_SETTINGS = """\
baseURL = "https://podcast.example.org/"
languageCode = "de"
title = "Gemessen"
paginate = 50
buildFuture = true
[taxonomies]
topic = "topics"
person = "people"
occasion = "occasions"
year = "archive"
[markup.goldmark.renderer]
unsafe = false
"""
_BASE = """\
<!doctype html><html lang="de"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{{ .Title }} · {{ site.Title }}</title>
<link rel="canonical" href="{{ .Permalink }}"><meta property="og:title" content="{{ .Title }}">
<meta property="og:url" content="{{ .Permalink }}"><meta property="og:description" content="{{ .Params.summary }}">
</head><body><header><a href="/">{{ site.Title }}</a><nav><ul>
{{ range $kind, $_ := site.Taxonomies }}<li><a href="/{{ $kind }}/">{{ $kind }}</a></li>{{ end }}</ul></nav></header>
{{ block "main" . }}{{ end }}<footer><a href="/feed.xml">RSS</a></footer></body></html>
"""
_SINGLE = """\
{{ define "main" }}<main><p>{{ .Params.facts }}</p><h1>{{ .Title }}</h1><p>{{ .Params.summary }}</p>
<audio controls preload="none" src="{{ .Params.audio }}"></audio>{{ .Content }}
<ol>{{ range .Params.chapters }}<li><a href="#t={{ .at }}">{{ .at }}</a> {{ .title }}</li>{{ end }}</ol>
<ul>{{ range .GetTerms "people" }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>{{ end }}</ul>
<ul>{{ range .GetTerms "topics" }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>{{ end }}</ul>
<script type="application/ld+json">{{ dict "@context" "https://schema.org" "@type" "PodcastEpisode"
"name" .Title "url" .Permalink "description" .Params.summary | jsonify | safeJS }}</script>
<nav>{{ with .PrevInSection }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}
{{ with .NextInSection }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}</nav></main>{{ end }}
"""
_LIST = """\
{{ define "main" }}<main><h1>{{ .Title }}</h1><ol>{{ range (.Paginate .Pages).Pages }}
<li><a href="{{ .RelPermalink }}">{{ .Title }}</a> {{ .Params.facts }}<p>{{ .Params.summary }}</p></li>{{ end }}</ol>
{{ template "_internal/pagination.html" . }}</main>{{ end }}
"""


def write_hugo(folder: Path, pages: list[Page]) -> None:
    """Write a site of Hugo with these episodes, their short links, and lists of people, topics, occasions and years."""
    templates = folder / "layouts" / "_default"
    content = folder / "content"
    templates.mkdir(parents=True)
    content.mkdir()
    (folder / "config.toml").write_text(_SETTINGS, encoding="utf-8")
    for name, text in (("baseof", _BASE), ("single", _SINGLE), ("list", _LIST)):
        (templates / f"{name}.html").write_text(text, encoding="utf-8")
    for page in pages:
        (content / f"{page.path}.md").write_text(_content(page), encoding="utf-8")


def _content(page: Page) -> str:
    item = page.item
    front = {
        "title": item.title,
        "date": item.published.isoformat(),
        "url": f"/{page.path}/",
        "aliases": [f"/{path}/" for path in page.aliases],
        "summary": item.summary,
        "facts": facts_of(item, words_for("de")),
        "audio": item.enclosure.url,
        "topics": list(page.topics),
        "people": [person.name for person in item.people],
        "occasions": [item.recording.occasion] if item.recording.occasion else [],
        "archive": [str(item.published.year)],
        "chapters": [{"at": str(it.start), "title": it.title} for it in item.chapters],
    }
    return f"{json.dumps(front, ensure_ascii=False)}\n\n{page.notes}"
