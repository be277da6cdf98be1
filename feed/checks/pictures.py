"""Rules of the podcast namespace for pictures."""

import re
from collections.abc import Iterator

from episodes.problems import Severity
from feed.checks.lengths import too_long
from feed.checks.placed import EVERYWHERE, MEDIA_TYPE, TAGS, WHOLE, elements, formed, misplaced, required
from feed.checks.rule import Finding, rule
from feed.document import FeedDocument

_RATIO = re.compile(r"\d{1,6}(?:\.\d{1,6})?(?:\s*/\s*\d{1,6}(?:\.\d{1,6})?)?", re.ASCII)


@rule(
    "P20-IMAGE",
    severity=Severity.ERROR,
    source=f"{TAGS}/image.md",
    mend='write <podcast:image href="https://…" aspect-ratio="16/9" width="1920" type="image/jpeg"/>, pixels in digits '
    "only",
)
def p20_image(document: FeedDocument) -> Iterator[Finding]:
    """podcast:image has href, and its sizes and its ratio are those of CSS and of pixels (podcast namespace, image)."""
    yield from misplaced(document, "podcast:image", *EVERYWHERE)
    for image in elements(document, "podcast:image"):
        yield from required(image, "href")
        yield from too_long(image)
        yield from formed(image, "aspect-ratio", _RATIO, "a ratio such as 16/9")
        yield from formed(image, "width", WHOLE, "pixels, in digits only")
        yield from formed(image, "height", WHOLE, "pixels, in digits only")
        yield from formed(image, "type", MEDIA_TYPE, "a media type such as image/jpeg")


@rule(
    "P20-IMAGES",
    severity=Severity.WARNING,
    source=f"{TAGS}/image.md",
    mend='write one <podcast:image href="https://…" width="1500"/> for each picture in srcset',
)
def p20_images(document: FeedDocument) -> Iterator[Finding]:
    """podcast:images is deprecated; podcast:image took its place (podcast namespace, image)."""
    for images in elements(document, "podcast:images"):
        message = "<podcast:images> is deprecated, and newer apps do not read it"
        hint = "write one <podcast:image> with href and width for each picture in srcset"
        yield Finding(message=message, at=images, hint=hint)
