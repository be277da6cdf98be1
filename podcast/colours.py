"""Colours of the pages: what was written, and whether people can read it."""

import re
from dataclasses import dataclass

READABLE = 4.5
"""The least contrast of text on its ground (WCAG 2.2, 1.4.3)."""

LIGHT = ("#faf9f6", "#ffffff", "#f1efe9")
"""The grounds of the pages by day; `site.css` names the same."""

DARK = ("#14161a", "#1c1f25", "#262a32")
"""The grounds of the pages in the dark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Colour:
    """A colour of a screen: three parts from 0 to 255."""

    red: int
    green: int
    blue: int

    @property
    def text(self) -> str:
        """As it is written in a style sheet: `#a3320b`."""
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    @property
    def luminance(self) -> float:
        """How bright it is, from 0 to 1 (WCAG 2.2, relative luminance)."""
        red, green, blue = (_linear(part / 255) for part in (self.red, self.green, self.blue))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def towards(self, other: "Colour", share: float) -> "Colour":
        """Return a colour on the way to another, `share` from 0 to 1."""
        pairs = zip((self.red, self.green, self.blue), (other.red, other.green, other.blue), strict=True)
        red, green, blue = (round(mine + (its - mine) * share) for mine, its in pairs)
        return Colour(red=red, green=green, blue=blue)


BLACK, WHITE = Colour(red=0, green=0, blue=0), Colour(red=255, green=255, blue=255)


def parse_colour(text: str) -> Colour | None:
    """Read `#0b6e4f` or `#0a5`; None for anything else."""
    digits = re.fullmatch(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})", text)
    if digits is None:
        return None
    whole = digits[1] if len(digits[1]) == 6 else "".join(2 * digit for digit in digits[1])
    red, green, blue = (int(whole[at : at + 2], 16) for at in (0, 2, 4))
    return Colour(red=red, green=green, blue=blue)


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2, contrast ratio)."""
    low, high = sorted((one.luminance, other.luminance))
    return (high + 0.05) / (low + 0.05)


def least_contrast(colour: Colour, grounds: tuple[str, ...]) -> float:
    """Return the contrast of a colour with the ground it is worst to read on."""
    return min(contrast(colour, ground) for text in grounds if (ground := parse_colour(text)))


def readable(colour: Colour, grounds: tuple[str, ...]) -> Colour:
    """Return the colour itself where it can be read on every ground, else the nearest that can: darker or brighter."""
    end = BLACK if grounds == LIGHT else WHITE
    steps = (colour.towards(end, step / 50) for step in range(51))
    return next(step for step in steps if least_contrast(step, grounds) >= READABLE)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
