"""What the ID3 tag of a copy is: version 2.3 as old players want it, chapters by the addendum, what is kept bounded."""

import random
import subprocess
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from episodes.audio import measure
from episodes.model import Chapter
from episodes.tagging.languages import three_letters
from episodes.tagging.wording import copyright_line
from tests.episodes.audio_builders import frames, id3, id3_text, id3v1, xing
from tests.episodes.encoders import encode, program
from tests.episodes.tagging.copies import (
    TAGS,
    add_frames,
    copied,
    frame,
    frames_of,
    id3_of,
    jpeg,
    only,
    probed,
)


@pytest.fixture
def master(tmp_path: Path) -> Path:
    """Ten seconds of MP3 without tags."""
    path = tmp_path / "talk.mp3"
    path.write_bytes(xing(383) + frames(383))
    return path


def _raw_frames(path: Path) -> list[tuple[str, bytes]]:
    """Return name and content of each frame of an ID3v2.3 tag without padding, by the standard."""
    body = path.read_bytes()
    assert body[:6] == b"ID3\x03\x00\x00"
    end = 10 + sum(byte << shift for byte, shift in zip(body[6:10], (21, 14, 7, 0), strict=True))
    at, found = 10, []
    while at < end:
        size = int.from_bytes(body[at + 4 : at + 8], "big")
        assert body[at + 8 : at + 10] == b"\0\0"
        found.append((body[at : at + 4].decode("ascii"), body[at + 10 : at + 10 + size]))
        at += 10 + size
    assert (at, body[at : at + 2]) == (end, b"\xff\xfb")  # no padding: the sound follows at once
    return found


def test_a_tag_is_of_version_3_with_its_frames_and_encodings_only(master: Path) -> None:
    found = _raw_frames(copied(master, TAGS))
    v23 = "TIT2 TPE1 TALB TPE2 TRCK TPOS TYER TDAT TLAN TCON TCOP TXXX WOAF COMM CTOC CHAP CHAP CHAP"
    assert [name for name, _ in found] == v23.split()
    texts = [body for name, body in found if name[0] == "T" or name == "COMM"]
    assert {body[0] for body in texts} == {0, 1}
    assert all(body.isascii() for body in texts if body[0] == 0)
    assert dict(found)["TIT2"][1:3] == b"\xff\xfe"


def test_every_word_of_the_catalogue_has_its_frame(master: Path) -> None:
    tag = id3_of(copied(master, TAGS))
    said = {name: str(tag[name]) for name in ("TIT2", "TPE1", "TALB", "TPE2", "TRCK", "TPOS", "TDRC", "TLAN", "TCOP")}
    assert list(said.values()) == [
        TAGS.title, TAGS.artist, TAGS.album, TAGS.album_artist, "42", "2", "2024-12-01", "deu", "2024 Stadt Nürnberg",
    ]  # fmt: skip
    (comment,) = tag.getall("COMM")
    assert (comment.lang, comment.desc, comment.text) == ("deu", "", [TAGS.comment])
    assert tag["WOAF"].url == TAGS.link


def test_chapters_stand_in_order_in_one_table(master: Path) -> None:
    tag = id3_of(copied(master, TAGS))
    (table,) = tag.getall("CTOC")
    assert (table.flags, table.child_element_ids) == (3, ["chp0", "chp1", "chp2"])
    chapters = [tag[f"CHAP:{name}"] for name in table.child_element_ids]
    assert [(one.start_time, one.end_time) for one in chapters] == [(0, 1500), (1500, 3000), (3000, 10004)]
    assert {(one.start_offset, one.end_offset) for one in chapters} == {(0xFFFFFFFF, 0xFFFFFFFF)}
    assert [str(one.sub_frames["TIT2"]) for one in chapters] == ["Anfang", "Größe 🐢", "Schluss"]
    assert [one.url for one in chapters[1].sub_frames.getall("WXXX")] == ["https://example.org/gr%C3%B6%C3%9Fe"]
    assert probed(copied(master, TAGS))[1] == [(0, 1.5, "Anfang"), (1.5, 3, "Größe 🐢"), (3, 10.004, "Schluss")]


def test_more_chapters_than_a_table_holds_are_in_tables_of_a_table(master: Path) -> None:
    many = tuple(Chapter(start=timedelta(milliseconds=10 * at), title=f"Teil {at}") for at in range(600))
    copy = copied(master, only(chapters=many))
    tag = id3_of(copy)
    tables = {one.element_id: one for one in tag.getall("CTOC")}
    assert [len(tables[name].child_element_ids) for name in tables["toc"].child_element_ids] == [255, 255, 90]
    assert [tables[name].flags for name in ("toc", "toc0", "toc2")] == [3, 1, 1]
    assert [one.title for one in measure(copy).chapters] == [one.title for one in many]


