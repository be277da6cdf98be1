"""Whatever an MP4 file claims, tagging it ends with a copy or a reason, and with little memory."""

import random
import struct
import subprocess
import sys
import tracemalloc
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest

from episodes.audio import measure
from episodes.sound import NotAudio
from episodes.tagging.film import write_film
from episodes.tagging.refusal import NotTaggable
from tests.episodes.audio_builders import box, mp4
from tests.episodes.tagging.films import TAGS, master, tagged

_MEMORY = 150_000_000


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return master(tmp_path_factory.mktemp("book"), "book").read_bytes()


def _replaced(body: bytes, name: bytes, skipped: int, new: bytes) -> bytes:
    """Return a file with bytes put `skipped` behind the first name of a box."""
    at = body.index(name) + len(name) + skipped
    return body[:at] + new + body[at + len(new) :]


def test_a_fragmented_file_is_refused(tmp_path: Path) -> None:
    body = master(tmp_path, "first").read_bytes()
    with pytest.raises(NotTaggable, match="fragmented"):
        tagged(body + box(b"moof"), TAGS)


def test_a_file_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotTaggable, match="cut off"):
        tagged(master(tmp_path, "first").read_bytes()[:-1000], TAGS)
    with pytest.raises(NotTaggable, match=r"cut off|no index"):
        tagged(master(tmp_path, "last").read_bytes()[:-1000], TAGS)


def test_joined_files_are_refused(book: bytes) -> None:
    with pytest.raises(NotTaggable, match="joined"):
        tagged(book * 2, TAGS)


def test_a_protected_file_is_refused(book: bytes) -> None:
    with pytest.raises(NotTaggable, match="protected"):
        tagged(book.replace(b"mp4a", b"enca", 1), TAGS)


def test_sound_in_another_file_is_refused(book: bytes) -> None:
    with pytest.raises(NotTaggable, match="another file"):
        tagged(_replaced(book, b"url ", 0, bytes(4)), TAGS)


def test_an_index_that_leads_nowhere_is_refused(book: bytes) -> None:
    for offset in (0, 0xFFFFFFFF):
        with pytest.raises(NotTaggable, match="leads nowhere"):
            tagged(_replaced(book, b"stco", 8, struct.pack(">I", offset)), TAGS)


@pytest.mark.parametrize("name", [b"stco", b"stsd", b"mdia", b"trak", b"mvhd"])
def test_a_size_that_leads_out_of_the_index_is_refused(book: bytes, name: bytes) -> None:
    at = book.index(name) - 4
    with pytest.raises(NotTaggable):
        tagged(book[:at] + b"\x7f\xff\xff\xff" + book[at + 4 :], TAGS)


def test_a_file_without_a_table_of_its_samples_is_refused() -> None:
    with pytest.raises(NotTaggable):
        tagged(mp4(3), TAGS)


def test_a_thousand_million_entries_are_not_believed(book: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(NotTaggable):
        tagged(_replaced(book, b"stco", 4, struct.pack(">I", 1_000_000_000)), TAGS)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


def test_an_index_of_nothing_but_boxes_is_refused() -> None:
    body = box(b"ftyp", b"M4A " + bytes(4)) + box(b"moov", box(b"trak", box(b"free") * 1_000_000))
    tracemalloc.start()
    with pytest.raises(NotTaggable):
        tagged(body + box(b"mdat", bytes(100)), TAGS)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60_000_000


@pytest.mark.parametrize("first", range(0, 1200, 400))
def test_a_damaged_index_ends_with_a_copy_or_a_reason(tmp_path: Path, book: bytes, first: int) -> None:
    at, end = book.index(b"moov"), len(book)
    made = 0
    for number in range(first, first + 400):
        chance = random.Random(number)
        body = bytearray(book)
        for _ in range(chance.choice((1, 1, 2, 6))):
            body[chance.randrange(at, end)] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
        try:
            copy = tagged(bytes(body), TAGS)
        except NotTaggable as refusal:
            assert refusal.message
            assert refusal.hint
            continue
        made += 1
        path = tmp_path / "copy.m4b"
        path.write_bytes(copy)
        try:
            measure(path)
        except NotAudio as refusal:
            assert refusal.hint
    assert made > 40


_HELD = """
import sys
from datetime import timedelta
from io import BufferedRandom, BytesIO
from pathlib import Path
from episodes.tagging.film import write_film
from tests.episodes.tagging.films import TAGS
with open(sys.argv[1], "rb") as master, open("/dev/null", "r+b") as copy:
    write_film(master, copy, TAGS, timedelta(seconds=3))
status = Path("/proc/self/status").read_text(encoding="utf-8")
print(int(status.split("VmHWM:")[1].split()[0]) * 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux says how much memory was held")
def test_a_large_file_is_copied_with_little_memory(tmp_path: Path) -> None:
    path = master(tmp_path, "first")
    body = path.read_bytes()
    at = body.rindex(b"mdat")
    size = 300_000_000
    with path.open("r+b") as file:  # the rest is a hole
        file.seek(at - 4)
        file.write(size.to_bytes(4, "big"))
        file.truncate(at - 4 + size)
    done = subprocess.run(
        [sys.executable, "-c", _HELD, str(path)],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=Path(__file__).parents[3],
    )
    assert int(done.stdout) < _MEMORY


def test_a_file_that_shrinks_while_it_is_read_is_refused(book: bytes) -> None:
    class Shrinking(BytesIO):
        """A file whose sound goes away once its index has been read."""

        def read(self, size: int | None = -1, /) -> bytes:
            return b"" if size is not None and size > 10_000 else super().read(size)

    with pytest.raises(NotTaggable, match="changed while it was read"):
        write_film(Shrinking(book), BytesIO(), TAGS, timedelta(seconds=3))
