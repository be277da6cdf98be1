"""`folge diff`, and what `folge plan` takes from it: the screen, the JSON, the exit code."""

import json
import re
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from episodes.namespace import EpisodeTags, Soundbite
from feed.item import Alternate, Item, Source
from feed.show import Show, Trailer
from podcast.cli import run
from podcast.cli.noticing import LISTED
from podcast.publishing.noticing import MOST_PAGES, read_pages
from tests.episodes.audio_builders import frames, id3, id3_text
from tests.feed.builders import CHANGED, HOST, a_feed, a_show, an_item
from tests.podcast.builders import ShowFolder

ALTERNATE = Alternate(
    media_type="audio/opus",
    sources=tuple(Source(url=f"https://{host}.example/{'lang-' * 30}1.opus") for host in ("eins", "zwei")),
    bytes=7,
    bitrate=24_000,
)

Screen = pytest.CaptureFixture[str]


def folge(folder: Path, *arguments: str) -> int:
    return run(["-C", str(folder), *arguments])


def a_file(path: Path, *items: Item, show: Show | None = None) -> str:
    path.write_bytes(a_feed(*items, show=show))
    return str(path)


def diff(tmp_path: Path, old: list[Item], new: list[Item], *options: str, show: Show | None = None) -> int:
    """Compare two feeds in files."""
    return run(["diff", a_file(tmp_path / "old", *old), a_file(tmp_path / "new", *new, show=show), *options])


def new_audio(show: ShowFolder, number: int) -> None:
    (show.path / "audio" / f"{number}.mp3").write_bytes(id3(id3_text("TIT2", b"Folge")) + frames(90))


