"""`folge import`: what a feed becomes, what a second one changes, and what it never does."""

import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from episodes.model import Appearance
from episodes.namespace import EpisodeTags, SocialInteract
from episodes.problems import errors
from feed.intake import take_in
from feed.item import Enclosure, Item
from feed.reader import read_feed
from feed.show import Show
from podcast.cli import run
from podcast.feed_settings import podcast_guid
from podcast.workspace import open_workspace
from tests.feed.builders import CHANGED, a_feed, a_full_item, a_full_show, a_show, an_item
from tests.soaking import SOAK

_CORPUS = Path(os.environ.get("FOLGE_CORPUS", Path(__file__).parents[4] / "shared" / "corpus")) / "feeds"
_FEEDS = sorted(path for path in _CORPUS.glob("*") if path.name != "manifest.json")
_ADDRESS = "https://old.example/feed.xml"


def _show(**changes: object) -> Show:
    return replace(a_show(locked=False, feed_url=_ADDRESS), **changes)  # type: ignore[arg-type]  # named as fields


def _save(path: Path, *items: Item, show: Show | None = None, days: int = 0) -> str:
    body = a_feed(*items, show=show or _show(), changed=CHANGED + timedelta(days=days))
    path.write_bytes(body)
    return str(path)


def _import(folder: Path, *arguments: str) -> int:
    return run(["import", *arguments, "--into", str(folder), "--yes"])


