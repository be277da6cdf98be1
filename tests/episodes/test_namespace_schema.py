"""What is promised about the words of the podcast namespace in an episode file, mistakes above all."""

from datetime import timedelta

import pytest

from episodes.fields import line_of, lines_of
from episodes.markup import Markup, canonical, clark, parse_markup
from episodes.model import Chapter
from episodes.namespace import License, Soundbite
from episodes.namespace_schema import EPISODE_ELEMENTS, SHOW_ELEMENTS
from episodes.problems import UserError
from tests.episodes.builders import a_file, an_episode, document_of, only_problem, read

LINE = 7
"""The line on which what an example adds to a sound episode file begins."""

WRONG = [
    # fields, line from their first, field, message, hint
    ("funding: https://a.example", 0, "funding", "is not a list", "begin each entry with '  - url: …'"),
    ("funding:\n  - https://a.example", 1, "funding[1].message", "is missing", "write 'message: …'"),
    ("funding:\n  - {url: a.example/x, message: A}", 1, "funding[1].url", "'a.example/x' is not a web address",
     "write https://a.example/x"),
    (f"funding:\n  - url: https://a.example\n    message: {'A' * 129}", 2, "funding[1].message",
     "has 129 characters", "shorten it"),
    ("funding:\n  - url: [https://a.example]\n    message: A", 1, "funding[1].url", "is a list where text",
     "write 'url: …' on one line"),
    ("soundbites:\n  - {start: 1:99, duration: 30}", 1, "soundbites[1].start", "'1:99' is not a point in the audio",
     ""),
    ("soundbites:\n  - start: 1:00\n    duration: lang", 2, "soundbites[1].duration",
     "'lang' is not a point in the audio; write 12:34", ""),
    ("soundbites:\n  - start: 1:00\n    duration: -5", 2, "soundbites[1].duration", "'-5' is not a point", ""),
    ("soundbites:\n  - start: 1:00", 1, "soundbites[1].duration", "is missing", ""),
    ("soundbites:\n  - start: 1:00\n    duration: 0", 2, "soundbites[1].duration", "'0' is no length", ""),
    ("soundbites: [[1, 2]]", 0, "soundbites", "an entry is a list where fields", ""),
    ("chapters:\n  - 0:00 Teil 1: Begrüßung\n  - 0:10 B", 1, "chapters[1]", "must stand in quotes",
     'write - "0:00 Teil 1: Begrüßung"'),
    ('chapters:\n  - 0:00 A\n  - 0:10 Sie sagt "Mut":', 2, "chapters[2]", "must stand in quotes",
     r'write - "0:10 Sie sagt \"Mut\":"'),
    ("appearances:\n  - Uwe Schneidewind: Wuppertal", 1, "appearances[1]", "must stand in quotes",
     'write - "Uwe Schneidewind: Wuppertal"'),
    ("extra: <bar>x</bar>", 0, "extra", "is not a list", ""),
    ("extra:\n  - <bar>x</bar>", 1, "extra[1].xml", "<bar> has no namespace and is no element of RSS here",
     'write <x:bar xmlns:x="https://…">, or one of RSS\'s own here: author, category, comments, source'),
    ("extra:\n  - <ttl>60</ttl>", 1, "extra[1].xml", "<ttl> has no namespace and is no element of RSS here", ""),
    ("chapters:\n  - 0:00 A\n  - 0:10", 2, "chapters[2].title", "is missing", "write '0:10 what it is about'"),
    ("chapters:\n  - A 0:00", 1, "chapters[1].start", "'A' is not a point in the audio", ""),
    ("chapters:\n  - 0:10 A\n  - 0:05 B\n  - 0:20 C", 2, "chapters[2].start",
     "'B' does not start later than the one before", "put them in order"),
    ("chapters:\n  - 0:10 A\n  - 0:10 B", 2, "chapters[2].start", "'B' does not start later", ""),
    ("chapters:\n  - start: 0:10\n    title: A\n    link: wuppertal.de", 3, "chapters[1].link",
     "'wuppertal.de' is not a web address", "write https://wuppertal.de"),
    ("chapters:\n  - start: 0:10\n    title: A\n    hidden: vielleicht", 3, "chapters[1].hidden",
     "'vielleicht' is neither true nor false", "write true or false"),
    ("locations:\n  - name: A\n    rel: Subject", 2, "locations[1].rel", "'Subject' is not a rel",
     "did you mean 'subject'?"),
    ("locations:\n  - {geo: 'geo:1,2'}", 1, "locations[1].name", "is missing", "write 'name: …'"),
    ("locations:\n  - name: A\n    geo: geo:91,7", 2, "locations[1].geo", "'geo:91,7' is not a place on earth", ""),
    ("license_url: https://a.example", 0, "license_url", "stands there without a license", "name of the licence"),
    ("chat: irc.example", 0, "chat", "is not a group of fields", "write '  server: …' below it"),
    ("chat:\n  server: a.example\n  protocol: ICQ", 2, "chat.protocol", "'ICQ' is not known here", ""),
    ("chat:\n  servr: a.example\n  server: a.example\n  protocol: IRC", 1, "chat.servr", "is not a field",
     "did you mean 'server'?"),
    ("social_interact:\n  - protocol: activitypub", 1, "social_interact[1].uri", "is missing", ""),
    ("social_interact:\n  - protocol: disabled\n    priority: eins", 2, "social_interact[1].priority",
     "'eins' is not a number", ""),
    ("txt:\n  - purpose: verify", 1, "txt[1].text", "is missing", ""),
    (f"txt:\n  - text: {'A' * 4001}", 1, "txt[1].text", "has 4,001 characters", "shorten it"),
    ("alternates:\n  - urls: [https://a.example/a.mp4]", 1, "alternates[1].type", "is missing", ""),
    ("alternates:\n  - title: A", 1, "alternates[1].path", "is missing", "name a file of the show folder"),
    ("alternates:\n  - path: a.opus\n    bitrate: 64k", 2, "alternates[1].bitrate", "'64k' is not a whole number",
     "write digits only"),
    ("images:\n  - path: a.png\n    widht: 1", 2, "images[1].widht", "is not a field", "did you mean 'width'?"),
    ("value: lightning", 0, "value", "is not a list", "begin each entry with '  - type: …'"),
    ("value:\n  - type: a\n    xmlns: b", 2, "value[1].xmlns", "cannot be the name", ""),
    ("extra:\n  - <a>", 1, "extra[1].xml", "'<a>' is not well-formed XML", "write one element"),
    ("extra:\n  - xml: |\n      <guid>1</guid>", 1, "extra[1].xml", "<guid> has a place of its own", "set guid"),
    ("extra:\n  - <podcast:alternateEnclosure/>", 1, "extra[1].xml", "has a place of its own", "set alternates"),
    ("block: ja", 0, "block", "'ja' is neither true nor false", "write true or false"),
    (f"number_display: {'A' * 33}", 0, "number_display", "has 33 characters; podcast apps take at most 32", "shorten"),
    ("itunes_title:\n  - A", 1, "itunes_title", "is a list where text", "write 'itunes_title: …' on one line"),
]  # fmt: skip


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("text", "line", "field", "message", "hint"), WRONG)
def test_a_mistake_is_told_once_with_line_field_value_and_what_to_write(
    text: str, line: int, field: str, message: str, hint: str, newline: str
) -> None:
    problem = only_problem(a_file(text).replace("\n", newline))
    assert (problem.path, problem.line, problem.field) == ("episodes/001-diensteid.md", LINE + line, field)
    assert message in problem.message
    assert hint in problem.hint


