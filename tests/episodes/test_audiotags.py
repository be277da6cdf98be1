"""What `measure` promises about tags: text fit to be shown, pictures by their header, chapters in order."""

import base64
import io
import struct
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Protocol, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from episodes import tagtext
from episodes.audio import measure
from episodes.model import Audio, Chapter, Picture, Tags
from episodes.problems import UNFIT
from tests.episodes.audio_builders import aiff, enormous_png, frames, id3, id3_text, id3v1, opus, page, wav
from tests.episodes.encoders import encode
from tests.soaking import examples


class _Tagged(Protocol):
    tags: "_Tag"

    def add_tags(self) -> None: ...
    def save(self) -> None: ...


class _Tag(Protocol):
    def add(self, frame: object) -> None: ...
    def save(self, path: Path) -> None: ...


def tagged(folder: Path, *given: object) -> Audio:
    """Return the facts of ten seconds of MP3 with these mutagen frames."""
    from mutagen.id3 import ID3

    path = folder / "talk.mp3"
    path.write_bytes(frames(383))
    tag = cast("Callable[[], _Tag]", ID3)()
    for one in given:
        tag.add(one)
    tag.save(path)
    return measure(path)


def raw(folder: Path, *texts: bytes) -> Audio:
    path = folder / "talk.mp3"
    path.write_bytes(id3(b"".join(texts)) + frames(50))
    return measure(path)


def make(name: str, **values: object) -> object:
    import mutagen.id3

    return cast("Callable[..., object]", getattr(mutagen.id3, name))(**values)


def png(width: int, height: int) -> bytes:
    from PIL import Image

    target = io.BytesIO()
    Image.new("RGB", (width, height)).save(target, "PNG")
    return target.getvalue()


def test_every_tag_is_read(tmp_path: Path) -> None:
    audio = tagged(
        tmp_path,
        make("TIT2", encoding=3, text="Weg mit der Agilität, her mit den Schildkröten!"),
        make("TPE1", encoding=3, text=["Kommunen-Podcast", "Uwe Schneidewind"]),
        make("TALB", encoding=3, text="Kommunen-Podcast"),
        make("TDRC", encoding=3, text="2024-12-01 10:00:00"),
        make("TRCK", encoding=3, text="3/12"),
        make("TLAN", encoding=3, text="deu"),
        make("TXXX", encoding=3, desc="SEASON", text="2"),
        make("COMM", encoding=3, lang="deu", desc="", text="Für Leser:innen\nund Hörer:innen"),
    )
    assert audio.tags == Tags(
        title="Weg mit der Agilität, her mit den Schildkröten!",
        artist="Kommunen-Podcast, Uwe Schneidewind",
        album="Kommunen-Podcast",
        date="2024-12-01T10:00:00",
        description="Für Leser:innen\nund Hörer:innen",
        number=3,
        season=2,
        language="deu",
    )
    assert audio.doubts == ()


def test_a_file_without_tags_has_empty_ones(tmp_path: Path) -> None:
    path = tmp_path / "talk.mp3"
    path.write_bytes(frames(50))
    assert measure(path).tags == Tags()


def test_an_id3v1_tag_alone_is_read(tmp_path: Path) -> None:
    path = tmp_path / "talk.mp3"
    path.write_bytes(frames(50) + id3v1(b"Diensteid"))
    assert measure(path).tags.title == "Diensteid"


def test_the_comments_of_players_are_no_description(tmp_path: Path) -> None:
    audio = tagged(tmp_path, make("COMM", encoding=3, lang="eng", desc="iTunNORM", text=" 000002A1"))
    assert audio.tags.description == ""


def test_utf8_in_a_latin1_frame_is_repaired(tmp_path: Path) -> None:
    assert (
        raw(tmp_path, id3_text("TIT2", "Bürger & Bürokratie".encode(), encoding=0)).tags.title == "Bürger & Bürokratie"
    )


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("BÃ¼rger", "Bürger"),
        ("â€žDiensteidâ€œ", "„Diensteid“"),
        ("BÃƒÂ¼rger", "Bürger"),
        ("Bürger", "Bürger"),
        ("São Paulo, Ärzte, Straße", "São Paulo, Ärzte, Straße"),
        ("Bürger BÃ¼rger", "Bürger BÃ¼rger"),
        ("Ã", "Ã"),
        ("Müller – „Mut“", "Müller – „Mut“"),
        ("Ã–sterreich fÃ©e", "Österreich fée"),
        ("BÃ\x83Â¼rger", "Bürger"),
        ("JÃ¼rgen isst PÄ…czki", "Jürgen isst Pączki"),
        ("Ð£Ñ€Ð¾Ðº", "Урок"),
        ("25Â°C", "25°C"),
        ("Â© Stadt", "© Stadt"),
        ("Â°", "Â°"),
        ("Das macht Spaß…", "Das macht Spaß…"),
        ("Im CAFÉ…, MENÜ’s, von A bis Ä–Z", "Im CAFÉ…, MENÜ’s, von A bis Ä–Z"),
        ("AMANHÃ…", "AMANHÃ…"),
        ("A wie Â…", "A wie Â…"),
    ],
)
def test_mojibake_is_repaired_only_where_it_is_certain(written: str, shown: str) -> None:
    assert tagtext.line(written) == shown


