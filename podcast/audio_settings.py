"""`[audio]` of `podcast.toml`: what becomes of audio at a publish, and how loud it should be."""

from dataclasses import dataclass

from episodes.problems import Problem, quoted
from podcast.tables import TomlFile

QUIETEST, LOUDEST = -36.0, -8.0
_HINT = "write -16, what Apple asks for (LOUD-1), or false"


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioSettings:
    """Whether a tagged copy is published instead of the file itself (`tag`), and the loudness a show aims at.

    `loudness` is in LUFS as played on two speakers (LOUD-5); None where the show does not care. `waveform` says whether
    players draw one: a publish listens to new audio for it.
    """

    tag: bool = True
    loudness: float | None = -16.0
    waveform: bool = True


def read_audio_settings(file: TomlFile, problems: list[Problem]) -> AudioSettings:
    """Return what the file says about audio."""
    group = file.fields("audio", ("tag", "loudness", "waveform"), problems)
    group.unknown()
    loudness: float | None = AudioSettings().loudness
    if written := group.plain("loudness"):
        loudness = None
        if written.lower() not in ("false", "off"):
            try:
                loudness = float(written)
            except ValueError:
                group.problem("loudness", f"{quoted(written)} is not a loudness in LUFS", hint=_HINT)
            else:
                if not QUIETEST <= loudness <= LOUDEST:
                    group.problem("loudness", f"{quoted(written)} is no loudness for speech", hint=_HINT)
                    loudness = None
    return AudioSettings(
        tag=group.truth("tag", default=True),
        loudness=loudness,
        waveform=group.truth("waveform", default=True),
    )