def test_a_chapter_that_ends_before_the_next_begins_says_so(master: Path) -> None:
    chapters = (
        Chapter(start=timedelta(), end=timedelta(seconds=2), title="Anfang"),
        Chapter(start=timedelta(seconds=5), end=timedelta(seconds=99), title="Ende"),
    )
    copy = copied(master, replace(TAGS, chapters=chapters))
    first, second = (frame for frame in id3_of(copy).getall("CHAP"))
    assert (first.start_time, first.end_time) == (0, 2000)
    assert (second.start_time, second.end_time) == (5000, measure(master).duration // timedelta(milliseconds=1))
    assert measure(copy).chapters[0] == chapters[0]


def test_chapters_at_the_same_moment_last(master: Path) -> None:
    twice = tuple(Chapter(start=timedelta(seconds=1), title=title) for title in ("Erst", "Dann"))
    tag = id3_of(copied(master, only(chapters=twice)))
    assert [(one.start_time, one.end_time) for one in tag.getall("CHAP")] == [(1000, 1001), (1000, 10004)]


def test_chapters_and_pictures_of_the_file_are_kept_where_nobody_wrote_any(tmp_path: Path, master: Path) -> None:
    picture = frame("APIC", encoding=3, mime="image/jpeg", type=0, desc="", data=jpeg(50))
    parts = [frame("TIT2", encoding=3, text="Größe"), picture]
    table = frame("CTOC", element_id="t", flags=3, child_element_ids=["a"], sub_frames=[])
    add_frames(master, table, frame("CHAP", element_id="a", start_time=5, end_time=900, sub_frames=parts))
    tag = id3_of(copied(master, only()))
    (chapter,) = tag.getall("CHAP")
    assert (chapter.start_time, chapter.end_time, str(chapter.sub_frames["TIT2"])) == (5, 900, "Größe")
    assert [one.data for one in chapter.sub_frames.getall("APIC")] == [jpeg(50)]
    assert chapter.sub_frames["TIT2"].encoding == 1


def test_chapters_of_ffmpeg_are_kept_with_frames_and_all(tmp_path: Path) -> None:
    listed = tmp_path / "chapters.txt"
    entry = "[CHAPTER]\nTIMEBASE=1/1000\nSTART={}\nEND={}\ntitle={}\n"
    listed.write_text(";FFMETADATA1\n" + entry.format(0, 2000, "Anfang") + entry.format(2000, 4000, "Müll"), "utf-8")
    path = encode(tmp_path / "talk.mp3", "-i", str(listed), "-map_metadata", "1", "-map_chapters", "1", seconds=4)
    assert probed(copied(path, only()))[1] == probed(path)[1] == [(0, 2, "Anfang"), (2, 4, "Müll")]


def _everything() -> list[object]:
    text = [frame(name, encoding=3, text="Müll") for name in ("TIT2", "TPE1", "TSSE", "TENC", "TDES", "TSOA")]
    return [
        *text,
        frame("TDRC", encoding=3, text="2001-02-03"),
        frame("TXXX", encoding=3, desc="replaygain_track_gain", text="-3.2 dB"),
        frame("TXXX", encoding=3, desc="Comment", text="Alter Text"),
        frame("WXXX", encoding=3, desc="Spenden", url="https://example.org"),
        frame("USLT", encoding=3, lang="deu", desc="", text="Lied"),
        frame("COMM", encoding=3, lang="eng", desc="iTunNORM", text="000002A1"),
        frame("COMM", encoding=3, lang="eng", desc="ID3v1 Comment", text="Alter Text"),
        frame("PRIV", owner="x", data=b"geheim"),
        frame("GEOB", encoding=3, mime="x/y", filename="f", desc="", data=b"Objekt"),
        frame("POPM", email="x@example.org", rating=3, count=7),
        frame("PCNT", count=9),
        frame("APIC", encoding=3, mime="image/jpeg", type=4, desc="", data=jpeg(60)),
        frame("APIC", encoding=3, mime="image/jpeg", type=3, desc="", data=jpeg(70)),
    ]


def test_useful_frames_stay_and_private_ones_go(master: Path) -> None:
    add_frames(master, *_everything())
    tag = id3_of(copied(master, only(comment="Neuer Text")))
    assert sorted(tag.keys()) == [
        "APIC:", "COMM::XXX", "COMM:iTunNORM:eng", "TDRC", "TENC", "TIT2", "TPE1", "TSSE", "TXXX:replaygain_track_gain",
        "USLT::deu", "WXXX:Spenden",
    ]  # fmt: skip
    assert (str(tag["TIT2"]), str(tag["TPE1"]), str(tag["TDRC"])) == ("Mut", "Müll", "2001-02-03")
    assert (tag["APIC:"].type, tag["APIC:"].data) == (3, jpeg(70))


def test_several_artists_are_joined_as_version_3_cannot_keep_them_apart(master: Path) -> None:
    add_frames(master, frame("TPE1", encoding=3, text=["Ada", "Bob"]))
    assert id3_of(copied(master, only()))["TPE1"].text == ["Ada / Bob"]


def test_no_more_of_the_old_tags_is_kept_than_listeners_can_bear(master: Path) -> None:
    add_frames(master, *(frame("TXXX", encoding=0, desc=f"n{at}", text="x" * 10_000) for at in range(30)))
    copy = copied(master, only())
    assert len(id3_of(copy).getall("TXXX")) == 6
    assert copy.stat().st_size < master.stat().st_size - 200_000


def test_words_of_an_id3v1_tag_stay(master: Path) -> None:
    master.write_bytes(frames(383) + id3v1(b"Diensteid"))
    copy = copied(master, only(title="", album="Schau"))
    assert (measure(copy).tags.title, measure(copy).tags.album) == ("Diensteid", "Schau")
    assert copy.read_bytes()[-128:-125] != b"TAG"


@pytest.mark.parametrize("number", range(30))
def test_damaged_tags_never_stop_tagging(master: Path, number: int) -> None:
    sound = master.read_bytes()
    add_frames(master, *_everything(), v2_version=3 + number % 2)
    chosen = random.Random(number)
    body = bytearray(master.read_bytes())
    for _ in range(chosen.choice((1, 5, 40))):
        body[chosen.randrange(10, len(body) - len(sound))] = chosen.choice((0, 0x7F, 0xFF, chosen.randrange(256)))
    master.write_bytes(body)
    copy = copied(master, TAGS)
    assert copy.read_bytes().endswith(sound)
    assert measure(copy).tags.title == TAGS.title
    assert not measure(copy).doubts


def test_a_text_of_thousands_of_pieces_is_not_kept(master: Path) -> None:
    sound = master.read_bytes()
    master.write_bytes(id3(id3_text("TPE1", b"\0" * 100_000)) + sound)
    assert id3_of(copied(master, only())).getall("TPE1") == []


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("© 2024 Stadt", "2024 Stadt"),
        ("Copyright (c) 2023 Stadt", "2023 Stadt"),
        ("2020–2024 Stadt", "2020–2024 Stadt"),
        ("CC BY 4.0", "2024 CC BY 4.0"),
        ("", ""),
        ("©", ""),
    ],
)
def test_a_copyright_begins_with_a_year(written: str, kept: str) -> None:
    assert copyright_line(written, date(2024, 12, 1)) == kept