class TestTwoFeeds:
    """`folge diff OLD NEW`."""

    def test_feeds_that_are_alike_are_one_sentence(self, tmp_path: Path, capsys: Screen) -> None:
        assert diff(tmp_path, [an_item(1)], [an_item(1)], "--exit-code") == 0
        assert capsys.readouterr().out == "an app would notice nothing\n"

    def test_a_difference_has_its_exit_code_where_it_is_asked_for(self, tmp_path: Path) -> None:
        assert diff(tmp_path, [an_item(1)], [an_item(1), an_item(2)]) == 0
        assert diff(tmp_path, [an_item(1)], [an_item(1), an_item(2)], "--exit-code") == 4
        assert diff(tmp_path, [an_item(1)], [an_item(1), an_item(2)], "--exit-code", "--json") == 4

    def test_the_worst_stands_first_with_what_follows_from_it(self, tmp_path: Path, capsys: Screen) -> None:
        old = [an_item(1, title="Diensteid für Größe"), an_item(2), an_item(3)]
        new = [replace(old[0], guid="anders"), replace(old[1], title="Schildkröten"), an_item(4)]

        assert diff(tmp_path, old, new, show=a_show(guid="917393e3-1b1e-5cef-ace4-edaa54e1f810", title="Neu")) == 0

        lines = capsys.readouterr().out.splitlines()
        assert [line.split()[1] for line in lines if not line.startswith(" ")] == [
            *("again", "show:", "gone", "show:", "changed", "new"),
        ]
        assert "Diensteid für Größe: the same episode under another guid: everybody would download it again" in lines[0]
        assert lines[1] == f"      guid: '{old[0].guid}' → 'anders'"
        assert "apps and directories take it for another show" in lines[2]
        assert "      title: 'Diensteid für Transformation' → 'Schildkröten'" in lines

    def test_a_first_podcast_guid_makes_no_other_show(self, tmp_path: Path, capsys: Screen) -> None:
        new = Path(a_file(tmp_path / "new", an_item(1)))
        old = tmp_path / "old.xml"
        old.write_text(re.sub("<podcast:guid>.*</podcast:guid>", "", new.read_text(encoding="utf-8")), encoding="utf-8")
        assert run(["diff", str(old), str(new)]) == 0
        assert "the show had none, and keeps this one for life" in capsys.readouterr().out

    def test_of_long_texts_the_first_difference_is_shown_on_one_line(self, tmp_path: Path, capsys: Screen) -> None:
        start = "Über Mut in der Verwaltung. " * 20
        old, new = (an_item(1, summary=f"{start}{word} Schluss\nEnde") for word in ("Größe", "Schildkröten"))

        diff(tmp_path, [old], [new])

        line = capsys.readouterr().out.splitlines()[1]
        assert line.startswith("      summary: '…")
        assert "Größe Schluss\\nEnde' → '…" in line
        assert "Schildkröten Schluss\\nEnde'" in line
        assert len(line) < 160

    def test_a_text_that_only_goes_on_is_shown_at_its_end(self, tmp_path: Path, capsys: Screen) -> None:
        text = "Über Mut in der Verwaltung, " * 10
        diff(tmp_path, [an_item(1, summary=f"{text}ja")], [an_item(1, summary=f"{text}ja, und Größe")])
        assert "ja' → '…" in (line := capsys.readouterr().out.splitlines()[1])
        assert "ja, und Größe'" in line

    def test_values_are_words(self, tmp_path: Path, capsys: Screen) -> None:
        new = an_item(1, explicit=True, duration=timedelta(hours=1), people=(HOST,), season=None)

        diff(tmp_path, [an_item(1)], [new])

        told = capsys.readouterr().out
        assert "explicit: no → yes" in told
        assert "length: 20:31 → 1:00:00" in told
        assert "season: 2 → nothing" in told
        assert "'Uwe Schneidewind'" in told
        assert "Anna" not in told, "who is heard in both is not told"

    def test_what_has_fields_is_told_with_their_names(self, tmp_path: Path, capsys: Screen) -> None:
        trailer = Trailer(title="Mut, bald", url="https://eins.example/t.mp3", published=CHANGED, bytes=7, season=2)
        bites = EpisodeTags(soundbites=(Soundbite(start=timedelta(0), duration=timedelta(seconds=30), title="Wut"),))

        diff(tmp_path, [an_item(1)], [an_item(1, tags=bites)], show=a_show(trailers=(trailer,)))

        told = capsys.readouterr().out
        assert "'Mut, bald' (url 'https://eins.example/t.mp3', published 2024-12-10" in told
        assert "soundbites: nothing → 0:00 (duration 0:30, title 'Wut')" in told

    def test_of_tables_that_look_alike_every_field_is_spelled_out(self, tmp_path: Path, capsys: Screen) -> None:
        old, new = (
            a_show(trailers=(Trailer(title=title, url="https://eins.example/t.mp3", published=CHANGED),))
            for title in ("Gr\u00f6\u00dfe", "Gro\u0308\u00dfe")
        )

        run(["diff", a_file(tmp_path / "old", an_item(1), show=old), a_file(tmp_path / "new", an_item(1), show=new)])

        told = capsys.readouterr().out
        assert "'Gr\\xf6\\xdfe' (url 'https" in told
        assert "'Gro\\u0308\\xdfe' (url 'https" in told

    def test_of_a_table_the_field_that_differs_is_shown(self, tmp_path: Path, capsys: Screen) -> None:
        old, new = (an_item(1, alternates=(ALTERNATE, replace(ALTERNATE, title=title))) for title in ("Mut", "Wut"))

        diff(tmp_path, [old], [new])

        assert capsys.readouterr().out.splitlines()[1:] == ["      alternates[2].title: 'Mut' → 'Wut'"]

    def test_what_is_cut_never_looks_alike_on_both_sides(self, tmp_path: Path, capsys: Screen) -> None:
        old = [an_item(n, alternates=(replace(ALTERNATE, title="Sparsam"),)) for n in (1, 2, 3)]

        diff(tmp_path, old, [replace(item, alternates=(replace(ALTERNATE, title="Größe"),)) for item in old])

        (line,) = capsys.readouterr().out.splitlines()
        before, after = line.split(" → ")
        assert "Sparsam" in before
        assert "Größe" in after

    def test_what_looks_alike_is_spelled_out(self, tmp_path: Path, capsys: Screen) -> None:
        diff(tmp_path, [an_item(1, title="Gr\u00f6\u00dfe")], [an_item(1, title="Gro\u0308\u00dfe")])

        before, after = capsys.readouterr().out.splitlines()[1].split(": ", 1)[1].split(" → ")
        assert unicodedata.normalize("NFC", before) != unicodedata.normalize("NFC", after)

    def test_people_in_another_order_are_not_people_who_left(self, tmp_path: Path, capsys: Screen) -> None:
        people = an_item(1).people
        diff(tmp_path, [an_item(1, people=(HOST, *people))], [an_item(1, people=(*people, HOST))])
        assert "people: in another order" in capsys.readouterr().out

    def test_a_move_of_the_whole_show_is_a_few_lines(self, tmp_path: Path, capsys: Screen) -> None:
        old = [an_item(n) for n in range(1, 121)]
        (tmp_path / "old").write_bytes(a_feed(*old))
        body = a_feed(*old, show=replace(a_show()))
        moved = body.replace(b"https://kommunen-podcast.example/", b"https://cdn.neu.example/folge/")
        (tmp_path / "new").write_bytes(moved)

        assert run(["diff", str(tmp_path / "old"), str(tmp_path / "new")]) == 0

        lines = capsys.readouterr().out.splitlines()
        assert len(lines) < 8
        where = "https://kommunen-podcast.example → https://cdn.neu.example/folge"
        assert any(line.startswith(f"~ moved: the audio of 120 episodes: {where}") for line in lines)
        assert any(line.startswith("! show: the feed's own address: ") for line in lines)

    def test_of_many_episodes_some_are_listed_and_the_others_counted(self, tmp_path: Path, capsys: Screen) -> None:
        old = [an_item(n) for n in range(1, LISTED + 4)]

        diff(tmp_path, old, [replace(item, guid=f"neu-{item.guid}") for item in old])

        lines = capsys.readouterr().out.splitlines()
        assert sum(line.startswith("! again") for line in lines) == LISTED
        assert "and 3 more that are again" in lines[-1]

    def test_an_episode_without_a_guid_is_not_told_to_keep_it(self, tmp_path: Path, capsys: Screen) -> None:
        for name, audio in (("old", "a"), ("new", "b")):
            item = f'<enclosure url="https://x.example/{audio}.mp3" length="7" type="audio/mpeg"/>'
            date = "<pubDate>Sat, 01 Jun 2024 06:00:00 GMT</pubDate>"
            text = f'<rss version="2.0"><channel><item><title>A</title>{date}{item}</item></channel></rss>'
            (tmp_path / name).write_text(text, encoding="utf-8")

        run(["diff", str(tmp_path / "old"), str(tmp_path / "new")])

        told = capsys.readouterr().out
        assert "without a guid it is known by its audio address" in told
        assert "keep the guid" not in told

    def test_terminal_escapes_of_a_stranger_are_shown_and_not_obeyed(self, tmp_path: Path, capsys: Screen) -> None:
        for name, word in (("old", "a"), ("new", "b\u202e\x9b31m")):
            body = a_feed(an_item(1, title="WORT")).replace(b"WORT", f"Ein\n{word}".encode())
            (tmp_path / name).write_bytes(body)

        run(["diff", str(tmp_path / "old"), str(tmp_path / "new")])

        told = capsys.readouterr().out
        assert "~ changed     1  Ein b›31m\n" in told
        assert "title: 'Ein a' → 'Ein b›31m'" in told
        assert "\u202e" not in told
        assert "\x9b" not in told

    def test_items_that_cannot_be_read_are_named_with_their_feed(self, tmp_path: Path, capsys: Screen) -> None:
        body = a_feed(an_item(1), an_item(2, title="Ohne Ton"))
        start = body.index(b"<enclosure", body.index(b"Ohne Ton"))
        (tmp_path / "old").write_bytes(body[:start] + body[body.index(b"/>", start) + 2 :])

        run(["diff", str(tmp_path / "old"), a_file(tmp_path / "new", an_item(1))])

        assert f"warning: {tmp_path / 'old'}:" in (told := capsys.readouterr()).err
        assert "'Ohne Ton': the item is left out: it has no enclosure" in told.err
        assert "Ohne Ton" not in told.out

    def test_json_has_both_values_and_every_total(self, tmp_path: Path, capsys: Screen) -> None:
        diff(tmp_path, [an_item(1), an_item(2)], [an_item(1, title="Größe", number=None), an_item(3)], "--json")

        told = json.loads(capsys.readouterr().out)
        assert told["noticed"] is True
        (data,) = told["feeds"]
        assert (data["feed"], data["standing"], data["noticed"]) == (str(tmp_path / "new"), "kept", True)
        assert {name: count for name, count in data["totals"].items() if count} == {"gone": 1, "changed": 1, "new": 1}
        changed = next(item for item in data["items"] if item["effect"] == "changed")
        assert changed["guid"] == an_item(1).guid
        assert changed["differences"] == [
            {"field": "title", "before": "Diensteid für Transformation", "after": "Größe", "shared": False},
            {"field": "number", "before": 1, "after": None, "shared": False},
        ]

    @pytest.mark.parametrize("body", [b"", b"<html/>", b"\xff\xfe<", b"<opml><body/></opml>"])
    def test_what_is_no_feed_is_a_sentence(self, body: bytes, tmp_path: Path, capsys: Screen) -> None:
        (tmp_path / "old").write_bytes(body)
        assert run(["diff", str(tmp_path / "old"), a_file(tmp_path / "new", an_item(1))]) == 2
        assert capsys.readouterr().err.startswith(f"folge: {tmp_path / 'old'} cannot be read: ")

    def test_a_file_that_is_not_there_is_a_sentence(self, tmp_path: Path, capsys: Screen) -> None:
        assert run(["diff", str(tmp_path / "nothing.xml"), a_file(tmp_path / "new", an_item(1))]) == 2
        assert "nothing.xml cannot be read: No such file or directory" in capsys.readouterr().err


