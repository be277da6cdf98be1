"""Teasers in the forms newsletters are written in: HTML, MJML, plain text, Markdown and JSON data."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from episodes.notes import escaped_markdown
from podcast.newsletter.escapes import MailSystem, guarded, released
from podcast.newsletter.teaser import Picture, Teaser
from podcast.newsletter.templating import Templates


class Form(StrEnum):
    """How a teaser is written."""

    HTML = "html"
    MJML = "mjml"
    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


_TEMPLATES = {Form.HTML: "teaser.html", Form.MJML: "teaser.mjml", Form.TEXT: "teaser.txt", Form.MARKDOWN: "teaser.md"}
_BETWEEN = {Form.HTML: "\n", Form.TEXT: f"\n{'–' * 24}\n\n", Form.MARKDOWN: "\n"}
_MARKED_UP = frozenset({Form.HTML, Form.MJML})
_SPARE_LINES = re.compile(r"(?<=\n\n)\n+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How teasers are written: their language, the mail system they go to, a show's own templates.

    `title` is that of a whole mail; `whole` asks for one in HTML, where else there are blocks to put into one.
    """

    language: str
    system: MailSystem = MailSystem.PLAIN
    templates: Mapping[str, str]
    title: str = ""
    whole: bool = False


def write_teasers(teasers: Sequence[Teaser], form: Form, style: Style) -> str:
    """Write teasers one below the other; the same teasers give the same text.

    Raises ProblemsFound, with file and line, where a show's own template is wrong.
    """
    if form is Form.JSON:
        return json.dumps([teaser_data(teaser) for teaser in teasers], ensure_ascii=False, indent=2) + "\n"
    templates = _templates(tuple(sorted(style.templates.items())))
    language = style.language.lower()
    shown = [_guarded(teaser, form, style.system) for teaser in teasers]
    blocks = [templates.render(_TEMPLATES[form], teaser=teaser, language=language) for teaser in shown]
    if form is Form.MJML or (form is Form.HTML and style.whole):
        title = guarded(style.title, style.system, html=True)
        text = templates.render(f"mail.{form.value}", blocks=blocks, language=language, title=title)
    else:
        text = _BETWEEN[form].join(f"{_SPARE_LINES.sub('', block).strip()}\n" for block in blocks)
    if form is Form.HTML:
        text = _with_styles(text, templates.text("teaser.css"), whole=style.whole)
    return released(f"{text.strip()}\n", html=form in _MARKED_UP)


@cache
def _templates(own: tuple[tuple[str, str], ...]) -> Templates:
    """Return templates that are compiled once, however often they are filled in."""
    return Templates(dict(own))


def _guarded(teaser: Teaser, form: Form, system: MailSystem) -> Teaser:
    """Return a teaser whose texts hold no placeholder of a mail system, in Markdown no markup either."""

    def safe(text: str) -> str:
        text = guarded(text, system, html=form in _MARKED_UP)
        return escaped_markdown(text) if form is Form.MARKDOWN else text

    return replace(
        teaser,
        show=safe(teaser.show),
        title=safe(teaser.title),
        headline=safe(teaser.headline),
        paragraphs=tuple(safe(paragraph) for paragraph in teaser.paragraphs),
        label=safe(teaser.label),
        guests=safe(teaser.guests),
        context=safe(teaser.context),
        duration=safe(teaser.duration),
        date=safe(teaser.date),
        alt=safe(teaser.alt),
        button=safe(teaser.button),
        transcript=safe(teaser.transcript),
        people=tuple(
            replace(it, name=safe(it.name), function=safe(it.function), organisation=safe(it.organisation))
            for it in teaser.people
        ),
    )


def _with_styles(html: str, css: str, *, whole: bool) -> str:
    """Return HTML with the styles written inline, which is all that many mail clients read (MAIL-2)."""
    import css_inline

    if whole:
        text = css_inline.inline(html, extra_css=css, load_remote_stylesheets=False)
    else:
        text = css_inline.inline_fragment(html, css, load_remote_stylesheets=False)
    return re.sub(r" class=\"[^\"]*\"|</?tbody>", "", text)


def teaser_data(teaser: Teaser) -> dict[str, object]:
    """Return a teaser as JSON data; addresses are absolute, times in ISO 8601, lengths in seconds."""
    return {
        "guid": teaser.guid,
        "number": teaser.number,
        "show": teaser.show,
        "title": teaser.title,
        "headline": teaser.headline,
        "text": "\n\n".join(teaser.paragraphs),
        "label": teaser.label,
        "guests": teaser.guests,
        "people": [
            {"name": person.name, "function": person.function, "organisation": person.organisation}
            for person in teaser.people
        ],
        "context": teaser.context,
        "length": teaser.duration,
        "seconds": round(teaser.lasts.total_seconds()),
        "date": teaser.date,
        "published": teaser.published.isoformat(),
        "public": teaser.public,
        "link": teaser.link,
        "short_link": teaser.short_link,
        "transcript_link": teaser.transcript_link,
        "button": teaser.button,
        "cover": _picture_data(teaser.cover, teaser.alt),
        "banner": _picture_data(teaser.banner, teaser.alt),
    }


def _picture_data(picture: Picture | None, alt: str) -> dict[str, object] | None:
    return {"url": picture.url, "width": picture.width, "height": picture.height, "alt": alt} if picture else None
