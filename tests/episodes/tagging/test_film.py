"""A tagged copy of an MP4 file plays what the master plays, and every reader finds in it what the catalogue says."""

import os
import struct
from dataclasses import replace
from datetime import timedelta
from io import SEEK_CUR, BytesIO, FileIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from episodes import tagtext
from episodes.audio import measure
from episodes.containers import boxes
from episodes.filmchapters import film_chapters
from episodes.model import Chapter
from episodes.sound import NotAudio
from episodes.tagging.film import write_film
from episodes.tagging.refusal import NotTaggable
from episodes.tagging.tagset import LARGEST_COVER, TagSet
from tests.episodes.encoders import encode, packets, played
from tests.episodes.tagging.films import (
    KINDS,
    TAGS,
    atoms,
    chapters,
    copied,
    frames,
    master,
    probed,
    probed_chapters,
    tagged,
    titled,
)

_CORPUS = Path(os.environ.get("FOLGE_CORPUS", Path(__file__).parents[4] / "shared" / "corpus")) / "audio"
_FILMS = sorted([*_CORPUS.glob("*.m4a"), *_CORPUS.glob("*.mp4")])
_MILLISECOND = timedelta(milliseconds=1)


def top(path: Path) -> list[str]:
    with path.open("rb") as file:
        return [one.name.decode("latin-1") for one in boxes(file, 0, path.stat().st_size)]


def listed(found: tuple[Chapter, ...]) -> list[tuple[int, str]]:
    return [(round(one.start / _MILLISECOND), one.title) for one in found]


def nero(path: Path) -> list[tuple[int, str]]:
    return [(round(one.start * 1000), one.title) for one in atoms(path).chapters or ()]


def jpeg(side: int, *, noisy: bool = False) -> bytes:
    picture = Image.effect_noise((side, side), 100) if noisy else Image.new("RGB", (side, side))
    picture.save(written := BytesIO(), "JPEG", quality=95)
    return written.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_plays_what_its_master_plays(tmp_path: Path, kind: str) -> None:
    path = master(tmp_path, kind)
    copy = copied(path, TAGS)
    assert frames(copy, "0:a") == frames(path, "0:a")
    assert [second for second, _ in packets(copy)] == [second for second, _ in packets(path)]
    assert played(copy) == played(path)
    if kind == "film":
        assert frames(copy, "0:v") == frames(path, "0:v")


@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_can_be_trusted_and_its_index_comes_first(tmp_path: Path, kind: str) -> None:
    path = master(tmp_path, kind)
    copy = copied(path, TAGS)
    before, after = measure(path), measure(copy)
    assert top(copy)[:2] == ["ftyp", "moov"]
    assert not {"free", "skip", "wide"} & set(top(copy))
    assert set(after.doubts) <= set(before.doubts)
    assert (after.duration, after.media_type) == (before.duration, before.media_type)
    assert after.header_bytes < 10_000


def test_the_first_minute_of_a_copy_ends_where_a_player_needs_no_more(tmp_path: Path) -> None:
    copy = copied(encode(tmp_path / "long.m4a", seconds=75), TAGS)
    end = measure(copy).minute_bytes
    assert 59.9 < max(second for second, at in packets(copy) if at < end) < 60.01
    assert 59.9 < min(second for second, at in packets(copy) if at >= end) < 60.1


@pytest.mark.parametrize("kind", KINDS)
def test_everybody_reads_the_tags(tmp_path: Path, kind: str) -> None:
    copy = copied(master(tmp_path, kind), TAGS)
    shown = probed(copy)
    ours = measure(copy).tags
    assert (ours.title, ours.artist, ours.album) == (TAGS.title, TAGS.artist, TAGS.album)
    assert (ours.number, ours.season, ours.date, ours.language) == (12, 3, "2026-01-02", "de-DE")
    assert ours.description == TAGS.comment.strip()
    expected = {
        "title": TAGS.title,
        "artist": TAGS.artist,
        "album": TAGS.album,
        "album_artist": TAGS.album_artist,
        "track": "12",
        "disc": "3",
        "season_number": "3",
        "episode_sort": "12",
        "date": "2026-01-02",
        "genre": TAGS.genre,
        "copyright": TAGS.copyright,
        "comment": TAGS.comment.strip(),
        "description": TAGS.comment[:255].strip(),
        "synopsis": TAGS.comment.strip(),
        "LANGUAGE": "de-DE",
        "URL": TAGS.link,
    }
    assert {name: shown.get(name) for name in expected} == expected


