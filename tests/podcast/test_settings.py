"""What is promised about podcast.toml: every mistake is told with its line and what is right."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from episodes.problems import Problem, UserError
from feed.show import Category, ShowKind
from podcast.settings import PREVIEW_URL, Settings, find_folder, load_settings
from tests.soaking import examples

GUID = "bab2ba12-9757-5da6-a770-0e70e6bcf214"
SHOW = {"title": '"Kommunen-Podcast"', "description": '"Über Mut"', "language": '"de"', "guid": f'"{GUID}"'}


def a_toml(*lines: str, **changes: str | None) -> str:
    """A podcast.toml: sound fields of [show] with `changes` (None leaves one out), then `lines`."""
    fields = {**SHOW, **changes}
    return "\n".join(["[show]", *(f"{k} = {v}" for k, v in fields.items() if v is not None), *lines, ""])


def load(folder: Path, text: str | bytes, **environment: str) -> tuple[Settings, tuple[Problem, ...]]:
    (folder / "podcast.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_settings(folder, environment)


def sound(folder: Path, text: str, **environment: str) -> Settings:
    found, problems = load(folder, text, **environment)
    assert problems == (), "\n".join(map(str, problems))
    return found


def test_a_full_file_is_read(tmp_path: Path) -> None:
    text = a_toml(
        'category = ["Government", "Society & Culture > Documentary"]', 'type = "serial"', "explicit = true",
        'link = "https://a.example"', 'timezone = "Europe/Berlin"', 'hosts = ["anna"]', 'email = "post@a.example"',
        "[people.anna]", 'name = "Anna  Beispiel"', 'function = "Amtsleiterin"', '[people."uwe s"]', 'name = "Uwe"',
        'role = "editor"',
        "[store]", 'url = "s3://b/p"', 'public_url = "https://cdn.example/p"', "path_style = true",
    )  # fmt: skip
    show = sound(tmp_path, "\ufeff" + text.replace("\n", "\r\n"))
    assert show.categories == (
        Category(name="Government"),
        Category(name="Society & Culture", subcategory="Documentary"),
    )
    assert (show.kind, show.explicit, show.locked) == (ShowKind.SERIAL, True, True)
    assert show.zone is not None and show.zone.key == "Europe/Berlin"
    assert [(host.name, host.role, host.person) for host in show.hosts] == [("Anna Beispiel", "host", "anna")]
    assert show.people["uwe s"].role == "editor"
    assert (show.store.public_url, show.store.path_style, show.store.directory_index) == (
        "https://cdn.example/p/",
        True,
        False,
    )


def test_a_small_file_has_defaults(tmp_path: Path) -> None:
    show = sound(tmp_path, a_toml())
    assert (show.store.url, show.store.public_url, show.zone, show.categories) == ("public", PREVIEW_URL, None, ())


WRONG = [
    # text, line told, field told, message, hint
    (a_toml(titel='"a"'), 6, "show.titel", "is not a setting", "did you mean 'title'?"),
    (a_toml("[stroe]", 'url = "a"'), 6, "stroe", "is not a table of this file", "did you mean 'store'?"),
    ('author = "a"\n' + a_toml(), 1, "author", "is not a table of this file", "write it below a line [show]"),
    (a_toml(title=None), 1, "show.title", "is missing", 'write title = "…" below [show]'),
    (a_toml(title='""'), 2, "show.title", "is missing", ""),
    (a_toml(description=None), 1, "show.description", "is missing", ""),
    (a_toml(language=None), 1, "show.language", "is missing", ""),
    (a_toml(guid=None), 1, "show.guid", "is missing", ""),
    (a_toml(title="true"), 2, "show.title", "'true' is not text in quotes", 'write title = "true"'),
    (a_toml(title="12"), 2, "show.title", "'12' is not text in quotes", 'write title = "12"'),
    (a_toml(title="2024-12-03"), 2, "show.title", "'2024-12-03' is not text", ""),
    (a_toml('explicit = "no"'), 6, "show.explicit", "'no' is not true or false", "write explicit = false"),
    (a_toml("explicit = 1"), 6, "show.explicit", "'1' is not true or false", "write explicit = true"),
    (a_toml('hosts = "anna"'), 6, "show.hosts", "'anna' is not a list", 'write hosts = ["anna"]'),
    (a_toml("hosts = [1]"), 6, "show.hosts", "'[1]' is not a list", ""),
    (a_toml('hosts = ["ana"]', "[people.anna]", 'name = "A"'), 6, "show.hosts", "'ana' is not among",
    "did you mean 'anna'?"),
    (a_toml('hosts = ["ana"]'), 6, "show.hosts", "'ana' is not among [people]", "add [people.ana] with name = …"),
    (a_toml("category = [[1]]"), 6, "show.category", "is not a list", ""),
    (a_toml('category = ["Goverment"]'), 6, "show.category", "'Goverment' is not", "did you mean 'Government'?"),
    (a_toml('category = ["Documentary"]'), 6, "show.category", "'Documentary' is not an Apple",
    "write \"Society & Culture > Documentary\""),
    (a_toml('category = ["Arts > Buch"]'), 6, "show.category", "'Buch' is not a subcategory of Arts",
    "one of: Books"),
    (a_toml('category = ["Government > X"]'), 6, "show.category", "'X' is not a subcategory of Government",
    "it has none"),
    (a_toml('type = "serie"'), 6, "show.type", "'serie' is not a type of show", "did you mean 'serial'?"),
    (a_toml(language='"de_DE"'), 4, "show.language", "'de_DE' is not a language code", 'write "de-de"'),
    (a_toml(language='"deutsch"'), 4, "show.language", "'deutsch' is not", 'write "de", "de-at" or "en"'),
    (a_toml(guid='"123"'), 5, "show.guid", "'123' is not a podcast guid", "it never changes"),
    (a_toml('email = "post"'), 6, "show.email", "'post' is not an e-mail address", "write name@example.org"),
    (a_toml('timezone = "Europe/Berln"'), 6, "show.timezone", "'Europe/Berln' is not a time zone",
    'write "Europe/Berlin"'),
    (a_toml('timezone = "../../etc/passwd"'), 6, "show.timezone", "is not a time zone", 'write "'),
    (a_toml('timezone = "Europe"'), 6, "show.timezone", "'Europe' is not a time zone", 'write "'),
    (a_toml('link = "kommunen.example/a"'), 6, "show.link", "is not a web address",
    "write https://kommunen.example/a"),
    (a_toml('link = "ftp://a.example"'), 6, "show.link", "'ftp://a.example' is not a web address", "write https://…"),
    (a_toml('link = "https://[a"'), 6, "show.link", "'https://[a' is not a web address", "write https://…"),
    (a_toml('link = "https://a:99999/"'), 6, "show.link", "is not a web address", ""),
    (a_toml('link = "https://"'), 6, "show.link", "is not a web address", ""),
    (a_toml("[store]", 'url = "s3://b"'), 6, "store.public_url", "is missing",
    "the address under which the bucket is read"),
    (a_toml("[store]", 'public_url = "cdn"'), 7, "store.public_url", "'cdn' is not a web address", "write https://…"),
    (a_toml("[store]", 'url = "s3://b"', 'public_url = "cdn"'), 8, "store.public_url", "'cdn' is not a web address",
    ""),
    (a_toml("[store]", 'public_url = "https://a.example/?b"'), 7, "store.public_url", "has a query",
    "write 'https://a.example/'"),
    (a_toml("[store]", "path_style = 'ja'"), 7, "store.path_style", "'ja' is not true or false", ""),
    (a_toml("[store]", 'secret = "x"'), 7, "store.secret", "is not a setting", ""),
    (a_toml("[people.anna]", 'nam = "A"', 'name = "B"'), 7, "people.anna.nam", "is not a setting",
    "did you mean 'name'?"),
    (a_toml("[people.anna]", 'function = "A"'), 6, "people.anna.name", "is missing", 'write name = "…"'),
    (a_toml("[people.anna]", "name = 1"), 7, "people.anna.name", "'1' is not text in quotes", ""),
    (a_toml("[people]", 'anna = "Anna"'), 7, "people.anna", "is not a table", "write [people.anna]"),
    ("people = 1\n" + a_toml(), 1, "people", "is not a table", "write [people.handle]"),
    ("store = 1\n" + a_toml(), 1, "store", "is not a table", "write [store]"),
    ("store.url = 1\n" + a_toml(), 1, "store.url", "'1' is not text in quotes", ""),
    ("store = {url = 1}\n" + a_toml(), 1, "store.url", "'1' is not text in quotes", ""),
    (a_toml(description='"""\n[store]\nlink = 1\n# """'), 9, "show.lnk", "is not a setting", "'link'"),
    (a_toml("# link = '", 'link = "x"'), 7, "show.link", "'x' is not a web address", ""),
    ("[show] # link = 1\n" + a_toml(link="'x'").partition("\n")[2], 6, "show.link", "'x' is not", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "field", "message", "hint"), WRONG)