WORDS = (
    "Bürger",
    "ÜBER",
    "Mut",
    "Spaß",
    "CAFÉ",
    "Größe",
    "São",
    "AMANHÃ",
    "Straße",
    "Œuvre",
    "Île",
    "ß",
    "Ä",
    "Ñandú",
    "ÂME",
)
MARKS = ("…", "–", "“", "’", "’s", "»", ":", ",", "™", "°", "²", "®", "")


@settings(derandomize=True, deadline=None, max_examples=examples(500))
@given(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(MARKS)), min_size=1, max_size=6))
def test_what_people_write_is_no_mojibake(parts: list[tuple[str, str]]) -> None:
    written = " ".join(word + mark for word, mark in parts)
    assert tagtext.repaired(written) == written


@pytest.mark.parametrize(
    "title", ["Bürger:innen & „Größe“", "Škoda übt", "Часть 1: мир", "日本語のポッドキャスト", "Ich 💚 München"]
)
@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("name", ["talk.mp3", "talk.wav", "talk.aiff"])
def test_a_title_in_a_wrong_encoding_is_repaired(
    tmp_path: Path, title: str, encoding: str, times: int, name: str
) -> None:
    spoilt = title
    for _ in range(times):
        spoilt = "".join(_read(byte, encoding) for byte in spoilt.encode())
    path = tmp_path / name
    path.write_bytes({"mp3": frames(50), "wav": wav(2), "aiff": aiff(2)}[path.suffix[1:]])
    _add_title(path, spoilt)
    audio = measure(path)
    assert (audio.tags.title, audio.doubts) == (title, ())


def _read(byte: int, encoding: str) -> str:
    return bytes((byte,)).decode(encoding if bytes((byte,)).decode(encoding, "ignore") else "latin-1")


def _add_title(path: Path, title: str) -> None:
    from mutagen.aiff import AIFF
    from mutagen.mp3 import MP3
    from mutagen.wave import WAVE

    file = cast("Callable[[Path], _Tagged]", {".mp3": MP3, ".wav": WAVE, ".aiff": AIFF}[path.suffix])(path)
    file.add_tags()
    file.tags.add(make("TIT2", encoding=1, text=title))
    file.save()


UTF16 = [
    id3_text("TIT2", mark + "Bürger:innen – Teil 2".encode(order), encoding)
    for encoding in (1, 2)
    for order in ("utf-16-le", "utf-16-be")
    for mark in (b"", b"\xff\xfe", b"\xfe\xff")
]


@pytest.mark.parametrize("frame", UTF16)
def test_utf16_with_the_wrong_mark_or_none_is_read_as_it_was_meant(tmp_path: Path, frame: bytes) -> None:
    assert raw(tmp_path, frame).tags.title == "Bürger:innen – Teil 2"


@pytest.mark.parametrize("frame", UTF16)
def test_utf16_that_is_damaged_never_ends_in_a_trace(tmp_path: Path, frame: bytes) -> None:
    for cut in range(1, 12):
        shown = raw(tmp_path, frame[:-cut] + b"\xd8" + bytes(cut - 1)).tags.title
        assert not UNFIT.search(shown)


@pytest.mark.parametrize("title", ["日本語のポッドキャスト", "一一一一", "Урок", "播客", "אבגד"])
def test_text_of_other_scripts_is_left_as_it_is(title: str) -> None:
    assert tagtext.line(title) == title


def test_control_characters_never_come_through(tmp_path: Path) -> None:
    audio = raw(
        tmp_path,
        id3_text("TIT2", b"\x01Mut\x0b und \x1bEid\t hier\n"),
        id3_text("COMM", b"deu\0Zeile 1\r\nZeile\x00\x07 2\tEnde\xef\xbf\xbf\xed\xa0"),
    )
    assert audio.tags.title == "Mut und Eid hier"
    assert not any(ord(char) < 32 and char not in "\n\t" for char in audio.tags.description)


def test_text_that_xml_cannot_hold_is_removed() -> None:
    assert tagtext.lines("a\x00b\ud800c\ufffed\ufeffe\x85f\tg\nh") == "abcdef\tg\nh"