@pytest.mark.parametrize("kind", KINDS)
def test_everybody_reads_the_chapters(tmp_path: Path, kind: str) -> None:
    copy = copied(master(tmp_path, kind), TAGS)
    wanted = listed(TAGS.chapters or ())
    assert (listed(measure(copy).chapters), nero(copy), probed_chapters(copy)) == (wanted, wanted, wanted)


@pytest.mark.parametrize("kind", KINDS)
def test_tagging_again_changes_no_byte(tmp_path: Path, kind: str) -> None:
    once = tagged(master(tmp_path, kind).read_bytes(), TAGS)
    assert tagged(once, TAGS) == once


def test_a_copy_with_other_tags_is_as_if_it_had_been_made_at_once(tmp_path: Path) -> None:
    body = master(tmp_path, "first").read_bytes()
    others = replace(titled((0, "Anders")), title="Anders")
    assert tagged(tagged(body, TAGS), others) == tagged(body, others)


def test_without_chapters_given_those_of_the_file_stay(tmp_path: Path) -> None:
    copy = copied(master(tmp_path, "book"), TagSet(title="Neu"))
    own = [(0, "Eins"), (1500, "Zwei")]
    assert (listed(measure(copy).chapters), nero(copy), probed_chapters(copy)) == (own, own, own)


def test_no_chapters_given_removes_those_of_the_file(tmp_path: Path) -> None:
    path = master(tmp_path, "book")
    copy = copied(path, TagSet(title="Neu", chapters=()))
    assert (listed(measure(copy).chapters), nero(copy), probed_chapters(copy)) == ([], [], [])
    assert frames(copy, "0:a") == frames(path, "0:a")
    assert b"chap" not in copy.read_bytes()


def test_a_first_chapter_after_the_beginning_stays_there(tmp_path: Path) -> None:
    copy = copied(master(tmp_path, "first"), titled((1.25, "Spät"), (2, "Ende")))
    wanted = [(1250, "Spät"), (2000, "Ende")]
    assert (listed(measure(copy).chapters), nero(copy), probed_chapters(copy)) == (wanted, wanted, wanted)


def test_hidden_chapters_and_those_behind_the_end_are_left_out(tmp_path: Path) -> None:
    hidden = Chapter(start=timedelta(seconds=1), title="Bild", hidden=True)
    tags = replace(TAGS, chapters=(*chapters((0, "Anfang"), (3.5, "Danach")), hidden))
    copy = copied(master(tmp_path, "first"), tags)
    assert (listed(measure(copy).chapters), nero(copy)) == ([(0, "Anfang")], [(0, "Anfang")])


def test_more_chapters_than_a_list_holds_are_all_in_the_track(tmp_path: Path) -> None:
    many = titled(*((number / 100, f"Kapitel {number}") for number in range(290)))
    copy = copied(master(tmp_path, "first"), many)
    wanted = listed(many.chapters or ())
    assert (listed(measure(copy).chapters), nero(copy), probed_chapters(copy)) == (wanted, wanted[:255], wanted)