def test_a_mistake_is_told_with_line_setting_value_and_what_is_right(
    tmp_path: Path, text: str, line: int, field: str, message: str, hint: str
) -> None:
    if field == "show.lnk":
        text += 'lnk = "a"\n'
    _, problems = load(tmp_path, text)
    assert [(p.path, p.line, p.field) for p in problems] == [("podcast.toml", line, field)]
    assert message in problems[0].message
    assert hint in problems[0].hint


def test_five_mistakes_are_five_problems(tmp_path: Path) -> None:
    text = a_toml('type = "a"', 'email = "b"', "locked = 1", "[store]", 'urll = "c"', language='"deutsch"')
    _, problems = load(tmp_path, text)
    assert {p.line for p in problems} == {4, 6, 7, 8, 10}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[show]\ntitle = Kommunen\n", "podcast.toml:2: not valid TOML: invalid value"),
        ('[show]\ntitle = "a\n', "podcast.toml:2: not valid TOML"),
        ('[show]\ntitle = """a\n\n', "podcast.toml:2: not valid TOML"),
        ("[show]\na = [1,\n", "podcast.toml:2: not valid TOML"),
        ("[show\n", "podcast.toml:1: not valid TOML"),
        ("[show]\na = 1\na = 2\n", "podcast.toml:3: not valid TOML"),
        ("[show]\n[show]\n", "podcast.toml:2: not valid TOML"),
        ('[show]\ntitle = "a\x1bb"\n', "podcast.toml:2: not valid TOML"),
        ("[show]\nü = 1\n", "podcast.toml:2: not valid TOML"),
        ("a = " + "[" * 100_000, "far too large"),
        ("a = " + "9" * 10_000, "far too large"),
        ("#" * 1_000_001, "larger than 1,000,000 bytes"),
    ],
)
def test_a_file_that_is_no_toml_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UserError) as caught:
        load(tmp_path, text)
    assert said in caught.value.message
    assert len(str(caught.value)) < 300
    assert "\x1b" not in str(caught.value)


