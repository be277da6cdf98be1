"""What tagging promises of every format: the catalogue's words in the copy, the sound of the master, the same bytes."""

from datetime import timedelta
from pathlib import Path

import pytest

from episodes.audio import measure
from episodes.model import Chapter
from episodes.tagging.copying import tagged_copy
from episodes.tagging.refusal import NotTaggable
from tests.episodes.audio_builders import apev2, id3, id3_text, id3v1, wav
from tests.episodes.encoders import encode, played
from tests.episodes.tagging.copies import TAGS, copied, decoded, frames_of, jpeg, only, probed, wave_of

_OLD = ("-metadata", "title=Alt", "-metadata", "artist=Jemand", "-metadata", "comment=Alter Text")

MADE = {
    "cbr.mp3": ("-b:a", "128k"),
    "vbr.mp3": ("-q:a", "4"),
    "without-header.mp3": ("-q:a", "4", "-write_xing", "0"),
    "mono.mp3": ("-b:a", "48k", "-ac", "1", "-ar", "22050"),
    "tagged4.mp3": ("-id3v2_version", "4", *_OLD),
    "tagged3.mp3": ("-id3v2_version", "3", "-write_id3v1", "1", *_OLD),
    "vorbis.ogg": ("-c:a", "libvorbis", *_OLD),
    "talk.opus": ("-c:a", "libopus", *_OLD),
    "flac.oga": ("-c:a", "flac", *_OLD),
    "talk.flac": _OLD,
    "talk.wav": _OLD,
    "talk.aiff": ("-write_id3v2", "1", *_OLD),
}


_ENCODED: dict[str, bytes] = {}


def _made(folder: Path, name: str) -> Path:
    path = folder / name
    if name not in _ENCODED:
        _ENCODED[name] = encode(path, *MADE[name], seconds=5).read_bytes()
    path.write_bytes(_ENCODED[name])
    return path