def test_huge_tags_are_cut_and_survived(tmp_path: Path) -> None:
    audio = tagged(
        tmp_path,
        make("TIT2", encoding=3, text="Ü" * 5000),
        make("COMM", encoding=3, lang="deu", desc="", text="BÃ¼" * 350_000),
    )
    assert (len(audio.tags.title), len(audio.tags.description)) == (255, 100_000)
    assert audio.tags.description.startswith("BüBü")


def test_tags_beyond_all_measure_are_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "talk.mp3"
    path.write_bytes(id3(padding=25_000_000) + frames(50))
    audio = measure(path)
    assert audio.doubts == ("its tags take 25 MB, which every listener downloads first; they were not read",)


@pytest.mark.parametrize("encoding", [0, 1, 3])
def test_a_text_that_falls_into_a_million_pieces_is_refused_at_once(tmp_path: Path, encoding: int) -> None:
    audio = raw(tmp_path, id3_text("TIT2", bytes(2_000_000) + b"a", encoding))
    assert audio.doubts[0].startswith("its tags are damaged")


def test_damaged_tags_are_a_doubt_and_never_an_error(tmp_path: Path) -> None:
    body = opus(5)
    at = body.index(b"OpusTags") + 8
    path = tmp_path / "talk.opus"
    path.write_bytes(body[:at] + b"\xff\xff\xff\x7f" + body[at + 4 :])
    audio = measure(path)
    assert audio.duration == timedelta(seconds=5)
    assert audio.doubts[0] == "players skip damaged pages: 1 of 7"
    assert audio.doubts[1].startswith("its tags are damaged and cannot be read")


def test_a_doubt_about_tags_does_not_say_where_on_this_machine_the_file_is(tmp_path: Path) -> None:
    path = tmp_path / "talk.mp3"
    path.write_bytes(b"ID3\xff" + id3()[4:] + frames(50))
    (doubt,) = measure(path).doubts
    assert doubt == "its tags are damaged and cannot be read (ID3v2.255 not supported)"


@pytest.mark.parametrize(
    ("text", "number"), [("3", 3), ("3/12", 3), ("007", 7), ("0", None), ("", None), ("drei", None), ("9" * 400, None)]
)
def test_a_number_is_read_or_left_out(text: str, number: int | None) -> None:
    assert tagtext.number(text) == number


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2024", "2024"),
        ("2024-12-01", "2024-12-01"),
        ("2024-12-01 10:00", "2024-12-01T10:00"),
        ("0000", ""),
        ("2024-12-01T10:00:00Z", "2024-12-01T10:00:00Z"),
        ("gestern", ""),
    ],
)
def test_a_date_is_iso_or_left_out(text: str, date: str) -> None:
    assert tagtext.iso_date(text) == date


def test_pictures_are_measured_by_their_header_the_front_cover_first(tmp_path: Path) -> None:
    small, large = png(20, 10), png(300, 300)
    audio = tagged(
        tmp_path,
        make("APIC", encoding=3, mime="image/jpeg", type=4, desc="back", data=small),
        make("APIC", encoding=3, mime="image/jpeg", type=3, desc="front", data=large),
        make("APIC", encoding=3, mime="image/png", type=5, desc="broken", data=b"nothing"),
    )
    assert audio.tags.pictures == (
        Picture(media_type="image/png", bytes=len(large), width=300, height=300),
        Picture(media_type="image/png", bytes=len(small), width=20, height=10),
        Picture(media_type="application/octet-stream", bytes=7),
    )


def test_a_picture_that_claims_to_be_enormous_is_not_decoded(tmp_path: Path) -> None:
    body = enormous_png()
    audio = tagged(tmp_path, make("APIC", encoding=3, mime="image/png", type=3, desc="", data=body))
    assert audio.tags.pictures == (Picture(media_type="application/octet-stream", bytes=len(body)),)


def chapter(name: str, start: int, title: str, link: str = "", *, end: int = 0) -> object:
    parts = [make("TIT2", encoding=3, text=title)] if title else []
    parts += [make("WXXX", encoding=3, desc="", url=link)] if link else []
    return make("CHAP", element_id=name, start_time=start, end_time=end, sub_frames=parts)


def test_chapters_of_the_table_come_in_order_with_their_links(tmp_path: Path) -> None:
    audio = tagged(
        tmp_path,
        chapter("b", 4000, "Schildkröten", "https://example.com/k360"),
        chapter("a", 0, "Begrüßung", "javascript:alert(1)"),
        chapter("silent", 2000, "nur ein Bild"),
        chapter("late", 60_000, "nach dem Ende"),
        make("CTOC", element_id="toc", flags=3, child_element_ids=["b", "a", "late"], sub_frames=[]),
    )
    assert audio.chapters == (
        Chapter(start=timedelta(), title="Begrüßung"),
        Chapter(start=timedelta(seconds=4), title="Schildkröten", link="https://example.com/k360"),
    )
    assert audio.doubts == ("1 of its chapters begin after its end (10.0 s) and are left out",)


