"""Keeps what looks like a placeholder of a mail system in a text from being filled in when the mail is sent.

A text is guarded before it goes into a template, and released in the form that came out. Between the two a single
character of Unicode's private area stands for every mark that would begin or end a placeholder, so that neither the
template nor the inliner of styles wakes it; a placeholder that stands in the template itself is left alone.
"""

import re
from collections.abc import Mapping
from enum import StrEnum


class MailSystem(StrEnum):
    """Where a teaser is put into a mail; `plain` fills nothing in."""

    PLAIN = "plain"
    MAILCHIMP = "mailchimp"
    BREVO = "brevo"
    CLEVERREACH = "cleverreach"
    LISTMONK = "listmonk"
    RAPIDMAIL = "rapidmail"


_BRACES = r"[{}]"
_MARKS: Mapping[MailSystem, str] = {
    MailSystem.MAILCHIMP: r"(?<=\*)\||\|(?=\*)",  # *|FNAME|*, *|IF:…|*
    MailSystem.BREVO: _BRACES,  # {{ contact.FIRSTNAME }}, {% if … %}
    MailSystem.CLEVERREACH: _BRACES,  # {FIRSTNAME}, {IF[…]}
    MailSystem.LISTMONK: rf"{_BRACES}|@(?=TrackLink)",  # {{ .Subscriber.Name }}, https://…@TrackLink
    MailSystem.RAPIDMAIL: _BRACES,
}
"""What no placeholder is without, by mail system (sources: docs/newsletter.md); of braces every one, paired or not."""

_GUARDS = {"|": "\uf8e0", "{": "\uf8e1", "}": "\uf8e2", "@": "\uf8e3", "<": "\uf8e4", ">": "\uf8e5"}
_GUARDED = {guard: mark for mark, guard in _GUARDS.items()}
_ANY = re.compile(f"[{''.join(_GUARDED)}]")
_JOINER = "\u2060"
"""U+2060 WORD JOINER: nobody sees it, no line breaks at it, and with it no two marks stand side by side."""


def guarded(text: str, system: MailSystem, *, html: bool) -> str:
    """Return a text in which private characters stand for the marks of a mail system's placeholders.

    For HTML also for angle brackets: an inliner may write them into an attribute as they are, which mail systems that
    look for tags without a parser take for one.
    """
    marks = "|".join(filter(None, (_MARKS.get(system), "[<>]" if html else "")))
    text = _ANY.sub("", text)
    return re.sub(marks, lambda found: _GUARDS[found[0]], text) if marks else text


def released(text: str, *, html: bool) -> str:
    """Return a form with every guarded mark as readers see it: in HTML a character reference, else joined invisibly."""
    if html:
        return _ANY.sub(lambda found: f"&#{ord(_GUARDED[found[0]])};", text)
    return _ANY.sub(lambda found: f"{_JOINER}{_GUARDED[found[0]]}{_JOINER}", text).replace(2 * _JOINER, _JOINER)
