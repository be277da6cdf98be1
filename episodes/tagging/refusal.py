"""Says that a file cannot be tagged."""

from episodes.problems import UserError


class NotTaggable(UserError):
    """The file cannot be tagged without touching its sound."""