def _listing(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _only_episode(folder: Path) -> Path:
    (path,) = (folder / "episodes").glob("*.md")
    return path


def test_a_feed_becomes_a_show_folder_without_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    feed = _save(tmp_path / "feed.xml", an_item(1, number=1), an_item(2, number=2, title="Schildkröten"))

    assert _import(tmp_path / "show", feed) == 0

    workspace = open_workspace(tmp_path / "show", {})
    assert not errors(workspace.problems)
    assert {e.source_name for e in workspace.catalogue.episodes} == {
        "001-diensteid-fuer-transformation.md",
        "002-schildkroeten.md",
    }
    assert {e.guid for e in workspace.catalogue.episodes} == {an_item(1).guid, an_item(2).guid}
    assert "imported: 3 files" in capsys.readouterr().out


def test_every_field_of_an_item_stands_in_its_file(tmp_path: Path) -> None:
    feed = _save(tmp_path / "feed.xml", a_full_item(1), show=a_full_show(locked=False))
    (item,) = read_feed(Path(feed).read_bytes()).items

    _import(tmp_path / "show", feed)

    (episode,) = open_workspace(tmp_path / "show", {}).catalogue.episodes
    assert (episode.guid, episode.title, episode.published) == (item.guid, item.title, item.published)
    assert episode.published is not None
    assert episode.published.utcoffset() == item.published.utcoffset()
    assert episode.audio == item.enclosure.url
    assert episode.remote is not None
    assert (episode.remote.bytes, episode.remote.duration) == (item.enclosure.bytes, item.duration)
    assert (episode.number, episode.season, episode.kind) == (item.number, item.season, item.kind)
    assert {person.name for person in episode.appearances} <= {person.name for person in item.people}
    assert [transcript.url for transcript in episode.transcripts] == [it.url for it in item.transcripts]
    assert [chapter.title for chapter in episode.chapters] == [chapter.title for chapter in item.chapters]
    assert episode.tags == item.tags
    assert episode.explicit == item.explicit
    assert episode.link == item.link


def test_settings_of_the_show_stand_in_podcast_toml(tmp_path: Path) -> None:
    show = a_full_show(locked=False)
    feed = _save(tmp_path / "feed.xml", a_full_item(1), show=show)

    _import(tmp_path / "show", feed, "--public-url", "https://new.example")

    settings = open_workspace(tmp_path / "show", {}).settings
    assert (settings.title, settings.language, settings.author) == (show.title, show.language, show.author)
    assert settings.categories == show.categories
    assert settings.guid == show.guid
    assert settings.email == show.owner_email
    assert settings.cover == show.image_url
    assert settings.store.public_url == "https://new.example/"
    assert [host.name for host in settings.hosts] == [host.name for host in show.hosts]
    assert settings.tags.funding == show.tags.funding
    assert settings.tags.value == show.tags.value


def test_a_second_import_changes_nothing_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    feed = _save(tmp_path / "feed.xml", a_full_item(1), a_full_item(2, number=7))
    _import(tmp_path / "show", feed, "--public-url", "https://new.example", "--zone", "Europe/Vienna")
    before = _listing(tmp_path / "show")
    capsys.readouterr()

    assert run(["import", feed, "--into", str(tmp_path / "show")]) == 0

    assert "nothing to import" in capsys.readouterr().out
    assert _listing(tmp_path / "show") == before


def test_a_later_state_adds_and_updates_only_what_was_not_edited_here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show = tmp_path / "show"
    _import(show, _save(tmp_path / "1.xml", *(an_item(n, title=f"Titel {n}", number=n) for n in (1, 2))))
    edited = next((show / "episodes").glob("001-*"))
    edited.write_text(edited.read_text(encoding="utf-8").replace("Titel 1", "Mein Titel"), encoding="utf-8")
    mine = edited.read_bytes()
    capsys.readouterr()

    later = _save(tmp_path / "2.xml", *(an_item(n, title=f"Neuer Titel {n}", number=n) for n in (1, 2, 3)), days=1)
    assert _import(show, later) == 0

    told = capsys.readouterr().out
    titles = {e.guid[-1]: e.title for e in open_workspace(show, {}).catalogue.episodes}
    assert titles == {"1": "Mein Titel", "2": "Neuer Titel 2", "3": "Neuer Titel 3"}
    assert edited.read_bytes() == mine
    assert "-title: Neuer Titel 1" in told
    assert "+title: Mein Titel" in told


def test_what_was_edited_here_and_not_in_the_feed_is_no_matter(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    feed = _save(tmp_path / "feed.xml", an_item())
    _import(tmp_path / "show", feed)
    path = _only_episode(tmp_path / "show")
    path.write_text(path.read_text(encoding="utf-8") + "\nMehr.\n", encoding="utf-8")
    capsys.readouterr()

    assert _import(tmp_path / "show", feed) == 0

    assert "nothing to import\n" in capsys.readouterr().out
    assert path.read_text(encoding="utf-8").endswith("\nMehr.\n")


def test_episodes_gone_from_the_feed_are_listed_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _import(tmp_path / "show", _save(tmp_path / "1.xml", an_item(1), an_item(2, title="Zwei", number=2)))
    capsys.readouterr()

    _import(tmp_path / "show", _save(tmp_path / "2.xml", an_item(2, title="Zwei", number=2), days=1))

    assert "no longer in the feed, and kept: episodes/" in capsys.readouterr().out
    assert len(list((tmp_path / "show" / "episodes").glob("*.md"))) == 2


def test_a_file_deleted_here_is_not_made_again(tmp_path: Path) -> None:
    feed = _save(tmp_path / "feed.xml", an_item())
    _import(tmp_path / "show", feed)
    _only_episode(tmp_path / "show").unlink()

    assert _import(tmp_path / "show", feed) == 0
    assert not list((tmp_path / "show" / "episodes").glob("*.md"))


def test_an_import_that_broke_off_is_gone_on_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    feed = _save(tmp_path / "feed.xml", an_item(1), an_item(2, title="Zwei", number=2))
    _import(tmp_path / "show", feed)
    whole = _listing(tmp_path / "show")
    (tmp_path / "show" / "imported.json").unlink()  # it is written last
    next((tmp_path / "show" / "episodes").glob("*zwei*")).unlink()
    capsys.readouterr()

    assert _import(tmp_path / "show", feed) == 0

    assert _listing(tmp_path / "show") == whole
    assert "imported: 1 file " in capsys.readouterr().out


def test_states_of_one_feed_are_merged_the_newest_last_whatever_their_order(tmp_path: Path) -> None:
    new = _save(tmp_path / "new.xml", an_item(2, title="Neu", number=2), days=2)
    old = _save(tmp_path / "old.xml", an_item(1, title="Alt", number=1), an_item(2, title="War", number=2))

    _import(tmp_path / "show", new, old)

    titles = {e.title for e in open_workspace(tmp_path / "show", {}).catalogue.episodes}
    assert titles == {"Alt", "Neu"}


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    feed = _save(tmp_path / "feed.xml", an_item())
    assert run(["import", feed, "--into", str(tmp_path / "show"), "--dry-run"]) == 0
    assert not (tmp_path / "show").exists()


def test_without_a_terminal_nothing_is_written_unasked(tmp_path: Path) -> None:
    feed = _save(tmp_path / "feed.xml", an_item())
    assert run(["import", feed, "--into", str(tmp_path / "show")]) == 2
    assert not (tmp_path / "show").exists()


def test_a_locked_feed_is_imported_by_its_owner_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show = _show(locked=True, owner_email="anna@example.org", owner_name="Anna")
    feed = _save(tmp_path / "feed.xml", an_item(), show=show)

    assert _import(tmp_path / "show", feed) == 2
    assert "podcast:locked" in capsys.readouterr().err
    assert _import(tmp_path / "show", feed, "--owner", "bert@example.org") == 2
    assert not (tmp_path / "show").exists()
    assert _import(tmp_path / "show", feed, "--owner", "Anna@example.org") == 0


def test_the_guid_of_a_show_without_one_is_that_of_its_old_address(tmp_path: Path) -> None:
    feed = _save(tmp_path / "feed.xml", an_item(), show=_show(guid=""))
    _import(tmp_path / "show", feed, "--public-url", "https://new.example/")
    assert open_workspace(tmp_path / "show", {}).settings.guid == podcast_guid(_ADDRESS)


def test_a_show_that_is_here_keeps_its_own_settings(tmp_path: Path) -> None:
    run(["init", str(tmp_path / "show"), "--title", "Mein Titel"])
    before = (tmp_path / "show" / "podcast.toml").read_bytes()

    assert _import(tmp_path / "show", _save(tmp_path / "feed.xml", an_item())) == 0

    assert (tmp_path / "show" / "podcast.toml").read_bytes() == before
    assert _only_episode(tmp_path / "show").name == "001-diensteid-fuer-transformation.md"


def test_hosts_of_every_episode_stand_in_podcast_toml_and_guests_with_their_episodes(tmp_path: Path) -> None:
    anna, uwe = Appearance(name="Anna", role="host"), Appearance(name="Uwe", role="guest")
    items = (an_item(1, people=(anna, uwe)), an_item(2, number=2, title="Zwei", people=(anna, uwe)))
    feed = _save(tmp_path / "feed.xml", *items, show=_show(hosts=()))

    _import(tmp_path / "show", feed)

    workspace = open_workspace(tmp_path / "show", {})
    assert [host.name for host in workspace.settings.hosts] == ["Anna"]
    assert [[p.name for p in e.appearances] for e in workspace.catalogue.episodes] == [["Uwe"], ["Uwe"]]


def test_two_episodes_of_one_number_and_one_title_both_come(tmp_path: Path) -> None:
    feed = _save(tmp_path / "feed.xml", an_item(1, number=5), an_item(2, number=5))
    assert _import(tmp_path / "show", feed) == 0
    workspace = open_workspace(tmp_path / "show", {})
    assert not errors(workspace.problems)
    assert len(workspace.catalogue.episodes) == 2


def test_a_value_no_file_can_hold_is_taken_out_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    posts = (SocialInteract(protocol="gopher", uri="gopher://a.example"), SocialInteract(protocol="disabled"))
    feed = _save(tmp_path / "feed.xml", an_item(tags=EpisodeTags(social_interact=posts)))

    assert _import(tmp_path / "show", feed) == 0

    (episode,) = open_workspace(tmp_path / "show", {}).catalogue.episodes
    assert episode.tags.social_interact == posts[1:]
    assert "social_interact[1].protocol: 'gopher'" in capsys.readouterr().out


def test_audio_whose_type_does_not_say_that_it_is_audio_gets_one_that_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = Enclosure(url="https://old.example/1.ogg", bytes=9, media_type="application/ogg")
    _import(tmp_path / "show", _save(tmp_path / "feed.xml", an_item(enclosure=sound)))

    (episode,) = open_workspace(tmp_path / "show", {}).catalogue.episodes
    assert episode.remote is not None
    assert episode.remote.media_type == "audio/ogg"
    assert "import-audio-type" in capsys.readouterr().out


@pytest.mark.parametrize("title", ["../../etc/passwd", "/", "..", "CON", "🐢", "feed", "1 2 3", "a" * 300, "Tag\x85x"])
def test_no_title_makes_a_file_outside_the_folder(tmp_path: Path, title: str) -> None:
    feed = _save(tmp_path / "feed.xml", an_item(title=title, number=None))
    assert _import(tmp_path / "show", feed) == 0
    assert _only_episode(tmp_path / "show").parent == tmp_path / "show" / "episodes"
    assert not errors(open_workspace(tmp_path / "show", {}).problems)


@pytest.mark.parametrize("what", ["https://[", "gone.xml", "a.zip"])
def test_what_is_no_feed_is_said_and_nothing_is_made(tmp_path: Path, what: str) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK")
    source = what if what.startswith("https") else str(tmp_path / what)
    assert _import(tmp_path / "show", source) in (2, 6)
    assert not (tmp_path / "show").exists()


def test_a_plan_is_told_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    feed = _save(tmp_path / "feed.xml", an_item(enclosure=Enclosure(url=f"{_ADDRESS}.mp3", bytes=9, media_type="x/y")))
    _import(tmp_path / "show", feed, "--json")
    told = json.loads(capsys.readouterr().out)
    assert next((file["action"], file["path"]) for file in told["files"]) == ("create", "podcast.toml")
    assert told["written"] is True
    assert told["failed"] == []


@pytest.mark.skipif(not _FEEDS, reason="the corpus is not on this machine (FOLGE_CORPUS)")
@pytest.mark.parametrize("path", _FEEDS if SOAK else _FEEDS[2::6], ids=lambda path: path.name)
def test_a_real_feed_becomes_a_folder_with_every_guid_and_the_second_time_nothing(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    owners = ["--owner", "adam@curry.com"] if "pc20" in path.name else []
    exit_code = _import(tmp_path / "show", str(path), *owners)
    told = capsys.readouterr()
    if exit_code:
        assert exit_code == 2, told
        assert path.name in told.err
        return
    items = take_in(path.read_bytes()).feed.items
    workspace = open_workspace(tmp_path / "show", {})
    guids = {item.guid for item in items}
    here = {episode.guid: episode for episode in workspace.catalogue.episodes}
    assert here.keys() <= guids
    assert len(guids - here.keys()) <= told.out.count("left out: ")
    assert [problem for problem in errors(workspace.problems) if problem.path != "podcast.toml"] == []
    for item in reversed(items):
        if item.guid in here and item.guid not in [other.guid for other in items if other is not item]:
            assert here[item.guid].published == item.published.replace(microsecond=0)
            assert here[item.guid].audio == item.enclosure.url
    before = _listing(tmp_path / "show")
    assert _import(tmp_path / "show", str(path), *owners) == 0
    assert _listing(tmp_path / "show") == before
