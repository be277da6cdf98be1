"""What is promised about mistakes in the tables of podcast.toml: file, line, field, value, and what to write."""

from pathlib import Path

import pytest

from episodes.problems import Problem
from podcast.settings import Settings
from podcast.tables import read_toml
from tests.podcast.test_settings import a_toml, load, sound

LINE = 6
"""The line on which what an example adds to a sound podcast.toml begins."""


def problems_of(folder: Path, text: str) -> list[Problem]:
    return list(load(folder, text)[1])


WRONG = [
    # what stands below [show], line from there, field, message, hint
    ("[[funding]]\nurl = 'kommune.example/a'\nmessage = 'A'", 1, "funding[1].url", "'kommune.example/a' is not a web",
     "write https://kommune.example/a"),
    ("[[funding]]\nurl = 'https://a.example'\nmessage = 'A'\n[[funding]]\nmessage = 'B'", 3, "funding[2].url",
     "is missing", 'write url = "…"'),
    ("funding = [\n  {url = 'https://a.example', message = 'A'},\n  {message = 'B'},\n]", 0, "show.funding",
     "is not a setting", "write [[funding]] on a line of its own"),
    ("[[funding]]\nurl = ['https://a.example']\nmessage = 'A'", 1, "funding[1].url", "is a list where text",
     'write url = "…" on one line'),
    ("[[funding]]\nurl = 'https://a.example'\nmessage = 12", 2, "funding[1].message", "'12' is not text in quotes",
     'write message = "12"'),
    ("[[funding]]\nurl = 'https://a.example'\nmesage = 'A'\nmessage = 'B'", 2, "funding[1].mesage", "is not a field",
     "did you mean 'message'?"),
    ("[funding]\nurl = 'https://a.example'", 0, "funding", "is not a list",
     'write [[funding]] on a line of its own, and url = "…" below it'),
    ("[[chat]]\nserver = 'a.example'", 0, "chat", "is not a group of fields",
     'write [chat] on a line of its own, and server = "…" below it'),
    ("[chat]\nserver = 'a.example'", 0, "chat.protocol", "is missing", 'write protocol = "…"'),
    ("[chat]\nserver = 'a.example'\nprotocol = 'ircs'", 2, "chat.protocol", "'ircs' is not known here",
     "did you mean 'irc'?"),
    ("medium = 'podcasts'", 0, "show.medium", "'podcasts' is not known here", "did you mean 'podcast'?"),
    ("chat = {server = 'a.example', protocol = 'irc'}", 0, "show.chat", "is not a setting",
     "write [chat] on a line of its own"),
    ("podping = 1", 0, "show.podping", "'1' is neither true nor false", "write true or false"),
    ("itunes_title = true", 0, "show.itunes_title", "'true' is not text in quotes", 'write itunes_title = "true"'),
    ("'license_url' = 'https://a.example'", 0, "show.license_url", "stands there without a license",
     "write the name of the licence"),
    ("new_feed_url = 'neu.example'", 0, "show.new_feed_url", "'neu.example' is not a web address",
     "write https://neu.example"),
    ("[[locations]]\nname = 'A'\n[[locations]]\nname = 'B'\ngeo = '51,7'", 4, "locations[2].geo",
     "'51,7' is not a place on earth", "write geo:51.2562,7.1508"),
    ("[[txt]]\npurpose = 'verify'\ntext = '''\n'''", 2, "txt[1].text", "is missing", ""),
    ("[[images]]\nalt = 'A'", 0, "images[1].path", "is missing", "name a file of the show folder, or an address"),
    ("[[images]]\npath = 'a.png'\nurl = 'https://a.example/a.png'", 1, "images[1].path", "stands beside an address",
     "keep one of the two"),
    ("[[images]]\npath = 'a.png'\nwidth = -1", 2, "images[1].width", "'-1' is not a number", "write '1'"),
    ("[publisher]\nfeed_url = 'https://a.example'", 0, "publisher.feed_guid", "is missing", ""),
    ("[update_frequency]\nrrule = 'FREQ=WEEKLY'", 0, "update_frequency.message", "is missing", ""),
    ("[[podroll]]\nfeed_guid = 'a'\nmedium = 'x'", 2, "podroll[1].medium", "'x' is not known here", ""),
    ("[[value]]\ntype = 'lightning'\n'a b' = 'c'", 2, "value[1].a b", "cannot be the name", "use letters"),
    ("[[value]]\ntype = 'lightning'\nxmlns = 'c'", 2, "value[1].xmlns", "cannot be the name", "use letters"),
    ("[value]\ntype = 'lightning'", 0, "value", "is not a list", "write [[value]] on a line of its own"),
    ("[[value]]\ntype = 'a'\n[[value.valueRecipient]]\nname = 'A'\n[[value.valueRecipient]]\nname = ['B']", 5,
     "value[1].valueRecipient[2].name", "an entry is 'B' where fields are expected", ""),
    ("[[extra]]\nxml = '<a>'", 1, "extra[1].xml", "'<a>' is not well-formed XML", "write one element"),
    ("[[extra]]\nxml = '<podcast:funding url=\"a\">A</podcast:funding>'", 1, "extra[1].xml",
     "<podcast:funding> has a place of its own", "set funding"),
    ("[[extra]]\nxml = '<itunes:explicit>true</itunes:explicit>'", 1, "extra[1].xml", "has a place of its own",
     "set show.explicit"),
    ("[[extra]]\nxml = '<item/>'", 1, "extra[1].xml", "<item> is written by folge itself", "leave it out"),
    ("[[feeds]]\nname = 'mut'\ntopic = 'Mut'\nguid = '123'", 3, "feeds[1].guid", "'123' is not a podcast guid",
     "without one it follows from the name"),
    ("[[feeds]]\nname = 'mut'\ntopic = 'Mut'\n[[feeds]]\nname = 'mut'\nseason = 1", 0, "feeds",
     "2 feeds have the name 'mut'", "give each its own"),
    ("[[feeds]]\nname = 'a'\nformat = 'wav'", 2, "feeds[1].format", "'wav' is not known here", "mp3"),
    ("[feed]\nitems = 'viele'", 1, "feed.items", "'viele' is not a number", "write items = 100, or leave it out"),
    ("[feed]\nitems = 0", 1, "feed.items", "'0' is not a number from 1", "write items = 100, or leave it out for one"),
    ("[feed]\nslim_after = -1", 1, "feed.slim_after", "'-1' is not a number from 1",
     "write slim_after = 50, or leave it out to keep all notes"),
    ("[[feeds]]\nname = '2024'\nseason = 1", 1, "feeds[1].name", "'2024' cannot be the name of a feed",
     'begin with a letter, as in "feed-2024": numbers are archive pages'),
    ("[[feeds]]\nname = 'Staffel 2'\nseason = 1", 1, "feeds[1].name", "'Staffel 2' cannot be the name of a feed",
     "use a-z, 0-9 and single hyphens"),
    ("[[funding]]\nurl = 'https://x.example/spenden für alle'\nmessage = 'A'", 1, "funding[1].url",
     "is not a web address", "no space may stand in it: write https://x.example/spenden%20f%C3%BCr%20alle"),
    ("[[funding]]\nurl = 'x.example/spenden für alle?a=1&b=%20#c'\nmessage = 'A'", 1, "funding[1].url",
     "is not a web address", "write https://x.example/spenden%20f%C3%BCr%20alle?a=1&b=%20#c"),
    ("[[funding]]\nurl = 'https://meine seite.example/'\nmessage = 'A'", 1, "funding[1].url", "is not a web address",
     "write https://…"),
    ("[[extra]]\nxml = '<bar>x</bar>'", 1, "extra[1].xml", "<bar> has no namespace and is no element of RSS here",
     'write <x:bar xmlns:x="https://…">, or one of RSS\'s own here: category, cloud, managingEditor'),
    ("[[extra]]\nxml = '<comments>https://a.example</comments>'", 1, "extra[1].xml", "<comments> has no namespace", ""),
    ("[feed]\nhubs = ['https://a.example', 'hub']", 1, "feed.hubs", "'hub' is not a web address", "write https://…"),
    ("[update_frequency]\nmessage = 'A'\ncomplete = 'fertig'", 2, "update_frequency.complete",
     "'fertig' is neither true nor false", "write true or false"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "field", "message", "hint"), WRONG)
