"""Why an audio file is published as it is, or not at all: its tags cannot be written."""

from episodes.problems import UserError


class NotTaggable(UserError):
    """The file cannot be tagged without touching its sound."""
