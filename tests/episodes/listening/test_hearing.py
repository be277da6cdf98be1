"""What a listener would mind: loudness off the target, peaks, clipping, silence; and nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from episodes.listening.hearing import Hearing, Peaks, loudness_problems
from episodes.problems import Severity

FINE = Hearing(
    duration=timedelta(minutes=20),
    sample_rate=44100,
    channels=2,
    loudness=-16.4,
    loudness_range=6.0,
    true_peak=-1.0,
    clipped=0,
    longest_clip=0,
    first_clip=None,
    silence_before=timedelta(seconds=2),
    silence_after=timedelta(seconds=5),
    peaks=Peaks(sample_rate=44100, samples_per_pair=4410, pairs=((-3, 4),)),
)


@pytest.mark.parametrize("loudness", [-17.0, -16.0, -15.0])
def test_what_is_within_the_tolerance_is_not_talked_about(loudness: float) -> None:
    assert loudness_problems(replace(FINE, loudness=loudness), -16) == ()


@pytest.mark.parametrize(
    ("change", "said", "rule"),
    [
        ({"loudness": -18.2}, "-18.2 LUFS loud, 2.2 LU quieter than the -16 LUFS", "LOUD-1"),
        ({"loudness": -14.9}, "1.1 LU louder", "LOUD-1"),
        ({"loudness": None}, "too short or too quiet", "LOUD-1"),
        ({"true_peak": -0.9}, "true peak is -0.9 dBTP", "LOUD-1"),
        ({"clipped": 1234, "longest_clip": 9, "first_clip": timedelta(seconds=75)}, "1,234 samples are clipped", ""),
        ({"silence_before": timedelta(seconds=2.1)}, "begins with 2.1 s of silence", ""),
        ({"silence_after": timedelta(seconds=5.1)}, "ends with 5.1 s of silence", ""),
        ({"silence_before": FINE.duration, "loudness": None, "true_peak": None}, "nothing is heard", ""),
    ],
)
def test_what_a_listener_would_mind_is_a_warning(change: dict[str, object], said: str, rule: str) -> None:
    (problem,) = loudness_problems(replace(FINE, **change), -16)  # type: ignore[arg-type]  # fields by name
    assert said in problem.message
    assert (problem.severity, problem.rule) == (Severity.WARNING, rule)
    assert problem.hint


def test_a_show_that_does_not_care_hears_of_peaks_only() -> None:
    (problem,) = loudness_problems(replace(FINE, loudness=-30.0, true_peak=0.2), None)
    assert "true peak" in problem.message