class TestFolder:
    """`folge diff` and `folge diff FEED` in a show folder."""

    def test_before_the_first_publish_every_episode_is_new(self, show: ShowFolder, capsys: Screen) -> None:
        assert folge(show.path, "diff", "--exit-code") == 4
        told = capsys.readouterr()
        assert [line.split() for line in told.out.splitlines()] == [["+", "new", n, "Mut", n] for n in ("2", "1")]
        assert "nothing is published yet" in told.err
        assert not (show.path / "public").exists()

    def test_after_a_publish_there_is_no_difference_until_something_changes(
        self, show: ShowFolder, capsys: Screen
    ) -> None:
        folge(show.path, "publish", "--yes")
        assert folge(show.path, "diff", "--exit-code") == 0
        show.episode(1, title="Mut und Größe")
        capsys.readouterr()

        assert folge(show.path, "diff", "--exit-code") == 4

        assert "title: 'Mut 1' → 'Mut und Größe'" in capsys.readouterr().out

    def test_a_feed_in_a_file_is_compared_with_the_next(self, show: ShowFolder, tmp_path: Path, capsys: Screen) -> None:
        folge(show.path, "publish", "--yes")
        kept = tmp_path / "kept.xml"
        kept.write_bytes((show.path / "public" / "feed.xml").read_bytes())
        show.episode(3)
        folge(show.path, "publish", "--yes")
        capsys.readouterr()

        assert folge(show.path, "diff", str(kept)) == 0

        assert capsys.readouterr().out == "+ new         3  Mut 3\n"

    def test_what_a_publish_refuses_can_be_asked_for_by_its_flag(self, show: ShowFolder, capsys: Screen) -> None:
        folge(show.path, "publish", "--yes")
        new_audio(show, 2)

        assert folge(show.path, "diff") == 3
        assert "--replace-audio" in capsys.readouterr().err
        assert folge(show.path, "diff", "--replace-audio", "2") == 0

        assert "! replaced    2  Mut 2: another audio file under a new address" in capsys.readouterr().out

    def test_a_feed_changed_by_hand_in_the_store_is_seen(self, show: ShowFolder, capsys: Screen) -> None:
        folge(show.path, "publish", "--yes")
        feed = show.path / "public" / "feed.xml"
        feed.write_bytes(feed.read_bytes().replace(b"00000001-aaaa", b"99999999-aaaa"))
        capsys.readouterr()

        assert folge(show.path, "diff", "--exit-code") == 4

        assert "! again       1  Mut 1" in capsys.readouterr().out


