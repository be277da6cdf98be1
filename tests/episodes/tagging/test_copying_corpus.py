"""Odd files of other projects: each is tagged with the frames it had, or it is no audio."""

import json
import os
from pathlib import Path

import pytest

from episodes.audio import measure
from episodes.sound import NotAudio
from episodes.tagging.copying import tagged_copy
from tests.episodes.tagging.copies import TAGS, frames_of, only

_REPOSITORY = Path(__file__).parents[3]
_CORPUS = Path(os.environ.get("FOLGE_CORPUS", _REPOSITORY.parent / "shared" / "corpus")) / "audio"
_MP4 = (".m4a", ".mp4", ".m4b")

# cut off in the middle of a frame, which ffmpeg fills up with the old tags behind it
_CUT = ("mutagen__apev2-lyricsv2.mp3",)


def _names() -> list[str]:
    path = _CORPUS / "manifest.json"
    rows: list[dict[str, object]] = json.loads(path.read_text("utf-8")) if path.exists() else []
    return [name for row in rows if not (name := str(row["file"])).endswith(_MP4)]


@pytest.mark.parametrize("name", _names())
def test_a_file_of_the_corpus_keeps_its_frames(tmp_path: Path, name: str) -> None:
    master = _CORPUS / name
    try:
        before = measure(master)
    except NotAudio:
        return
    heard = frames_of(master)
    for tags in (TAGS, only()):
        copy, again = tmp_path / f"copy{master.suffix}", tmp_path / f"again{master.suffix}"
        tagged_copy(master, copy, tags, before.duration)
        after = measure(copy)
        assert frames_of(copy)[: -1 if name in _CUT else None] == heard[: -1 if name in _CUT else None]
        assert (after.duration, after.tags.title) == (before.duration, tags.title)
        assert set(after.doubts) <= set(before.doubts)
        tagged_copy(copy, again, tags, before.duration)
        assert again.read_bytes() == copy.read_bytes()
