"""`[site]` of podcast.toml: what is written there stands on the pages, and every mistake is told with its line."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from episodes.problems import Problem, ProblemsFound, Severity, UserError
from podcast.cli import run
from podcast.colours import DARK, LIGHT, READABLE, least_contrast, parse_colour
from podcast.layout import LEDGER
from podcast.publishing.bring import bring
from podcast.publishing.ledger import decode_ledger, encode_ledger
from podcast.publishing.pull import Wished, look_at, plan_pull
from podcast.settings import load_settings
from podcast.site_settings import APPS, Look, SiteSettings
from podcast.stores.memory import MemoryStore
from podcast.website.static import static_files
from podcast.website.subscribing import _SCHEMES
from podcast.workspace import open_workspace
from tests.podcast.builders import REPOSITORY, ShowFolder, later, objects


def with_site(show: ShowFolder, text: str) -> None:
    """Add `[site]` to a podcast.toml."""
    path = show.path / "podcast.toml"
    whole = path.read_text(encoding="utf-8").partition("\n[site]\n")[0]
    path.write_text(f"{whole}\n[site]\n{text}\n", encoding="utf-8")


def found(show: ShowFolder, text: str) -> Sequence[Problem]:
    with_site(show, text)
    return open_workspace(show.path, {}).problems


def site_of(show: ShowFolder, text: str) -> SiteSettings:
    assert found(show, text) == ()
    return load_settings(show.path, {})[0].site


def put(show: ShowFolder, name: str, body: bytes | str) -> None:
    path = show.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body if isinstance(body, bytes) else body.encode())


def page(store: MemoryStore, key: str) -> str:
    return objects(store)[key].decode()


def test_without_settings_the_pages_are_as_they_come(show: ShowFolder) -> None:
    assert load_settings(show.path, {})[0].site == SiteSettings()


def test_what_is_written_stands_on_every_page(show: ShowFolder) -> None:
    Image.new("RGB", (400, 100), "#0b6e4f").save(show.path / "logo.png")
    put(show, "site/own.css", "h1 { font-style: italic; }\n")
    with_site(
        show,
        'accent = "#0b6e4f"\naccent_dark = "#7fd6b4"\nlogo = "logo.png"\ncss = "site/own.css"\n'
        'imprint = "https://a.example/impressum"\n'
        'privacy = { url = "https://a.example/dse", label = "Datenschutzerklärung" }\n'
        '[site.apps]\nspotify = "https://open.spotify.example/1"',
    )
    store = MemoryStore()
    show.publish(store)

    there = objects(store)
    (look,) = (key for key in there if key.startswith("static/look-"))
    style = there[look].decode()
    assert ":root { --accent: #0b6e4f; }" in style
    assert "--accent: #7fd6b4" in style
    assert style.endswith("h1 { font-style: italic; }\n")
    for key in ("index.html", "folge-1/index.html", "subscribe/index.html", "404.html"):
        assert look in page(store, key)
        assert re.search(r'<img src="[^"]*covers/logo-[0-9a-f]{12}\.png" alt="Kommunen-Podcast">', page(store, key))
        assert '<a href="https://a.example/impressum">Impressum</a>' in page(store, key)
        assert '<a href="https://a.example/dse">Datenschutzerklärung</a>' in page(store, key)
    assert "https://open.spotify.example/1" in page(store, "subscribe/index.html")
    assert show.publish(store, now=later(1)).plan.empty


def test_a_laptop_without_the_logo_publishes_the_pages_as_they_are(show: ShowFolder) -> None:
    Image.new("RGB", (400, 100)).save(show.path / "logo.png")
    with_site(show, 'logo = "logo.png"')
    store = MemoryStore()
    show.publish(store)
    (show.path / "logo.png").unlink()
    assert show.publish(store, now=later(1)).plan.empty


@pytest.mark.parametrize("grounds", [LIGHT, DARK])
def test_the_grounds_contrast_is_measured_on_are_those_of_the_style_sheet(grounds: tuple[str, ...]) -> None:
    style = static_files()["site.css"].body.decode()
    (line,) = re.findall(rf"--paper:({grounds[0]});--card:({grounds[1]});--tint:({grounds[2]})", style)
    assert line == grounds


@pytest.mark.parametrize(
    ("name", "grounds", "written"),
    [("accent", LIGHT, "#ffcc00"), ("accent", LIGHT, "#7fd6b4"), ("accent_dark", DARK, "#0b3d6e")],
)
def test_a_colour_that_cannot_be_read_is_told_with_one_that_can(
    show: ShowFolder, name: str, grounds: tuple[str, ...], written: str
) -> None:
    (problem,) = found(show, f'{name} = "{written}"')
    assert f"podcast.toml:{problem.line}: site.{name}: '{written}' is hard to read" in str(problem)
    offered = re.search(r'"(#[0-9a-f]{6})"', problem.hint)
    assert offered
    assert found(show, f'{name} = "{offered[1]}"') == ()
    assert _least(offered[1], grounds) >= READABLE


def _least(text: str, grounds: tuple[str, ...]) -> float:
    colour = parse_colour(text)
    assert colour
    return least_contrast(colour, grounds)


@pytest.mark.parametrize("accent", ["#000", "#0b6e4f", "#7a0000", "#1a1aff"])
def test_an_accent_is_made_bright_enough_for_the_dark(show: ShowFolder, accent: str) -> None:
    look = site_of(show, f'accent = "{accent}"').look
    assert _least(look.accent_dark, DARK) >= READABLE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('accent = "gruen"', "'gruen' is not a colour"),
        ('acent = "#000"', "is not a field"),
        ('imprint = "impressum"', "'impressum' is not a web address"),
        ('imprint = { label = "Impressum" }', "site.imprint.url: is missing"),
        ('css = "fehlt.css"', "'fehlt.css' cannot be read: No such file"),
        ('templates = "fehlt"', "'fehlt' cannot be read: No such file"),
        ('templates = "episodes"', "'episodes' holds no template"),
        ('[site.apps]\nappel = "https://a.example/"', "site.apps.appel: is not a field"),
        ('[site.apps]\napple = "Apple"', "'Apple' is not a web address"),
    ],
)
def test_a_mistake_is_told_with_its_line(show: ShowFolder, text: str, said: str) -> None:
    (problem,) = found(show, text)
    assert said in str(problem)
    assert problem.line > 20
    assert problem.severity is Severity.ERROR


def test_files_that_are_too_large_or_no_text_are_told(show: ShowFolder) -> None:
    put(show, "groß.css", "a" * 64_001)
    assert "'groß.css' has more than 64 kB" in str(found(show, 'css = "groß.css"')[0])
    put(show, "latin.css", "a {}\n/* Ä */".encode("latin-1"))
    assert "latin.css:2: is not UTF-8 text" in str(found(show, 'css = "latin.css"')[0])
    for number in range(5):
        put(show, f"viele/_{number}.html", "a" * 60_000)
    assert "300 kB together, and 256 kB fit" in str(found(show, 'templates = "viele"')[0])


def test_a_style_sheet_that_loads_something_from_elsewhere_is_warned_of(show: ShowFolder) -> None:
    put(
        show,
        "own.css",
        'a {}\n@import "https://fonts.example/a.css";\nb { background: url( "https://a.example/b.png") }',
    )
    problems = found(show, 'css = "own.css"')
    assert [(it.path, it.line, it.severity) for it in problems] == [
        ("own.css", 2, Severity.WARNING),
        ("own.css", 3, Severity.WARNING),
    ]


def test_a_template_of_the_show_takes_the_place_of_ours_and_may_build_on_it(show: ShowFolder) -> None:
    text = (
        '{% extends "folge/episode.html" %}{% block player %}<p>{{ page.item.title }}!</p>{{ super() }}{% endblock %}'
    )
    put(show, "vorlagen/episode.html", text)
    with_site(show, 'templates = "vorlagen"')
    store = MemoryStore()
    show.publish(store)
    assert "<p>Mut 1!</p>" in page(store, "folge-1/index.html")
    assert "Abonnieren" in page(store, "folge-1/index.html")


def test_a_file_that_takes_the_place_of_no_template_is_told_with_the_nearest_that_does(show: ShowFolder) -> None:
    put(show, "vorlagen/epsiode.html", "<p>Mut</p>")
    put(show, "vorlagen/_part.html", "<p>Mut</p>")
    put(show, "vorlagen/README.md", "Unsere Vorlagen")
    (problem,) = found(show, 'templates = "vorlagen"')
    assert str(problem).startswith("vorlagen/epsiode.html: overrides no template; did you mean 'episode.html'?")
    assert problem.severity is Severity.ERROR


def test_what_programs_read_has_templates_too_and_a_part_is_included(show: ShowFolder, tmp_path: Path) -> None:
    texts = {
        "robots.txt": "{% include '_part.txt' %}",
        "_part.txt": "# made by folge for us\nUser-agent: *\n",
        "oembed.json": '{"version": "1.0", "type": "link", "title": {{ said.title | tojson }}}',
        "sitemap.xml": "<?xml version='1.0'?>\n<!-- made by folge -->\n<urlset/>\n",
    }
    for name, text in texts.items():
        put(show, f"vorlagen/{name}", text)
    with_site(show, 'templates = "vorlagen"')
    store = MemoryStore()
    show.publish(store)
    assert page(store, "robots.txt") == "# made by folge for us\nUser-agent: *\n"
    assert page(store, "folge-1/oembed.json") == '{"version": "1.0", "type": "link", "title": "Mut 1"}'
    assert page(store, "sitemap.xml").endswith("<urlset/>\n")

    target, ledger = look_at(tmp_path / "neu", store, now=later(1), by="bert@laptop")
    assert bring(plan_pull(target, ledger, store, Wished()), tmp_path / "neu", store) == ()
    assert {name: (tmp_path / "neu/vorlagen" / name).read_text("utf-8") for name in texts} == texts


def test_a_template_that_cannot_be_filled_ends_as_one_with_a_mistake_does(
    show: ShowFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    with_site(show, 'templates = "vorlagen"')
    codes = []
    for text in ("<p>\n{% if page %}", "<p>\n{{ nix.da }}"):
        put(show, "vorlagen/episode.html", text)
        codes.append(run(["-C", str(show.path), "publish", "--yes"]))
        assert "vorlagen/episode.html:2: " in capsys.readouterr().err
    assert codes == [3, 3]


def test_the_pages_follow_from_the_ledger_alone(show: ShowFolder, tmp_path: Path) -> None:
    put(show, "vorlagen/gone.html", "<p>{{ show.title }}: fort</p>")
    put(show, "own.css", "a {}")
    with_site(show, 'templates = "vorlagen"\ncss = "own.css"')
    store = MemoryStore()
    show.publish(store)
    look = decode_ledger(objects(store)[LEDGER]).show.release.site
    assert look.css == "a {}"
    assert [(template.name, template.text) for template in look.templates] == [
        ("gone.html", "<p>{{ show.title }}: fort</p>")
    ]


def test_a_pull_brings_what_the_pages_are_made_of(show: ShowFolder, tmp_path: Path) -> None:
    put(show, "vorlagen/gone.html", "<p>fort</p>")
    put(show, "own.css", "a {}")
    Image.new("RGB", (400, 100)).save(show.path / "logo.png")
    with_site(show, 'templates = "vorlagen"\ncss = "own.css"\nlogo = "logo.png"')
    store = MemoryStore()
    show.publish(store)
    target, ledger = look_at(tmp_path / "neu", store, now=later(1), by="bert@laptop")
    assert bring(plan_pull(target, ledger, store, Wished()), tmp_path / "neu", store) == ()
    for name in ("vorlagen/gone.html", "own.css", "logo.png"):
        assert (tmp_path / "neu" / name).read_bytes() == (show.path / name).read_bytes()

    put(show, "own.css", "b {}")
    target, ledger = look_at(show.path, store, now=later(1), by="anna@laptop")
    (kept,) = plan_pull(target, ledger, store, Wished()).kept
    assert (kept.path, kept.reason) == ("own.css", "the style sheet of the pages is another file here, and is kept")


def test_a_mistake_in_a_template_is_told_with_file_and_line(show: ShowFolder) -> None:
    put(show, "vorlagen/episode.html", "<p>\n{% if page %}\n</p>")
    with_site(show, 'templates = "vorlagen"')
    with pytest.raises(ProblemsFound, match=r"vorlagen/episode\.html:\d: .*endif"):
        show.publish(MemoryStore())


@pytest.mark.parametrize("text", ["{{ pge.item.title }}", "{% include 'fehlt.html' %}", "{{ 1 / 0 }}"])
def test_a_template_that_cannot_be_filled_publishes_nothing(show: ShowFolder, text: str) -> None:
    put(show, "vorlagen/episode.html", text)
    with_site(show, 'templates = "vorlagen"')
    store = MemoryStore()
    with pytest.raises(ProblemsFound, match=r"^vorlagen/episode\.html:1: the page folge-\d/.* cannot be made: "):
        show.publish(store)
    assert LEDGER not in objects(store)


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ show.__class__.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{% for x in range(100000000) %}{% endfor %}",
    ],
)
def test_a_template_out_of_a_ledger_cannot_reach_this_machine(show: ShowFolder, text: str) -> None:
    put(show, "vorlagen/episode.html", text)
    with_site(show, 'templates = "vorlagen"')
    with pytest.raises(ProblemsFound, match=r"^vorlagen/episode\.html:1: .* cannot be made: "):
        show.publish(MemoryStore())


@pytest.mark.parametrize(
    "look",
    [
        Look(accent="red; } body { display: none"),
        Look(css="a" * 300_000),
        Look(apps=(("apple", "javascript:alert(1)"),)),
    ],
)
def test_a_ledger_with_a_look_folge_never_writes_is_damaged(show: ShowFolder, look: Look) -> None:
    store = MemoryStore()
    show.publish(store)
    ledger = decode_ledger(objects(store)[LEDGER])
    release = replace(ledger.show.release, site=look)
    with pytest.raises(UserError, match="the store's ledger is damaged"):
        decode_ledger(encode_ledger(replace(ledger, show=replace(ledger.show, release=release))))


def test_every_app_that_can_be_told_to_subscribe_has_a_name() -> None:
    assert set(_SCHEMES) <= set(APPS)


PAGE = (REPOSITORY / "docs" / "site.md").read_text(encoding="utf-8")


def test_the_complete_example_of_the_page_is_right(show: ShowFolder) -> None:
    """docs/site.md: every setting is in its example, and the example publishes."""
    (text,) = (block for block in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) if "accent_dark" in block)
    Image.new("RGB", (400, 100)).save(show.path / "logo.png")
    put(show, "site/own.css", ":root { --round: 0; }\n")
    put(show, "site/templates/gone.html", '{% extends "folge/gone.html" %}')
    site = site_of(show, text.removeprefix("[site]\n"))
    assert all(getattr(site, name) for name in ("logo", "css", "templates"))
    assert all(getattr(site.look, name) for name in Look.__slots__)
    show.publish(MemoryStore())


def test_the_page_names_every_app() -> None:
    assert [name for name in APPS if f"`{name}`" not in PAGE] == []


def test_the_page_names_every_template() -> None:
    there = {path.name for path in (REPOSITORY / "podcast/website/templates").iterdir()}
    assert sorted(name for name in there if f"`{name}`" not in PAGE) == []
