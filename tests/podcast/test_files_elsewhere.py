"""Files besides the audio that are not on every laptop: what is published of them stays with the text it belongs to."""

from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from episodes.problems import ProblemsFound
from feed.reader import read_feed
from podcast.publishing.changes import Asked
from podcast.publishing.publish import Refused
from podcast.stores.memory import MemoryStore
from tests.episodes.audio_builders import opus
from tests.podcast.builders import BASE, GUID_1, ShowFolder, feed_in, later, objects
from tests.podcast.spies import PowerCutError, Spy
from tests.podcast.test_feeds import add, followed, long_show

OPUS = "alternates: [audio/1.opus]\n"


def picture(folder: ShowFolder, name: str, colour: str, size: tuple[int, int]) -> None:
    Image.new("RGB", size, colour).save(folder.path / name)


def with_opus(show: ShowFolder, seconds: int = 30) -> None:
    (show.path / "audio" / "1.opus").write_bytes(opus(seconds))


def test_a_picture_that_is_not_here_keeps_its_own_text(show: ShowFolder, tmp_path: Path) -> None:
    picture(show, "a.png", "red", (160, 90))
    picture(show, "b.png", "blue", (90, 160))
    show.episode(1, more="images:\n  - {path: a.png, alt: Rot}\n  - {path: b.png, alt: Blau}\n")
    store = MemoryStore()
    show.publish(store)
    blue = next(image for image in feed_in(store).items[1].images if image.alt == "Blau")
    other = show.copy(tmp_path / "other")
    (other.path / "a.png").unlink()
    (other.path / "b.png").unlink()
    other.episode(1, more="images:\n  - {path: b.png, alt: Blau}\n")

    other.publish(store, now=later(1), by="ben@laptop")

    (left,) = feed_in(store).items[1].images
    assert left == blue


def test_a_picture_nobody_published_has_to_be_here(show: ShowFolder) -> None:
    show.episode(1, more="images: [{path: a.png, alt: Rot}]\n")
    with pytest.raises(ProblemsFound, match=r"'a.png' is not there"):
        show.publish(MemoryStore())


def test_another_form_keeps_its_address_when_the_file_is_renamed(show: ShowFolder) -> None:
    with_opus(show)
    show.episode(1, more=OPUS)
    store = MemoryStore()
    show.publish(store)
    (before,) = feed_in(store).items[1].alternates
    show.file(1).rename(show.file(1, "neuer-name"))

    show.publish(store, now=later(1))

    assert feed_in(store).items[1].alternates == (before,)


def test_another_file_under_the_same_name_has_to_be_asked_for(show: ShowFolder) -> None:
    with_opus(show)
    show.episode(1, more=OPUS)
    store = MemoryStore()
    show.publish(store)
    with_opus(show, 31)

    with pytest.raises(Refused, match=r"'audio/1.opus' is another file now"):
        show.publish(store, now=later(1))
    show.publish(store, now=later(1), asked=Asked(replace_audio=frozenset({GUID_1})))

    (alternate,) = feed_in(store).items[1].alternates
    assert len(objects(store)[alternate.sources[0].url.removeprefix(BASE)]) == alternate.bytes


def test_an_edit_reaches_the_feed_though_another_file_is_not_here(show: ShowFolder, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (show.path / f"{name}.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nEins\n", encoding="utf-8")
    show.episode(1, more="transcripts: [a.vtt, b.vtt]\n")
    store = MemoryStore()
    show.publish(store)
    other = show.copy(tmp_path / "other")
    (other.path / "a.vtt").unlink()
    (other.path / "b.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nZwei\n", encoding="utf-8")

    other.publish(store, now=later(1), by="ben@laptop")

    first, second = (it for it in feed_in(store).items[1].transcripts if it.media_type == "text/vtt")
    assert b"Eins" in objects(store)[first.url.removeprefix(BASE)]
    assert b"Zwei" in objects(store)[second.url.removeprefix(BASE)]


def test_an_older_text_does_not_take_captions_back(show: ShowFolder, tmp_path: Path) -> None:
    (show.path / "a.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nEins\n", encoding="utf-8")
    show.episode(1, more="transcripts: [a.vtt]\n")
    store = MemoryStore()
    show.publish(store)
    other = show.copy(tmp_path / "other")
    show.episode(1, more="transcripts: [{path: a.vtt, captions: true}]\n")
    show.publish(store, now=later(1))
    other.episode(1, title="Neu", more="transcripts: [a.vtt]\n")

    with pytest.raises(Refused, match="transcripts here is older"):
        other.publish(store, now=later(2), by="ben@laptop")


def test_chapters_taken_out_of_the_text_are_gone_without_the_audio_too(show: ShowFolder, tmp_path: Path) -> None:
    show.episode(1, more="chapters: ['0:00 Anfang', '0:00.5 Ende']\n")
    store = MemoryStore()
    show.publish(store)
    assert [chapter.start for chapter in feed_in(store).items[1].chapters] == [timedelta(), timedelta(seconds=0.5)]
    other = show.copy(tmp_path / "other")
    (other.path / "audio" / "1.mp3").unlink()
    text = other.file(1).read_text(encoding="utf-8").replace("chapters: ['0:00 Anfang', '0:00.5 Ende']\n", "")
    other.file(1).write_text(text, encoding="utf-8")

    other.publish(store, now=later(1), by="ben@laptop")

    assert feed_in(store).items[1].chapters == ()


def test_a_proof_of_a_file_is_measured_and_not_believed(show: ShowFolder) -> None:
    with_opus(show)
    show.episode(1, more='alternates: [{path: audio/1.opus, integrity: "sha256-AAAA"}]\n')
    store = MemoryStore()
    outcome = show.publish(store)
    (alternate,) = feed_in(store).items[1].alternates
    assert alternate.integrity is not None
    assert alternate.integrity.value != "sha256-AAAA"
    assert "its integrity need not be written" in outcome.problems[-1].message


@pytest.mark.parametrize("writes", range(1, 12))
def test_a_publish_cut_off_leaves_no_link_to_a_page_that_is_not_there(tmp_path: Path, writes: int) -> None:
    store = MemoryStore()
    folder = long_show(tmp_path / "show", 9, "[feed]\nitems = 3\n")
    folder.publish(store)
    add(folder, 10)
    with pytest.raises(PowerCutError):
        folder.publisher(Spy(store, writes), now=later(1)).run(lambda prepared: True)
        raise PowerCutError  # where so many writes were enough
    there = objects(store)
    page = read_feed(there["feed.xml"])
    assert len(followed(store)) >= 9
    assert all(item.enclosure.url.removeprefix(BASE) in there for item in page.items)


def test_feeds_taken_away_and_brought_back_are_ours(tmp_path: Path) -> None:
    store = MemoryStore()
    folder = long_show(tmp_path / "show", 5, '[feed]\nitems = 2\n[[feeds]]\nname = "eins"\nseason = 1\n')
    folder.publish(store)
    text = (folder.path / "podcast.toml").read_text(encoding="utf-8")
    folder.settings()
    folder.publish(store, now=later(1))
    (folder.path / "podcast.toml").write_text(text, encoding="utf-8")

    folder.publisher(store, now=later(2), asked=Asked(show_mine=True)).run(lambda prepared: True, thorough=True)

    assert len(followed(store)) == 5