def test_an_end_is_kept_where_it_says_more_than_the_next_start(tmp_path: Path) -> None:
    audio = tagged(
        tmp_path,
        chapter("a", 0, "Begrüßung", end=2000),
        chapter("b", 3000, "Schildkröten", end=4000),
        chapter("c", 4000, "Mut", end=3999),
        chapter("d", 5000, "Nie zu Ende", end=0xFFFFFFFF),
        chapter("e", 8000, "Schluss", end=10_000),
    )
    ends = {one.title: one.end for one in audio.chapters}
    assert ends.pop("Begrüßung") == timedelta(seconds=2)
    assert set(ends.values()) == {None}


@pytest.mark.parametrize(("last", "end"), [(8000, None), (6500, timedelta(seconds=6.5))])
def test_the_ends_that_an_encoder_writes_are_read(tmp_path: Path, last: int, end: timedelta | None) -> None:
    meta = tmp_path / "chapters.txt"
    spans = ((0, 2000), (2000, 3500), (5000, last))
    parts = [f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={start}\nEND={stop}\ntitle=Mut\n" for start, stop in spans]
    meta.write_text(";FFMETADATA1\n" + "".join(parts), encoding="utf-8")
    audio = measure(encode(tmp_path / "talk.mp3", "-i", str(meta), "-map_chapters", "1", seconds=8))
    assert [one.end for one in audio.chapters] == [None, timedelta(seconds=3.5), end]


def test_chapters_with_large_pictures_are_no_damage(tmp_path: Path) -> None:
    image = make("APIC", encoding=3, mime="image/png", type=0, desc="", data=bytes(50_000))
    title = make("TIT2", encoding=3, text="Mut")
    audio = tagged(tmp_path, make("CHAP", element_id="a", start_time=0, end_time=9, sub_frames=[title, image]))
    assert ([one.title for one in audio.chapters], audio.doubts) == (["Mut"], ())


def test_chapters_without_a_table_are_read_all(tmp_path: Path) -> None:
    audio = tagged(tmp_path, chapter("x", 5000, "Zwei"), chapter("y", 0, "Eins"), chapter("z", 7000, ""))
    assert [one.title for one in audio.chapters] == ["Eins", "Zwei"]


def comments(*fields: str) -> bytes:
    entries = [field.encode() for field in fields]
    return (
        b"OpusTags"
        + struct.pack("<I", 0)
        + struct.pack("<I", len(entries))
        + b"".join(struct.pack("<I", len(entry)) + entry for entry in entries)
    )


def test_vorbis_comments_give_tags_chapters_and_pictures(tmp_path: Path) -> None:
    cover = png(30, 30)
    block = struct.pack(">II", 3, 9) + b"image/png" + struct.pack(">IIIIII", 0, 30, 30, 24, 0, len(cover)) + cover
    packet = comments(
        "TITLE=Diensteid",
        "artist=Uwe Schneidewind",
        "DESCRIPTION=Über Mut",
        "TRACKNUMBER=1",
        "LANGUAGE=de",
        "CHAPTER001=00:00:00.000",
        "CHAPTER001NAME=Anfang",
        "CHAPTER002=00:00:03.5",
        "CHAPTER002NAME=Mut",
        "CHAPTER002URL=https://example.com/",
        "CHAPTER003=bald",
        f"METADATA_BLOCK_PICTURE={base64.b64encode(block).decode()}",
        "METADATA_BLOCK_PICTURE=kaputt",
    )
    body = opus(9)
    old = page(comments()[:8] + struct.pack("<I", 4) + b"test" + struct.pack("<I", 0), position=0, number=1)
    path = tmp_path / "talk.opus"
    path.write_bytes(body.replace(old, page(packet, position=0, number=1)))
    audio = measure(path)
    assert audio.tags == Tags(
        title="Diensteid",
        artist="Uwe Schneidewind",
        description="Über Mut",
        number=1,
        language="de",
        pictures=(Picture(media_type="image/png", bytes=len(cover), width=30, height=30),),
    )
    assert audio.chapters == (
        Chapter(start=timedelta(), title="Anfang"),
        Chapter(start=timedelta(seconds=3.5), title="Mut", link="https://example.com/"),
    )


def test_the_id3_tag_of_a_wav_file_is_read(tmp_path: Path) -> None:
    tag = id3(id3_text("TIT2", b"Diensteid"))
    tag += bytes(len(tag) & 1)
    body = wav(1) + b"id3 " + struct.pack("<I", len(tag)) + tag
    path = tmp_path / "talk.wav"
    path.write_bytes(body[:4] + struct.pack("<I", len(body) - 8) + body[8:])
    assert measure(path).tags.title == "Diensteid"
