"""What other programs get of a show is read back by real parsers: the same guids, titles, dates and addresses."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path

import feedparser
import jsonschema
import pytest
import yaml
from lxml import etree

from feed.reader import read_feed
from podcast.cli import run
from podcast.exporting.forms import Form, make_files, write_files
from podcast.exporting.lists import COLUMNS
from podcast.exporting.outgoing import Outgoing, outgoing
from podcast.publishing.ledger import decode_ledger
from podcast.stores.memory import MemoryStore
from tests.podcast.builders import BASE, GUID_1, GUID_2, ShowFolder, make_show

EVIL = '=HYPERLINK("https://böse.example";"klick")'
BREAKS = "Größe: »Mut«\u2028 & \"Anführung\" \\ 'einzeln' # kein Kommentar"


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Outgoing:
    """A published show with texts that every format has to write in its own way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOLGE_CACHE", str(tmp_path_factory.mktemp("cache")))
        folder = make_show(tmp_path_factory.mktemp("forms") / "show", 0)
        folder.draw_no_waveforms()
        write_episodes(folder)
        store = MemoryStore()
        folder.publish(store)
    stored = store.get(".folge/ledger.json")
    assert stored is not None
    return outgoing(decode_ledger(stored.body))


def write_episodes(show: ShowFolder) -> None:
    people = (
        "appearances:\n  - {name: Uwe Schneidewind, function: Oberbürgermeister, organisation: Stadt Wuppertal, "
        'link: "https://www.wuppertal.de/"}\n'
    )
    chapters = 'chapters: ["00:00 Begrüßung: los", "00:00.5 Mut"]\ntopics: [Mut, "yes", "1.10"]\n'
    show.episode(1, title=json.dumps(EVIL, ensure_ascii=False), more=people + chapters)
    text = show.episode(2, title=json.dumps(BREAKS), more="explicit: true\nseason: 2\n")
    notes = "\n{{< youtube 1 >}} und {{ site.title }} und {% include böse.html %}\n\n---\n+++\n"
    text.write_text(text.read_text(encoding="utf-8") + notes, encoding="utf-8")


def texts(show: Outgoing, form: Form) -> Mapping[str, str]:
    return {path: body.decode() for path, body in make_files(show, form).items()}


def front_matter(text: str, mark: str) -> tuple[str, str]:
    found = re.fullmatch(rf"{re.escape(mark)}\n(.*?)\n{re.escape(mark)}\n\n(.*)", text, re.DOTALL)
    assert found is not None
    return found[1], found[2]


def test_csv_is_a_table_with_a_row_for_each_episode(show: Outgoing) -> None:
    text = texts(show, Form.CSV)["episodes.csv"]
    assert text.count("\r\n") == 3, "line feeds within a cell are none between rows"
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    assert tuple(rows[0]) == COLUMNS
    assert [row["guid"] for row in rows] == [GUID_2, GUID_1]
    assert rows[0]["title"] == BREAKS
    assert rows[0]["explicit"] == "true"
    assert rows[1]["people"] == "Uwe Schneidewind (guest, Oberbürgermeister, Stadt Wuppertal)"
    assert rows[1]["topics"] == "Mut; yes; 1.10"
    assert rows[1]["published"] == "2024-12-01T06:00:00+01:00"
    assert rows[1]["page"] == f"{BASE}folge-1/"
    assert rows[1]["audio"].startswith(f"{BASE}audio/folge-1-")


def test_no_cell_of_the_csv_is_a_formula(show: Outgoing) -> None:
    rows = list(csv.reader(io.StringIO(texts(show, Form.CSV)["episodes.csv"], newline="")))
    cells = [cell for row in rows for cell in row]
    assert f"'{EVIL}" in cells
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n")]