def test_five_mistakes_are_five_problems_in_the_order_of_their_lines() -> None:
    text = a_file(
        "block: ja",
        "funding:",
        "  - url: x",
        "    message: A",
        "  - url: https://a.example",
        "chat: {server: a.example, protocol: telefon}",
        "soundbites: [{start: 1:00, duration: x}]",
    )
    episode, problems = read(text)
    assert episode is None
    assert [(problem.line, problem.field) for problem in problems] == [
        (7, "block"),
        (9, "funding[1].url"),
        (11, "funding[2].message"),
        (12, "chat.protocol"),
        (13, "soundbites[1].duration"),
    ]


def test_a_line_as_its_hint_writes_it_is_read() -> None:
    episode = an_episode(a_file('chapters:\n  - "0:00 Teil 1: Begrüßung"'))
    assert episode.chapters == (Chapter(start=timedelta(), title="Teil 1: Begrüßung"),)


@pytest.mark.parametrize("name", ["author", "category", "comments", "source"])
def test_an_element_of_rss_is_carried(name: str) -> None:
    assert an_episode(a_file(f"extra:\n  - <{name}>A</{name}>")).tags.extra == (Markup(name=name, text="A"),)


def test_every_chapter_out_of_order_is_told() -> None:
    _, problems = read(a_file("chapters:\n  - 0:10 A\n  - 0:05 B\n  - 0:20 C\n  - 0:15 D"))
    assert [(problem.line, problem.field) for problem in problems] == [
        (9, "chapters[2].start"),
        (11, "chapters[4].start"),
    ]


