"""A waveform as a PNG picture, for where SVG is not taken: mails and networks."""

import io

from episodes.listening.hearing import Peaks
from episodes.listening.waveform import fewer

_WIDTH, _HEIGHT = 1200, 240
_INK = (51, 51, 51, 255)


def waveform_png(peaks: Peaks) -> bytes:
    """Return peaks as a picture of 1200 x 240 pixels, dark grey on nothing."""
    from PIL import Image, ImageDraw

    columns = fewer(peaks.pairs, _WIDTH)
    picture = Image.new("RGBA", (_WIDTH, _HEIGHT), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    for x in range(_WIDTH):
        low, high = columns[x * len(columns) // _WIDTH]
        draw.line(((x, _row(high)), (x, _row(low))), fill=_INK)
    body = io.BytesIO()
    picture.save(body, "PNG", optimize=True)
    return body.getvalue()


def _row(level: int) -> int:
    return (127 - level) * (_HEIGHT - 1) // 255
