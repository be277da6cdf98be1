"""What a show demands of its episodes, by `podcast.toml`."""

from episodes.problems import Problem, Severity
from podcast.tables import TomlFile

_SEVERITIES = {"warn": Severity.WARNING, "error": Severity.ERROR}


def wanted_transcripts(file: TomlFile, problems: list[Problem]) -> Severity | None:
    """Return how grave it is that an episode has no transcript, by `[transcripts] required`; None where it is not."""
    group = file.fields("transcripts", ("required",), problems)
    group.unknown()
    return _SEVERITIES.get(group.choice("required", tuple(_SEVERITIES)))