@pytest.fixture(params=MADE)
def master(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return _made(tmp_path, str(request.param))


def test_the_sound_of_a_copy_is_that_of_the_master(master: Path) -> None:
    copy = copied(master)
    assert frames_of(copy) == frames_of(master) != []
    assert decoded(copy) == decoded(master)
    assert played(copy) == played(master) > 4.9


def test_a_copy_is_measured_like_its_master_and_says_what_the_catalogue_says(master: Path) -> None:
    before, after = measure(master), measure(copied(master))
    assert (after.duration, after.media_type, after.bitrate_mode) == (
        before.duration,
        before.media_type,
        before.bitrate_mode,
    )
    assert after.doubts == before.doubts
    tags = after.tags
    assert (tags.title, tags.artist, tags.album) == (TAGS.title, TAGS.artist, TAGS.album)
    assert (tags.number, tags.season, tags.date, tags.description) == (42, 2, "2024-12-01", TAGS.comment)
    assert tags.language in ("deu", "de-DE")
    shown = [(one.start.total_seconds(), one.title) for one in after.chapters]
    assert shown == [(0, "Anfang"), (1.5, "Größe 🐢"), (3, "Schluss")]
    assert after.chapters[1].link.startswith("https://example.org/gr")


def test_other_programs_read_the_tags_of_a_copy(master: Path) -> None:
    copy = copied(master)
    if master.suffix == ".wav":  # ffprobe finds no ID3 tag there
        found = wave_of(copy)
        assert [str(found[name]) for name in ("TIT2", "TPE2", "TCON")] == [TAGS.title, TAGS.album_artist, TAGS.genre]
        return
    tags, chapters = probed(copy)
    assert (tags["title"], tags["artist"], tags["album"]) == (TAGS.title, TAGS.artist, TAGS.album)
    assert (tags["album_artist"], tags["genre"]) == (TAGS.album_artist, "Podcast")
    assert tags["comment"] == TAGS.comment
    assert tags["track"] == "42"
    assert "Alt" not in tags.values()
    if master.suffix != ".aiff":  # ffmpeg looks for no chapters there
        assert [(start, title) for start, _, title in chapters] == [(0, "Anfang"), (1.5, "Größe 🐢"), (3, "Schluss")]


def test_a_cover_is_in_front(master: Path) -> None:
    cover = jpeg()
    (found,) = measure(copied(master, only(cover=cover))).tags.pictures
    assert (found.media_type, found.bytes, found.width) == ("image/jpeg", len(cover), 300)


def test_a_heavy_cover_of_the_master_is_made_small(master: Path) -> None:
    heavy = jpeg(900, noisy=True)
    assert len(heavy) > 300_000
    (found,) = measure(copied(copied(master, only(cover=heavy), "heavy"), only())).tags.pictures
    assert found.bytes <= 300_000
    assert (found.width, found.height) == (600, 600)


def test_the_master_is_not_touched(master: Path) -> None:
    body, changed = master.read_bytes(), master.stat().st_mtime_ns
    copied(master)
    assert (master.read_bytes(), master.stat().st_mtime_ns) == (body, changed)


def test_the_same_master_and_tags_give_the_same_bytes(master: Path) -> None:
    first, second = copied(master), copied(master, name="second")
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("tags", [TAGS, only(), only(cover=jpeg(), chapters=())], ids=["all", "title", "cover"])
def test_a_copy_tagged_again_is_the_same(master: Path, tags: object) -> None:
    assert isinstance(tags, type(TAGS))
    copy = copied(master, tags)
    assert copied(copy, tags, "again").read_bytes() == copy.read_bytes()


def test_what_the_catalogue_leaves_empty_stays(master: Path) -> None:
    first = copied(master)
    again = measure(copied(first, only(), "again"))
    assert again.tags.title == "Mut"
    assert (again.tags.artist, again.tags.album, again.tags.number) == (TAGS.artist, TAGS.album, 42)
    assert again.tags.description == TAGS.comment
    assert again.chapters == measure(first).chapters


def test_no_chapters_removes_those_of_the_file(master: Path) -> None:
    first = copied(master)
    assert measure(copied(first, only(chapters=()), "again")).chapters == ()


def test_text_is_written_as_it_is(master: Path) -> None:
    comment = "Zeile\u2028getrennt: „Leser:in“ 🐢 " + "ä" * 5000
    assert measure(copied(master, only(comment=comment))).tags.description == comment


def test_chapters_behind_the_end_are_left_out(master: Path) -> None:
    late = tuple(Chapter(start=timedelta(seconds=at), title=f"Teil {at}") for at in (0, 4, 60))
    audio = measure(copied(master, only(chapters=late)))
    assert [one.title for one in audio.chapters] == ["Teil 0", "Teil 4"]
    assert audio.doubts == measure(master).doubts


def test_old_tags_around_an_mp3_are_gone(tmp_path: Path) -> None:
    path = _made(tmp_path, "without-header.mp3")
    plain, heard = path.read_bytes(), frames_of(path)
    sound = plain[measure(path).header_bytes :]
    lyrics = b"LYRICSBEGININD0000200" + b"000021LYRICS200"
    front = id3(id3_text("TIT2", b"Alt"), padding=500) + id3(id3_text("TIT2", b"Uralt")) + apev2()
    for behind in (id3v1(), apev2() + id3v1(), apev2() + lyrics + id3v1(), id3(id3_text("TIT2", b"Hinten")) + id3v1()):
        path.write_bytes(front + sound + behind)
        copy = copied(path)
        assert copy.read_bytes().endswith(sound)
        assert b"Alt" not in copy.read_bytes()[: -len(sound)]
        assert frames_of(copy) == heard


def test_joined_files_keep_their_sound(tmp_path: Path) -> None:
    for name in ("vbr.mp3", "vorbis.ogg", "talk.opus", "talk.flac"):
        path = _made(tmp_path, name)
        path.write_bytes(path.read_bytes() * 2)
        copy = copied(path)
        assert (frames_of(copy), decoded(copy)) == (frames_of(path), decoded(path))
        assert measure(copy).duration == measure(path).duration


def test_a_flac_file_behind_id3_tags_loses_them(tmp_path: Path) -> None:
    path = _made(tmp_path, "talk.flac")
    whole = path.read_bytes()
    path.write_bytes(id3(id3_text("TIT2", b"Alt")) + whole)
    assert copied(path).read_bytes().startswith(b"fLaC")
    assert frames_of(copied(path)) == frames_of(path)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (wav(5, claimed=0xFFFFFFFF), "does not say where its sound ends"),
        (wav(5, claimed=1_000_000), "does not say where its sound ends"),
        (wav(5) + b"\xff" * 9000, "belong to nothing in it"),
        (wav(5).replace(b"RIFF", b"RF64", 1), "larger than 4 GB"),
    ],
)
def test_a_wav_file_with_no_place_for_tags_is_refused(tmp_path: Path, body: bytes, reason: str) -> None:
    path = tmp_path / "talk.wav"
    path.write_bytes(body)
    with pytest.raises(NotTaggable, match=reason) as caught:
        copied(path)
    assert "tag = false" in caught.value.hint
    assert [one.name for one in tmp_path.iterdir()] == ["talk.wav"]


def test_old_texts_of_a_wav_file_give_way_and_others_stay(tmp_path: Path) -> None:
    path = encode(tmp_path / "talk.wav", "-metadata", "title=Alt", "-metadata", "encoded_by=Studio 3", seconds=2)
    body = copied(path).read_bytes()
    assert b"Alt\0" not in body
    assert b"Studio 3" in body


def test_a_file_is_never_tagged_onto_itself(tmp_path: Path) -> None:
    path = _made(tmp_path, "cbr.mp3")
    body = path.read_bytes()
    with pytest.raises(ValueError, match="onto itself"):
        tagged_copy(path, path, TAGS, timedelta(seconds=5))
    assert path.read_bytes() == body