def test_a_file_that_is_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"podcast\.toml:3: is not UTF-8 text"):
        load(tmp_path, a_toml().encode("latin-1"))


@pytest.mark.parametrize(
    "place", ["title", "description", "author", "copyright", "link", "cover", "email", "type", "timezone"]
)
@pytest.mark.parametrize("escape", ["\\u001b[2J", "\\u0000", "\\u009b", "\\u202e", "\\r", "\\uFFFE", "\\b"])
def test_a_control_character_is_told_and_not_shown(tmp_path: Path, place: str, escape: str) -> None:
    _, problems = load(tmp_path, a_toml(**{place: f'"a{escape}b"'}))
    assert [p.field for p in problems] == [f"show.{place}"]
    assert "no text may hold" in problems[0].message
    assert str(problems[0]).isprintable()


def test_a_control_character_in_a_list_a_person_or_a_name_is_told_and_not_shown(tmp_path: Path) -> None:
    text = a_toml('category = ["\\u001b"]', '"\\u001b[2J" = 1', "[people.a]", 'name = "\\u001b"')
    _, problems = load(tmp_path, text)
    assert {p.field for p in problems} == {"show.category", "show.\\u001b[2J", "people.a.name"}
    assert all(str(p).isprintable() for p in problems)


def test_a_title_is_one_line_and_a_description_may_have_several(tmp_path: Path) -> None:
    show = sound(tmp_path, a_toml(title='" a\\n b "', description='"""\na\n\nb\n"""'))
    assert (show.title, show.description) == ("a b", "a\n\nb")


def test_the_environment_wins_over_the_store(tmp_path: Path) -> None:
    text = a_toml("[store]", 'url = "public"', 'public_url = "https://a.example/"')
    store = sound(tmp_path, text, FOLGE_STORE="s3://b", FOLGE_PUBLIC_URL="https://b.example").store
    assert (store.url, store.public_url) == ("s3://b", "https://b.example/")
    store = sound(tmp_path, text, FOLGE_STORE="", FOLGE_PUBLIC_URL="").store
    assert (store.url, store.public_url) == ("public", "https://a.example/")


def test_a_wrong_address_in_the_environment_is_told_as_such(tmp_path: Path) -> None:
    _, problems = load(tmp_path, a_toml(), FOLGE_PUBLIC_URL="cdn.example")
    assert [(p.path, p.field, p.hint) for p in problems] == [("", "FOLGE_PUBLIC_URL", "write https://cdn.example")]


def test_a_bucket_from_the_environment_needs_an_address_too(tmp_path: Path) -> None:
    _, problems = load(tmp_path, a_toml(), FOLGE_STORE="s3://b")
    assert [p.field for p in problems] == ["store.public_url"]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read: No such file"):
        load_settings(tmp_path, {})


def test_the_show_folder_is_found_from_below(tmp_path: Path) -> None:
    (tmp_path / "podcast.toml").touch()
    (tmp_path / "a/b").mkdir(parents=True)
    assert find_folder(tmp_path / "a/b") == tmp_path
    with pytest.raises(UserError, match=r"there is no podcast.toml in / or above.*folge init"):
        find_folder(Path("/"))


VALUES = st.sampled_from(
    ['"a"', "1", "true", "[]", '["a"]', "[1]", "{}", '{name = "a"}', "2024-01-01", '"\\u001b"', '"s3://b"', '""']
)
NAMES = st.sampled_from(
    ["title", "category", "hosts", "explicit", "timezone", "link", "guid", "url", "public_url", "name", '"x y"', "a.b"]
)
TABLES = st.sampled_from(
    ["[show]", "[store]", "[people]", "[people.a]", '[people."b c"]', "[x]", "[[show]]", "[[people.a]]"]
)


@settings(derandomize=True, deadline=None, max_examples=examples(200))
@given(st.lists(NAMES.flatmap(lambda name: VALUES.map(lambda value: f"{name} = {value}")) | TABLES, max_size=12))
def test_whatever_stands_there_is_settings_and_problems_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    try:
        found, problems = load(tmp_path_factory.mktemp("show"), "\n".join(lines))
    except UserError as error:
        assert "not valid TOML" in str(error)
        return
    assert found.title or problems
    assert all(0 <= p.line <= len(lines) and str(p).isprintable() for p in problems)