class TestLongShows:
    """`[feed] items`: what the first page holds, and what is reachable."""

    def test_episodes_taken_out_of_the_feed_are_noticed(self, show: ShowFolder, capsys: Screen) -> None:
        published(show, 5, capsys)
        add_settings(show, "[feed]\nitems = 2\n")

        assert folge(show.path, "diff", "--exit-code") == 4
        line = (
            "- left: 3 episodes leave the first page; apps that do not follow pages no longer list them "
            "(kept on archive pages)"
        )
        assert capsys.readouterr().out == f"{line}\n"
        folge(show.path, "plan")
        assert f"    {line}\n" in capsys.readouterr().out

    def test_a_single_one_is_named(self, show: ShowFolder, capsys: Screen) -> None:
        published(show, 3, capsys)
        add_settings(show, "[feed]\nitems = 2\n")

        assert folge(show.path, "diff", "--exit-code") == 4

        assert capsys.readouterr().out == (
            "- left        1  Mut 1: leaves the first page; apps that do not follow pages no longer list it "
            "(kept on an archive page)\n"
        )

    def test_the_ordinary_life_of_a_feed_in_pages_is_one_quiet_line(self, show: ShowFolder, capsys: Screen) -> None:
        add_settings(show, "[feed]\nitems = 2\nslim_after = 2\n")
        published(show, 4, capsys)
        show.episode(5)

        folge(show.path, "diff")
        assert capsys.readouterr().out == "+ new         5  Mut 5\n· 1 older episode moves on to archive pages\n"
        folge(show.path, "plan")
        assert "in a listener's app" not in capsys.readouterr().out

    def test_archive_pages_that_end_bring_their_episodes_back(self, show: ShowFolder, capsys: Screen) -> None:
        settings = (show.path / "podcast.toml").read_text(encoding="utf-8")
        add_settings(show, "[feed]\nitems = 2\n")
        published(show, 5, capsys)
        (show.path / "podcast.toml").write_text(settings, encoding="utf-8")

        assert folge(show.path, "diff", "--exit-code") == 4

        assert "~ back: 3 episodes come back to the first page" in capsys.readouterr().out