def test_times_are_read_in_every_form() -> None:
    episode = an_episode(
        a_file(
            "soundbites:\n  - {start: 73.5, duration: 0:30}\nchapters: ['0 A', '1:05 B', {start: 1:02:03.25, title: C}]"
        )
    )
    assert episode.tags.soundbites == (Soundbite(start=timedelta(seconds=73.5), duration=timedelta(seconds=30)),)
    assert episode.chapters == (
        Chapter(start=timedelta(), title="A"),
        Chapter(start=timedelta(minutes=1, seconds=5), title="B"),
        Chapter(start=timedelta(hours=1, minutes=2, seconds=3.25), title="C"),
    )


def test_a_chapter_ends_where_it_says_so_and_not_before_it_begins() -> None:
    first, second = an_episode(a_file("chapters: [{start: 0:00, end: 0:10.5, title: A}, 0:20 B]")).chapters
    assert (first.end, second.end) == (timedelta(seconds=10.5), None)
    problem = only_problem(a_file("chapters: [{start: 0:10, end: 0:10, title: A}, 0:20 B]"))
    assert (problem.field, problem.message) == ("chapters[1].end", "'0:10' is not after its start")
    assert only_problem(a_file("chapters: [{start: 0:10, end: bald, title: A}]")).field == "chapters[1].end"


def test_an_image_of_a_hidden_chapter_needs_no_title() -> None:
    text = "chapters:\n  - 0:00 A\n  - {start: 0:10, image: 'https://a.example/a.jpg', hidden: true}"
    assert an_episode(a_file(text)).chapters[1].title == ""


def test_a_licence_of_its_own_has_an_address() -> None:
    episode = an_episode(a_file("license: Hausrecht\nlicense_url: https://a.example"))
    assert episode.tags.license == License(name="Hausrecht", url="https://a.example")


def test_value_is_passed_on_with_every_name_in_its_order() -> None:
    text = "value:\n  - type: lightning\n    method: lnaddress\n    valueRecipient: [{name: A, split: 010}]"
    (value,) = an_episode(a_file(text)).tags.value
    assert value == Markup(
        name="podcast:value",
        attributes=(("type", "lightning"), ("method", "lnaddress")),
        children=(Markup(name="podcast:valueRecipient", attributes=(("name", "A"), ("split", "010"))),),
    )