def test_a_mistake_is_told_once_with_line_field_value_and_what_to_write(
    tmp_path: Path, text: str, line: int, field: str, message: str, hint: str
) -> None:
    (problem, *more) = problems_of(tmp_path, a_toml(text))
    assert [str(one) for one in more if one.field != "feeds[1].name"] == []
    assert (problem.path, problem.line, problem.field) == ("podcast.toml", LINE + line, field)
    assert message in problem.message
    assert hint in problem.hint


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_five_mistakes_are_five_problems(tmp_path: Path, newline: str) -> None:
    text = a_toml(
        'medium = "x"',
        "[[funding]]",
        'url = "x"',
        'message = "A"',
        "[[funding]]",
        'url = "https://a.example"',
        "[chat]",
        'server = "a.example"',
        'protocol = "telefon"',
        "[[extra]]",
        'xml = "<a>"',
    )
    found = problems_of(tmp_path, text.replace("\n", newline))
    assert [(problem.line, problem.field) for problem in sorted(found, key=lambda problem: problem.line)] == [
        (6, "show.medium"),
        (8, "funding[1].url"),
        (10, "funding[2].message"),
        (14, "chat.protocol"),
        (16, "extra[1].xml"),
    ]


FORMS = {
    "an array of tables": '[[funding]]\n\n\nurl = "x" # nein\nmessage = "A"\n',
    "inline tables": 'funding = [\n  # {url = "https://a.example"},\n\n  {url = "x", message = "A"},\n]\n',
    "an array on one line": '# a\n\n\nfunding = [{message = "A", url = "x"}]\n',
    "quoted keys": '[["funding"]]\n\n\n"url" = "x"\n\'message\' = "A"\n',
    "indented": '  [[ funding ]]   # Geld\n\n\n\turl = "x"\n\tmessage = "A"\n',
    "after a text of several lines": '[[funding]]\nmessage = """\\\n  [[funding]] \\\n  """\nurl = "x"\n',
    "after brackets in a text": '[[funding]]\nmessage = "[ {"\n\nurl = "x"\n',
    "after a list": '[[funding]]\nurls = [\n "]",]\nurl = "x"\nmessage = "A"\n',
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("form", FORMS)
def test_the_line_is_right_in_every_form_of_toml(tmp_path: Path, form: str, newline: str) -> None:
    path = tmp_path / "podcast.toml"
    before = "x" if form == "after a list" else ""
    path.write_bytes((FORMS[form] + before.replace("x", "")).replace("\n", newline).encode())
    file = read_toml(path)
    assert file.line_of("funding[1].url") == (5 if form == "after a text of several lines" else 4)


def test_dotted_keys_have_lines(tmp_path: Path) -> None:
    text = "chat.server = 'a.example'\nchat.protocol = 'x'\n\n" + a_toml("[people.'uwe s.']\nname = 1")
    found = {(problem.field, problem.line) for problem in problems_of(tmp_path, text)}
    assert found == {("chat.protocol", 2), ("people.uwe s..name", 10)}


def test_what_is_missing_is_told_at_its_table_in_every_form(tmp_path: Path) -> None:
    text = "chat.server = 'a.example'\nfunding = [\n{url='https://a.example'},\n{message='A'}]\n" + a_toml()
    found = {(problem.field, problem.line) for problem in problems_of(tmp_path, text)}
    assert found == {("chat.protocol", 1), ("funding[1].message", 3), ("funding[2].url", 4)}


def test_nested_tables_are_counted_within_theirs(tmp_path: Path) -> None:
    text = "[[a]]\n[[a.b]]\n[[a.b]]\nx = 1\n[[a]]\n[[a.b]]\nx = 2\n[a.c]\ny = 3\n"
    path = tmp_path / "podcast.toml"
    path.write_text(text, encoding="utf-8")
    file = read_toml(path)
    places = {"a[1].b[2].x": 4, "a[2]": 5, "a[2].b[1].x": 7, "a[2].c.y": 9, "a[2].d": 5, "nichts": 0}
    assert {name: file.line_of(name) for name in places} == places


def test_truth_values_and_numbers_are_passed_on_in_value(tmp_path: Path) -> None:
    text = (
        "[[value]]\ntype = 'a'\n[[value.valueRecipient]]\nsplit = 95\nfee = true\n[[value.valueRecipient]]\ntext = 'A'"
    )
    (value,) = settings_of(tmp_path, text).tags.value
    assert [child.attributes for child in value.children] == [(("split", "95"), ("fee", "true")), ()]
    assert value.children[1].text == "A"


def test_value_that_is_nested_without_end_is_refused(tmp_path: Path) -> None:
    nested = "{x = 'y'}"
    for _ in range(60):
        nested = f"{{a = [{nested}]}}"
    (problem,) = problems_of(tmp_path, f"value = [{nested}]\n" + a_toml())
    assert problem.message == "is nested too deeply"
    assert problem.line == 1


@pytest.mark.parametrize("written", ["2024-12-03T06:00:00+01:00", '"2024-12-03T06:00:00+01:00"'])
def test_a_time_may_stand_with_or_without_quotes(tmp_path: Path, written: str) -> None:
    text = f"[update_frequency]\nmessage = 'A'\nstart = {written}"
    frequency = settings_of(tmp_path, text).tags.update_frequency
    assert frequency is not None and frequency.start == "2024-12-03T06:00:00+01:00"


def settings_of(folder: Path, text: str) -> Settings:
    return sound(folder, a_toml(text))


def test_the_name_a_hint_gives_a_feed_may_be_its_name(tmp_path: Path) -> None:
    assert problems_of(tmp_path, a_toml("[[feeds]]\nname = 'feed-2024'\nseason = 1")) == []


@pytest.mark.parametrize(
    "xml",
    [
        "<ttl>60</ttl>", "<category>Mut</category>", "<managingEditor>a@a.example</managingEditor>",
        "<webMaster>a@a.example</webMaster>", '<cloud domain="a.example"/>', "<rating>A</rating>",
        "<textInput><title>A</title></textInput>", "<skipHours><hour>1</hour></skipHours>",
        "<skipDays><day>Monday</day></skipDays>", '<x:bar xmlns:x="https://a.example/ns">x</x:bar>',
        '<bar xmlns="https://a.example/ns">x</bar>', "<media:rating>nonadult</media:rating>",
    ],
)  # fmt: skip
def test_elements_of_rss_and_of_namespaces_are_carried(tmp_path: Path, xml: str) -> None:
    assert problems_of(tmp_path, a_toml(f"[[extra]]\nxml = '''{xml}'''")) == []