class TestSeveralFeeds:
    """Every feed of `[[feeds]]` is compared, too."""

    def test_an_episode_that_leaves_a_further_feed_is_told_under_its_name(
        self, show: ShowFolder, capsys: Screen
    ) -> None:
        add_settings(show, MUT)
        show.episode(1, more="topics: [Mut]\n")
        published(show, 2, capsys)
        show.episode(1)
        show.episode(2, more="topics: [Mut]\n", title="Größe")

        assert folge(show.path, "diff", "--exit-code") == 4
        lines = capsys.readouterr().out.splitlines()
        assert lines[0] == "feed.xml:"
        assert lines[lines.index("feed/mut.xml:") :] == [
            *("feed/mut.xml:", "  - gone        1  Mut 1: leaves the feed", "  + new         2  Größe"),
        ]
        folge(show.path, "plan", "--json")
        remarks = json.loads(capsys.readouterr().out)["remarks"]
        assert remarks == ["feed/mut.xml:", *lines[lines.index("feed/mut.xml:") + 1 :]]

    def test_what_the_main_feed_says_is_not_said_again(self, show: ShowFolder, capsys: Screen) -> None:
        add_settings(show, MUT)
        show.episode(1, more="topics: [Mut]\n")
        published(show, 2, capsys)
        show.episode(1, more="topics: [Mut]\n", title="Größe")
        show.episode(3, more="topics: [Mut]\n")

        folge(show.path, "diff")

        assert "mut.xml" not in (told := capsys.readouterr().out)
        assert told.count("Größe") == 2, "the line of the episode and of its title"

    def test_its_own_title_is_told(self, show: ShowFolder, capsys: Screen) -> None:
        add_settings(show, MUT)
        published(show, 2, capsys)
        add_settings(show, 'title = "Über Mut"\n')

        assert folge(show.path, "diff", "--exit-code") == 4

        assert capsys.readouterr().out == "feed/mut.xml:\n  ~ show: title: 'Kommunen-Podcast' → 'Über Mut'\n"

    def test_a_feed_that_begins_is_told(self, show: ShowFolder, capsys: Screen) -> None:
        published(show, 2, capsys)
        show.episode(1, more="topics: [Mut]\n")
        add_settings(show, MUT)

        assert folge(show.path, "diff", "--exit-code") == 4

        assert capsys.readouterr().out == "+ feed/mut.xml is a new feed with 1 episode\n"

    def test_a_feed_that_is_no_longer_made_is_told_and_stays_in_the_store(
        self, show: ShowFolder, capsys: Screen
    ) -> None:
        settings = (show.path / "podcast.toml").read_text(encoding="utf-8")
        add_settings(show, MUT)
        published(show, 2, capsys)
        (show.path / "podcast.toml").write_text(settings, encoding="utf-8")

        line = "- feed/mut.xml is no longer made; its subscribers hear nothing new; the file stays in the store"
        folge(show.path, "plan")
        assert f"    {line}\n" in capsys.readouterr().out
        assert folge(show.path, "diff", "--exit-code") == 4
        assert capsys.readouterr().out == f"{line}\n"
        folge(show.path, "diff", "--json")
        feed = json.loads(capsys.readouterr().out)["feeds"][1]
        assert (feed["standing"], feed["noticed"], feed["items"]) == ("ended", True, [])
        folge(show.path, "publish", "--yes")
        assert (show.path / "public" / "feed" / "mut.xml").exists()
        assert folge(show.path, "diff", "--exit-code") == 0

    def test_json_has_one_object_for_each_feed(self, show: ShowFolder, capsys: Screen) -> None:
        add_settings(show, MUT)
        show.episode(1, more="topics: [Mut]\n")
        published(show, 2, capsys)
        show.episode(1)

        folge(show.path, "diff", "--json")

        feeds = json.loads(capsys.readouterr().out)["feeds"]
        assert [(feed["feed"], feed["standing"]) for feed in feeds] == [("feed.xml", "kept"), ("feed/mut.xml", "kept")]
        assert [item["effect"] for item in feeds[1]["items"]] == ["gone"]