HOSTILE = {
    "a DTD": ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "it holds a DTD"),
    "billion laughs": (
        '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><a>&b;</a>',
        "it holds a DTD",
    ),
    "an entity": ("<a>&lol;</a>", "Entity 'lol' not defined"),
    "two roots": ("<a/><b/>", "is not one element"),
    "no element": ("Mut", "is not one element"),
    "unclosed": ("<a><b></a>", "opened and not closed"),
    "closed only": ("</a>", "closed and not opened"),
    "a way out": ("</extra><extra>", "closed and not opened"),
    "an undeclared prefix": ("<neu:a/>", 'add xmlns:neu="…" to the element'),
    "an undeclared prefix of an attribute": ('<a neu:b="c"/>', 'add xmlns:neu="…" to the element'),
    "1 MB": (f"<a>{'x' * 1_000_000}</a>", "has 1,000,007 characters"),
    "deep nesting": ("<a>" * 30 + "</a>" * 30, "nested too deeply"),
    "deeper nesting": ("<a>" * 10_000 + "</a>" * 10_000, "nested too deeply"),
    "a comment": ("<a><!-- nein --></a>", "holds a comment"),
    "a comment alone": ("<!-- nein -->", "holds a comment"),
    "an instruction": ("<a><?php exit ?></a>", "holds a comment, an entity or an instruction"),
    "text between": ("<a>Mut<b/></a>", "'Mut' stands between elements"),
    "a terminal escape": ("<a>&#x9b;31m</a>", "no text may hold (U+009B)"),
    "a turned direction": ('<a b="&#x202e;"/>', "no text may hold (U+202E)"),
    "what XML forbids": ("<a>&#0;</a>", "invalid xmlChar value 0"),
    "CDATA without end": ("<![CDATA[" * 11_000, "not well-formed"),
    "angle brackets": ("<" * 90_000, "not well-formed"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_xml_is_refused_in_a_sentence(name: str) -> None:
    xml, sentence = HOSTILE[name]
    with pytest.raises(UserError) as refused:
        parse_markup(xml)
    assert sentence in refused.value.message
    assert refused.value.hint
    assert len(str(refused.value)) < 400
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("xml", "markup"),
    [
        ('<spotify:limit recentCount="3"/>', Markup(name="spotify:limit", attributes=(("recentCount", "3"),))),
        ("<ttl>60</ttl>", Markup(name="ttl", text="60")),
        ("\n <a> Mut &amp; <![CDATA[<b>]]> </a>\n", Markup(name="a", text="Mut & <b>")),
        ('<x:a xmlns:x="urn:x" x:b="c"/>', Markup(name="{urn:x}a", attributes=(("{urn:x}b", "c"),))),
        ('<a xml:lang="de"/>', Markup(name="a", attributes=(("xml:lang", "de"),))),
        (
            '<p:liveItem xmlns:p="https://podcastindex.org/namespace/1.0"><title>A</title></p:liveItem>',
            Markup(name="podcast:liveItem", children=(Markup(name="title", text="A"),)),
        ),
    ],
)
def test_an_element_is_carried_whatever_its_prefix(xml: str, markup: Markup) -> None:
    assert parse_markup(xml) == markup
    assert canonical(clark(markup.name)) == markup.name


@pytest.mark.parametrize("element", sorted(EPISODE_ELEMENTS))
def test_an_element_with_a_field_is_refused_with_the_name_of_the_field(element: str) -> None:
    problem = only_problem(a_file(f"extra:\n  - <{element}/>"))
    assert problem.hint.removeprefix("set ") in EPISODE_ELEMENTS[element]


def test_elements_of_the_show_have_settings() -> None:
    assert SHOW_ELEMENTS["podcast:funding"] == "funding[]"
    assert SHOW_ELEMENTS["podcast:license"] == "show.license"


def test_every_field_has_the_line_it_stands_on() -> None:
    document = document_of(
        a_file("chat:\n  server: a\n\nfunding:\n  - url: b\n\n    message: c\n  - {url: d}\ntxt: [a, b]")
    )
    lines = lines_of(document, document.fields)
    names = ("title", "chat.server", "chat.space", "funding[1].message", "funding[2].url", "funding[3]", "txt[2]", "x")
    assert [line_of(lines, name) for name in names] == [3, 8, 7, 13, 14, 10, 15, 0]
