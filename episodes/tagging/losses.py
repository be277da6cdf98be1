"""What the tags of a copy cannot say, found by reading the copy."""

from collections.abc import Sequence

from episodes.model import Audio, Chapter


def left_out(chapters: Sequence[Chapter], copy: Audio) -> str:
    """Return a sentence about the links of chapters that a tagged copy does not have, empty where it has them all."""
    kept = {(chapter.start, chapter.link) for chapter in copy.chapters}
    heard = [chapter for chapter in chapters if not chapter.hidden and chapter.start < copy.duration]
    lost = sum(bool(chapter.link) and (chapter.start, chapter.link) not in kept for chapter in heard)
    if not lost:
        return ""
    links = "the link of 1 chapter" if lost == 1 else f"the links of {lost} chapters"
    kind = f"files of this kind ({copy.media_type})"
    return f"its tags do not say {links}: {kind} have no form of them that apps agree on"