MUT = '[[feeds]]\nname = "mut"\ntopic = "Mut"\nguid = "1a2b3c4d-1e2f-5a6b-8c7d-0123456789ab"\n'


def add_settings(show: ShowFolder, text: str) -> None:
    with (show.path / "podcast.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"\n{text}")


def published(show: ShowFolder, count: int, capsys: Screen) -> None:
    """Publish a show of so many episodes, of which the first two are there already."""
    for number in range(3, count + 1):
        show.episode(number)
    assert folge(show.path, "publish", "--yes") == 0
    capsys.readouterr()


class TestAddresses:
    """Feeds behind addresses."""

    def test_a_feed_is_fetched_with_the_pages_that_follow(self, tmp_path: Path, capsys: Screen) -> None:
        with serving(tmp_path) as base:
            link = f'<atom:link rel="next" href="{base}/second.xml"/>'.encode()
            (tmp_path / "feed.xml").write_bytes(a_feed(an_item(2)).replace(b"<item>", link + b"<item>", 1))
            (tmp_path / "second.xml").write_bytes(a_feed(an_item(1)))

            assert run(["diff", f"{base}/feed.xml", a_file(tmp_path / "new", an_item(2), an_item(1))]) == 0
            assert capsys.readouterr().out.startswith("~ back        1  Diensteid für Transformation: comes back")
            assert run(["diff", f"{base}/feed.xml", f"{base}/feed.xml"]) == 0

        assert capsys.readouterr().out == "an app would notice nothing\n"

    def test_an_address_with_nothing_behind_it_has_the_exit_code_of_a_network(
        self, tmp_path: Path, capsys: Screen
    ) -> None:
        with serving(tmp_path) as base:
            assert run(["diff", f"{base}/nothing.xml", f"{base}/nothing.xml"]) == 6
        assert "nothing.xml answers 404" in capsys.readouterr().err


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback; yields its address."""

    class Quiet(SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(folder))

        def log_message(self, format: str, *arguments: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class TestPlan:
    """`folge plan` says what its changes do not."""

    def test_a_replaced_audio_would_be_downloaded_again(self, show: ShowFolder, capsys: Screen) -> None:
        folge(show.path, "publish", "--yes")
        new_audio(show, 2)
        show.episode(1, title="Neu")

        folge(show.path, "plan", "--replace-audio", "2")

        told = capsys.readouterr().out
        assert "    ! replaced    2  Mut 2: another audio file under a new address: would be downloaded again\n" in told
        assert told.count("Neu") == 1, "what a change line says is not said twice"

    def test_an_ordinary_publish_has_nothing_to_add(self, show: ShowFolder, capsys: Screen) -> None:
        folge(show.path, "plan")
        folge(show.path, "publish", "--yes")
        show.episode(3)
        show.episode(1, title="Neu", more="status: withdrawn\n")
        folge(show.path, "plan")

        assert "in a listener's app" not in capsys.readouterr().out

    def test_a_feed_that_fell_behind_its_ledger_is_told(self, show: ShowFolder, capsys: Screen) -> None:
        folge(show.path, "publish", "--yes")
        feed = show.path / "public" / "feed.xml"
        before = feed.read_bytes()
        show.episode(3)
        folge(show.path, "publish", "--yes")
        feed.write_bytes(before)
        (show.path / "public" / ".folge" / "inventory.json").unlink()
        capsys.readouterr()

        folge(show.path, "plan", "--json")

        assert json.loads(capsys.readouterr().out)["remarks"] == ["+ new         3  Mut 3"]

    def test_a_published_feed_that_is_none_does_not_keep_the_plan_from_mending_it(
        self, show: ShowFolder, capsys: Screen
    ) -> None:
        folge(show.path, "publish", "--yes")
        (show.path / "public" / "feed.xml").write_bytes(b"<rss>")
        capsys.readouterr()

        assert folge(show.path, "plan") == 0
        assert "! the published feed cannot be read: line 1: " in capsys.readouterr().out
        assert folge(show.path, "diff") == 2
        assert "the published feed cannot be read" in capsys.readouterr().err

    def test_a_host_who_joins_says_what_becomes_of_the_episodes(self, show: ShowFolder, capsys: Screen) -> None:
        show.episode(3)
        folge(show.path, "publish", "--yes")
        settings = show.path / "podcast.toml"
        settings.write_text(settings.read_text(encoding="utf-8").replace('"Anna Beispiel"', '"Anna Größe"'), "utf-8")
        for number in (1, 2, 3):
            show.episode(number, more="appearances: [{name: Uwe}]\n")
        capsys.readouterr()

        folge(show.path, "plan")

        told = capsys.readouterr().out
        assert "~ changed: 3 episodes in the same way: people: nothing → 'Anna Größe' (role 'host'" in told

    def test_a_move_says_what_becomes_of_the_audio(self, show: ShowFolder, capsys: Screen) -> None:
        show.episode(3)
        folge(show.path, "publish", "--yes")
        show.settings(base="https://neu.example.org/p/")

        folge(show.path, "plan", "--new-address")

        told = capsys.readouterr().out
        assert "~ moved: the audio of 3 episodes: https://cdn.example.org → https://neu.example.org/p" in told


class TestPages:
    """A feed in pages is one feed."""

    @staticmethod
    def page(*items: Item, following: str = "") -> bytes:
        link = f'<atom:link rel="next" href="{following}"/>'.encode() if following else b""
        return a_feed(*items).replace(b"<item>", link + b"<item>", 1)

    def test_the_items_of_all_pages_are_read_once(self) -> None:
        pages = {
            "https://x.example/2": self.page(an_item(2), an_item(1), following="https://x.example/3"),
            "https://x.example/3": self.page(an_item(1), an_item(9)),
        }

        read = read_pages(self.page(an_item(3), an_item(2), following="https://x.example/2"), pages.get, name="")

        assert [item.guid for item in read.items] == [an_item(n).guid for n in (3, 2, 1, 9)]

    def test_pages_that_lead_in_a_circle_end(self) -> None:
        body = self.page(an_item(1), following="https://x.example/1")
        assert len(read_pages(body, lambda address: body, name="").items) == 1

    def test_a_server_that_always_has_one_more_page_comes_to_an_end(self) -> None:
        asked: list[str] = []

        def page(address: str) -> bytes:
            asked.append(address)
            return (
                f'<rss xmlns:atom="http://www.w3.org/2005/Atom"><channel>{link(f"{address}x")}</channel></rss>'.encode()
            )

        def link(address: str) -> str:
            return f'<atom:link rel="next" href="{address}"/>'

        read_pages(page("https://x.example/"), page, name="")

        assert len(asked) == MOST_PAGES + 1

    def test_a_page_that_is_missing_ends_the_feed(self) -> None:
        body = self.page(an_item(1), following="https://x.example/1")
        assert len(read_pages(body, lambda address: None, name="").items) == 1