def test_json_has_everything_and_keeps_its_schema(show: Outgoing) -> None:
    files = texts(show, Form.JSON)
    data, schema = json.loads(files["show.json"]), json.loads(files["show.schema.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(data, schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
    assert data["$schema"] == "show.schema.json"
    assert data["show"]["feed"] == f"{BASE}feed.xml"
    second, first = data["episodes"]
    assert (first["guid"], first["title"]) == (GUID_1, EVIL)
    assert [chapter["title"] for chapter in first["chapters"]] == ["Begrüßung: los", "Mut"]
    assert first["people"][0]["function"] == "Oberbürgermeister"
    assert "{{< youtube 1 >}}" in second["notes_markdown"]
    assert second["season"] == 2


def test_the_schema_of_the_json_knows_every_member_of_it(show: Outgoing) -> None:
    files = texts(show, Form.JSON)
    data, schema = json.loads(files["show.json"]), json.loads(files["show.schema.json"])
    assert data.keys() <= schema["properties"].keys()
    assert data["show"].keys() == schema["properties"]["show"]["properties"].keys()
    for episode in data["episodes"]:
        assert episode.keys() == schema["$defs"]["episode"]["properties"].keys()


def test_opml_is_a_list_of_the_feeds(show: Outgoing) -> None:
    root = etree.fromstring(make_files(show, Form.OPML)["show.opml"])
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert root.findtext("head/title") == "Kommunen-Podcast"
    (outline,) = root.findall("body/outline")
    assert {name: outline.get(name) for name in outline.keys()} == {  # noqa: SIM118 - of lxml
        "type": "rss",
        "text": "Kommunen-Podcast",
        "title": "Kommunen-Podcast",
        "xmlUrl": f"{BASE}feed.xml",
        "htmlUrl": BASE,
    }


def test_podlove_gets_one_feed_with_every_episode(show: Outgoing) -> None:
    body = make_files(show, Form.PODLOVE)["podlove.xml"]
    theirs, ours = feedparser.parse(body), read_feed(body)
    assert [entry.id for entry in theirs.entries] == [item.guid for item in ours.items] == [GUID_2, GUID_1]
    assert theirs.entries[1].title == EVIL
    assert theirs.entries[1].enclosures[0].href.startswith(f"{BASE}audio/")
    assert [chapter.title for chapter in ours.items[1].chapters] == ["Begrüßung: los", "Mut"]


def test_hugo_gets_toml_as_castanet_reads_it(show: Outgoing) -> None:
    files = texts(show, Form.HUGO)
    assert set(files) == {
        "content/episode/folge-1.md",
        "content/episode/folge-2.md",
        "content/guest/uwe-schneidewind.md",
        "content/host/anna-beispiel.md",
    }
    head, notes = front_matter(files["content/episode/folge-1.md"], "+++")
    page = tomllib.loads(head)
    assert (page["title"], page["guid"], page["episode"], page["explicit"]) == (EVIL, GUID_1, "1", "no")
    assert (page["guests"], page["hosts"]) == (["uwe-schneidewind"], ["anna-beispiel"])
    assert page["aliases"] == ["/f/1/"]
    assert page["url"] == "/folge-1/"
    assert page["podcast_file"].startswith(f"{BASE}audio/")
    assert int(page["podcast_bytes"]) > 0
    assert re.fullmatch(r"\d:\d\d:\d\d", page["podcast_duration"])
    assert page["chapters"] == ["00:00:00 Begrüßung: los", "00:00:00.5 Mut"]
    assert notes == "Notizen für *Leser:innen*, Teil 1.\n"
    guest = tomllib.loads(front_matter(files["content/guest/uwe-schneidewind.md"], "+++")[0])
    assert guest == {"Title": "Uwe Schneidewind", "Website": "https://www.wuppertal.de/", "Type": "guest"}
    assert tomllib.loads(front_matter(files["content/episode/folge-2.md"], "+++")[0])["title"] == BREAKS


def test_jekyll_gets_posts_with_yaml(show: Outgoing) -> None:
    files = texts(show, Form.JEKYLL)
    assert set(files) == {"_posts/2024-12-01-folge-1.md", "_posts/2024-12-02-folge-2.md"}
    head, notes = front_matter(files["_posts/2024-12-02-folge-2.md"], "---")
    page = yaml.safe_load(head)
    assert (page["title"], page["guid"], page["explicit"], page["season"]) == (BREAKS, GUID_2, "yes", 2)
    assert page["permalink"] == "/folge-2/"
    assert page["audio"]["mp3"].startswith(f"{BASE}audio/")
    assert page["filesize"]["mp3"] > 0
    assert page["render_with_liquid"] is False, "or its braces would be obeyed"
    assert "{% include böse.html %}" in notes
    first = yaml.safe_load(front_matter(files["_posts/2024-12-01-folge-1.md"], "---")[0])
    assert first["tags"] == ["Mut", "yes", "1.10"]
    assert first["people"][0]["organisation"] == "Stadt Wuppertal"


@pytest.mark.skipif(shutil.which("hugo") is None, reason="there is no hugo")
def test_hugo_itself_reads_it_and_obeys_nothing_in_the_notes(show: Outgoing, tmp_path: Path) -> None:
    write_files(make_files(show, Form.HUGO), tmp_path)
    (tmp_path / "config.toml").write_text(
        f'baseURL = "{BASE}"\ndisableKinds = ["taxonomy", "term", "RSS", "sitemap"]\n', encoding="utf-8"
    )
    (tmp_path / "layouts" / "_default").mkdir(parents=True)
    layout = '{{ dict "title" .Title "guid" .Params.guid | jsonify }}\n{{ .Content }}'
    (tmp_path / "layouts" / "_default" / "single.html").write_text(layout, encoding="utf-8")
    (tmp_path / "layouts" / "_default" / "list.html").write_text("", encoding="utf-8")

    done = subprocess.run(
        ["hugo", "--quiet", "--source", str(tmp_path), "--cacheDir", str(tmp_path / "cache")],
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"HUGO_NUMWORKERMULTIPLIER": "1"},
        check=False,
    )

    assert done.returncode == 0, done.stderr + done.stdout
    page = (tmp_path / "public" / "folge-2" / "index.html").read_text(encoding="utf-8")
    head, _, notes = page.partition("\n")
    assert json.loads(head)["title"] == BREAKS
    assert json.loads(head)["guid"] == GUID_2
    assert "{{&lt; youtube 1 &gt;}}" in notes
    assert "youtube.com" not in notes
    assert (tmp_path / "public" / "f" / "1" / "index.html").exists(), "the short link leads on"


@pytest.mark.parametrize("form", list(Form))
def test_the_same_show_gives_the_same_files(form: Form, show: Outgoing) -> None:
    assert make_files(show, form) == make_files(show, form)


def test_a_second_export_writes_nothing_and_another_file_is_kept(show: Outgoing, tmp_path: Path) -> None:
    files = make_files(show, Form.HUGO)
    assert len(write_files(files, tmp_path)) == 4
    assert write_files(files, tmp_path) == ()
    mine = tmp_path / "content" / "episode" / "folge-1.md"
    mine.write_text("meins", encoding="utf-8")
    (tmp_path / "content" / "episode" / "folge-2.md").unlink()
    with pytest.raises(Exception, match=r"already holds other files: content/episode/folge-1\.md"):
        write_files(files, tmp_path)
    assert mine.read_text(encoding="utf-8") == "meins"
    assert not (tmp_path / "content" / "episode" / "folge-2.md").exists()


def test_the_command_writes_what_is_published(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show = make_show(tmp_path / "show")
    show.draw_no_waveforms()
    out = tmp_path / "out"
    assert run(["-C", str(show.path), "export", str(out), "--to", "csv"]) == 2
    assert "nothing is published" in capsys.readouterr().err
    assert run(["-C", str(show.path), "publish", "--yes"]) == 0
    show.episode(3)
    capsys.readouterr()
    assert run(["-C", str(show.path), "export", str(out), "--to", "csv"]) == 0
    assert capsys.readouterr().out == f"exported: 2 episodes as csv, 1 file written into {out}\n"
    assert run(["-C", str(show.path), "export", str(out), "--to", "csv", "--audio"]) == 2
    assert run(["-C", str(show.path), "export", str(out)]) == 2
    assert "is a folder" in capsys.readouterr().err