@pytest.mark.parametrize(
    ("tag", "letters"),
    [("de", "deu"), ("DE-ch", "deu"), ("en_GB", "eng"), ("nds", "nds"), ("qq", ""), ("", ""), ("x-klingon", "")],
)
def test_a_language_has_three_letters(tag: str, letters: str) -> None:
    assert three_letters(tag) == letters


def test_what_lame_writes_keeps_its_frames(tmp_path: Path) -> None:
    wave = encode(tmp_path / "talk.wav", seconds=3)
    ways = (("-b", "96"), ("-V", "5"), ("-m", "m", "-V", "2", "--tt", "Alt", "--id3v2-only"), ("-b", "64", "-t"))
    for options in ways:
        path = tmp_path / "talk.mp3"
        subprocess.run((program("lame"), "--quiet", *options, str(wave), str(path)), check=True, timeout=60)
        copy = copied(path)
        assert frames_of(copy) == frames_of(path) != []
        assert measure(copy).tags.title == TAGS.title


def test_texts_without_a_word_are_dropped_and_languages_made_possible(master: Path) -> None:
    blank = frame("USLT", encoding=0, lang="\0\0\0", desc="", text="")
    padded = frame("COMM", encoding=0, lang="en\0", desc="iTunPGAP", text=["0", ""])
    add_frames(master, blank, padded)
    copy = copied(master, only())
    assert sorted(id3_of(copy).keys()) == ["COMM:iTunPGAP:XXX", "TIT2"]
    assert id3_of(copy)["COMM:iTunPGAP:XXX"].text == ["0"]
    assert copied(copy, only(), "again").read_bytes() == copy.read_bytes()