@pytest.fixture(scope="module")
def tone(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return master(tmp_path_factory.mktemp("tone"), "first").read_bytes()


@given(titles=st.lists(st.text(max_size=400), min_size=1, max_size=20))
@settings(max_examples=60, deadline=None)
def test_any_title_comes_back_as_far_as_it_can_be_shown(tone: bytes, titles: list[str]) -> None:
    tags = titled(*((number / 10, title) for number, title in enumerate(titles)))
    copy = tagged(tone, tags)
    wanted = [(100 * number, line) for number, title in enumerate(titles) if (line := tagtext.line(title))]
    assert listed(film_chapters(BytesIO(copy), len(copy))) == wanted
    points = [(round(one.start * 1000), one.title) for one in atoms(BytesIO(copy)).chapters or ()]
    assert [at for at, _ in points] == [at for at, _ in wanted]
    for (_, cut), (_, whole) in zip(points, wanted, strict=True):
        assert whole.startswith(cut)
        assert len(cut.encode()) <= 255
        assert cut == whole or len(cut.encode()) > 251


def test_what_tags_do_not_say_stays(tmp_path: Path) -> None:
    path = master(tmp_path, "book")
    film = atoms(path)
    film["----:com.apple.iTunes:iTunSMPB"] = [b" 00000000 00000840 000001C0"]
    film["stik"], film["pgap"], film["\xa9wrt"] = [21], True, ["Wer"]
    film.save()
    kept = atoms(copied(path, TagSet(title="Neu")))
    assert kept["\xa9nam"] == ["Neu"]
    assert {name: kept[name] for name in film if name != "\xa9nam"} == {
        name: film[name] for name in film if name != "\xa9nam"
    }


def test_a_cover_is_replaced_and_an_own_one_kept(tmp_path: Path) -> None:
    path = master(tmp_path, "covered")
    own = atoms(path)["covr"]
    assert own[0]
    assert atoms(copied(path, TagSet(title="Neu")))["covr"] == own
    new = jpeg(300)
    assert [bytes(one) for one in atoms(copied(path, TagSet(title="Neu", cover=new)))["covr"]] == [new]
    assert [one.media_type for one in measure(copied(path, TagSet(title="Neu", cover=new))).tags.pictures] == [
        "image/jpeg"
    ]


def test_a_cover_that_delays_playback_is_left_out(tmp_path: Path) -> None:
    path = copied(master(tmp_path, "first"), TagSet(title="Alt"))
    film = atoms(path)
    large, small = jpeg(900, noisy=True), jpeg(20)
    assert len(large) > LARGEST_COVER
    film["covr"] = [large, small]
    film.save()
    assert [bytes(one) for one in atoms(copied(path, TagSet(title="Neu")))["covr"]] == [small]


def test_characters_that_no_tag_may_hold_are_left_out(tmp_path: Path) -> None:
    copy = copied(master(tmp_path, "first"), TagSet(title="Gr\0ö\ud800ße\x1b"))
    assert atoms(copy)["\xa9nam"] == ["Größe"]


def test_damaged_items_are_written_afresh(tmp_path: Path) -> None:
    path = master(tmp_path, "book")
    body = path.read_bytes()
    at = body.index(b"ilst") + 4
    copy = tagged(body[:at] + b"\x7f\xff\xff\xff" + body[at + 4 :], TAGS)
    assert atoms(BytesIO(copy))["\xa9nam"] == [TAGS.title]


class _Holey(FileIO):
    """A file that leaves holes where zeros are written, so that it takes no room."""

    def write(self, piece: Any) -> int:
        if bytes(piece) == bytes(len(piece)):
            self.seek(len(piece), SEEK_CUR)
            return len(piece)
        return super().write(piece)


def test_a_copy_that_outgrows_four_gigabytes_plays(tmp_path: Path) -> None:
    small = master(tmp_path, "last")
    body = bytearray(small.read_bytes())
    table = body.index(b"stco") + 8
    shape = f">{int.from_bytes(body[table : table + 4], 'big')}I"
    offsets = struct.unpack_from(shape, body, table + 4)
    hole = (1 << 32) - 1000 - max(offsets)  # the last chunk just begins where an offset of four bytes reaches
    struct.pack_into(shape, body, table + 4, *(offset + hole for offset in offsets))
    sound = body.index(b"mdat") - 4
    path, copy = tmp_path / "large.m4a", tmp_path / "copy.m4a"
    with path.open("wb") as file:
        file.write(body[:sound] + struct.pack(">I4s", hole, b"hole"))
        file.seek(hole - 8, SEEK_CUR)
        file.write(body[sound:])
    with path.open("rb") as source, _Holey(copy, "wb") as target:
        write_film(source, target, TAGS, timedelta(seconds=3))
    with copy.open("rb") as file:
        assert b"co64" in file.read(10_000)
    assert frames(copy, "0:a") == frames(path, "0:a") == frames(small, "0:a")


@pytest.mark.parametrize("path", _FILMS, ids=lambda path: path.name)
def test_a_file_of_the_corpus_is_copied_or_refused(tmp_path: Path, path: Path) -> None:
    try:
        before = measure(path)
        once = tagged(path.read_bytes(), TAGS, before.duration)
    except (NotAudio, NotTaggable) as refusal:
        assert refusal.hint
        assert path.name in ("mutagen__64bit.mp4", "mutagen__truncated-64bit.mp4")
        return
    copy = tmp_path / path.name
    copy.write_bytes(once)
    assert frames(copy, "0:a") == frames(path, "0:a")
    assert played(copy) == played(path)
    assert set(measure(copy).doubts) <= set(before.doubts)
    assert tagged(once, TAGS, before.duration) == once
