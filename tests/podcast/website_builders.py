"""A published show with something to hear, to read along and to jump to, served on loopback as the public sees it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from podcast.workspace import open_workspace
from tests.browsing import served
from tests.episodes.encoders import encode
from tests.podcast.builders import BASE, ShowFolder, make_show

LENGTH = 120
"""Seconds of the first episode."""

CHAPTERS = """\
chapters:
  - 0:00 Begrüßung
  - {start: 0:30, title: Mut, end: 0:50}
  - {start: 0:40, hidden: true}
  - {start: 1:00.5, title: Eid & Rückendeckung, link: "https://wuppertal.example/"}
transcripts: [transcripts/1.vtt]
"""


def transcript() -> str:
    """A cue for each four seconds, two speakers taking turns."""
    said = (
        "Guten Tag, hier ist der Kommunen-Podcast.",
        "Heute sprechen wir über Mut in der Verwaltung.",
        "Wie üben Städte das Überraschende?",
        "Größe zeigt, wer Fehler zugibt.",
    )
    lines = ["WEBVTT\n"]
    for number in range(LENGTH // 4):
        start, end = 4 * number, 4 * number + 3
        speaker = "Anna Beispiel" if number // 4 % 2 == 0 else "Uwe Schneidewind"
        stamps = [f"00:{at // 60:02}:{at % 60:02}.500" for at in (start, end)]
        lines.append(f"{stamps[0]} --> {stamps[1]}\n<v {speaker}>{said[number % 4]} Nummer {number}.\n")
    return "\n".join(lines)


def speaking_show(path: Path) -> ShowFolder:
    """Make a show whose first episode has two minutes of sound, chapters and a transcript."""
    show = make_show(path)
    for name in ("1", "2"):
        (show.path / "audio" / f"{name}.mp3").unlink()
    tone = "aevalsrc=0.6*sin(2*PI*220*t)*abs(sin(t/3)):sample_rate=16000"
    encode(show.path / "audio" / "1.mp3", "-b:a", "24k", "-ac", "1", seconds=LENGTH, sound=tone)
    encode(show.path / "audio" / "2.mp3", "-b:a", "24k", "-ac", "1", seconds=5)
    (show.path / "transcripts").mkdir()
    (show.path / "transcripts" / "1.vtt").write_text(transcript(), encoding="utf-8")
    show.episode(1, title="Weg mit der Agilität, her mit den Schildkröten!", more=CHAPTERS)
    show.episode(2)
    return show


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a published show, for tests that only look at it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOLGE_CACHE", str(tmp_path_factory.mktemp("cache")))
        show = speaking_show(tmp_path_factory.mktemp("site") / "show")
        show.publish(open_workspace(show.path, {}).store())
        with served(show.path / "public", BASE) as address:
            yield address
