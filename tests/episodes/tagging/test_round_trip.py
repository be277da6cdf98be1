"""Whatever a producer writes into the catalogue is read back from the copy, and no file takes much memory."""

import subprocess
import sys
import tempfile
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from episodes import tagtext
from episodes.audio import measure
from episodes.model import Chapter
from episodes.problems import UNFIT
from episodes.tagging.copying import tagged_copy
from episodes.tagging.languages import three_letters
from episodes.tagging.tagset import TagSet
from tests.episodes.audio_builders import aiff, flac, frames, opus, page, wav, xing

_LENGTH = timedelta(seconds=10)

_letters = st.characters(exclude_categories=["Cs", "Cc"])
_texts = st.text(_letters, max_size=60).filter(lambda text: not UNFIT.search(text))
_words = st.one_of(_texts, st.sampled_from(["Bürger:in", "🐢", "a / b", "1/2", "Ã¼", "\u2028", "ÿþ", "日本語"]))
_chapters = st.builds(
    Chapter,
    start=st.integers(0, 9_998).map(lambda value: timedelta(milliseconds=value)),
    title=_words,
    link=st.sampled_from(["", "https://example.org/ä?x=1#y"]),
    hidden=st.booleans(),
)
_tags = st.builds(
    TagSet,
    title=_words,
    artist=_words,
    album=_words,
    number=st.none() | st.integers(1, 9999),
    season=st.none() | st.integers(1, 99),
    date=st.none() | st.dates(date(1900, 1, 1), date(2199, 12, 31)),
    language=st.sampled_from(["", "de", "en-GB", "nds"]),
    comment=_words | st.just("Zeile\nZeile\n\nZeile"),
    chapters=st.none() | st.lists(_chapters, max_size=8).map(tuple),
)


@cache
def _masters() -> dict[str, bytes]:
    return {
        "talk.mp3": xing(383) + frames(383),
        "talk.opus": opus(10),
        "talk.flac": flac(10),
        "talk.wav": wav(10),
        "talk.aiff": aiff(10),
    }


def _heard(chapters: tuple[Chapter, ...] | None) -> list[tuple[timedelta, str]]:
    """Return start and title of the chapters a reader shows, each once."""
    shown = [one for one in chapters or () if not one.hidden and tagtext.line(one.title)]
    return sorted({(one.start, tagtext.line(one.title)) for one in shown})


@settings(max_examples=150, deadline=None)
@given(tags=_tags, name=st.sampled_from(["talk.mp3", "talk.opus", "talk.flac", "talk.wav", "talk.aiff"]))
def test_what_is_written_is_read_back(tags: TagSet, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        master, copy = Path(folder) / name, Path(folder) / f"copy-{name}"
        master.write_bytes(_masters()[name])
        tagged_copy(master, copy, tags, _LENGTH)
        audio = measure(copy)
    found = audio.tags
    wanted = [tagtext.line(text) for text in (tags.title, tags.artist, tags.album)]
    assert [found.title, found.artist, found.album] == wanted
    assert (found.number, found.season) == (tags.number, tags.season)
    assert found.date == (tags.date.isoformat() if tags.date else "")
    assert found.description == tagtext.lines(tags.comment)
    assert found.language in (tags.language, three_letters(tags.language))
    assert sorted((one.start, one.title) for one in audio.chapters) == _heard(tags.chapters)
    assert not audio.doubts


_PROGRAM = """
import sys
from datetime import timedelta
from pathlib import Path
from episodes.tagging.copying import tagged_copy
from tests.episodes.tagging.copies import TAGS
for name in sys.argv[1:]:
    tagged_copy(Path(name), Path(name + ".copy"), TAGS, timedelta(hours=1))
    print(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the most memory a process held")
def test_a_large_file_takes_no_more_memory_than_a_small_one(tmp_path: Path) -> None:
    sound = {
        "talk.mp3": (frames(2000), 240),
        "talk.flac": (flac(1) + bytes(900_000), 220),
        "talk.wav": (bytes(1 << 20), 200),
        "talk.opus": (b"".join(page(bytes(60_000), position=1) for _ in range(16)), 200),
    }
    names = []
    for name, (piece, count) in sound.items():
        path = tmp_path / name
        with path.open("wb") as file:
            size = 200 << 20
            file.write(wav(0, claimed=size) if name == "talk.wav" else _masters()[name])
            for _ in range(count):
                file.write(piece)
        assert path.stat().st_size > 180 << 20
        names.append(str(path))
    small = tmp_path / "small.mp3"
    small.write_bytes(_masters()["talk.mp3"])
    command = (sys.executable, "-c", _PROGRAM, str(small), *names)
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    first, *others = (int(line) for line in done.stdout.split())
    assert max(others) - first < 16_000  # kilobytes
