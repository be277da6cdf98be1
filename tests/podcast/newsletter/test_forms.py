"""HTML by the MAIL rules of rules.md, Markdown that a reference implementation reads, placeholders that stay asleep."""

import colorsys
import html
import json
import re
from collections.abc import Iterator

import cmarkgfm
import lxml.html
import pytest

from podcast.newsletter.escapes import MailSystem
from podcast.newsletter.forms import Form
from podcast.newsletter.teaser import Length, Wording
from tests.podcast.newsletter.builders import teaser, written

Colour = tuple[float, float, float]

PLACEHOLDERS = {
    MailSystem.MAILCHIMP: ("*|FNAME|*", "*|IF:FNAME|*", "*|END:IF|*"),
    MailSystem.BREVO: ("{{ contact.FIRSTNAME }}", "{{contact.EMAIL}}", "{% if a %}", "{# a #}"),
    MailSystem.CLEVERREACH: ("{FIRSTNAME}", "{UNSUBSCRIBE}", "{IF[LANGUAGE==de-DE]}"),
    MailSystem.LISTMONK: ("{{ .Subscriber.Name }}", "{{ .Campaign.Name }}", "https://example.org@TrackLink"),
    MailSystem.RAPIDMAIL: ("{{firstname}}", "{firstname}"),
}


@pytest.mark.parametrize("length", Length)
def test_html_holds_to_the_rules_of_mail(length: Length) -> None:
    text = written(teaser(length=length))
    assert len(text.encode()) < 12_000  # MAIL-9
    assert not re.search(r"<(script|form|iframe|audio|video|style|link|svg|picture|object|input|div)\b", text)
    assert not re.search(r"flex|grid|float|var\(|url\(|srcset|@media|class=", text)
    root = lxml.html.fragment_fromstring(text, create_parent=True)
    tables = list(root.iter("table"))
    assert tables[0].get("width") == "600"  # MAIL-1
    assert "max-width: 600px" in tables[0].get("style", "")
    assert all(it.get("role") == "presentation" and it.get("cellpadding") == "0" for it in tables)
    for image in root.iter("img"):  # MAIL-7
        assert image.get("width", "").isdigit()
        assert image.get("height", "").isdigit()
        assert image.get("alt")
        assert image.get("src", "").endswith(".jpg")
    for element in root.iter():
        style = element.get("style", "")
        if found := re.search(r"background-color: (#\w{6})", style):  # MAIL-6
            assert element.get("bgcolor") == found[1]
        if "line-height" in style:  # MAIL-10
            assert "mso-line-height-rule: exactly" in style
        if "padding" in style:  # MAIL-3
            assert element.tag == "td"


@pytest.mark.parametrize("length", Length)
def test_texts_stand_out_in_light_and_where_a_client_turns_colours_round(length: Length) -> None:
    pairs = set(_pairs(lxml.html.fragment_fromstring(written(teaser(length=length)), create_parent=True)))
    assert len(pairs) >= 2
    for ink, paper in pairs:
        assert _contrast(_rgb(ink), _rgb(paper)) >= 4.5, (ink, paper)
        assert _contrast(_turned(_rgb(ink)), _turned(_rgb(paper))) >= 4.5, (ink, paper)


def _pairs(root: lxml.html.HtmlElement) -> Iterator[tuple[str, str]]:
    """Yield the colours of every text and of what is behind it; both have to be said, or a client chooses one."""
    for element in root.iter():
        if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
            above = [element, *element.iterancestors()]
            inks = (re.search(r"(?<![-\w])color: (#\w{6})", it.get("style", "")) for it in above)
            papers = (it.get("bgcolor") for it in above)
            yield next(found[1] for found in inks if found), next(filter(None, papers))


def _rgb(text: str) -> Colour:
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _turned(colour: Colour) -> Colour:
    hue, lightness, saturation = colorsys.rgb_to_hls(*colour)
    return colorsys.hls_to_rgb(hue, 1 - lightness, saturation)


def _contrast(one: Colour, other: Colour) -> float:
    """The contrast of two colours by WCAG 2.2."""
    lights = [
        sum(
            weight * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
            for weight, part in zip((0.2126, 0.7152, 0.0722), colour, strict=True)
        )
        for colour in (one, other)
    ]
    return (max(lights) + 0.05) / (min(lights) + 0.05)


@pytest.mark.parametrize("form", [Form.HTML, Form.MJML])
def test_hostile_texts_are_texts(form: Form) -> None:
    hostile = '<script>alert(1)</script> & "><img src=x onerror=alert(1)> {{ 7 * 7 }} {% include "teaser.css" %}'
    text = written(teaser(wording=Wording(headline=hostile, text=hostile), title=hostile), form=form)
    assert "<script" not in text
    assert "<img src=x" not in text
    assert "{{ 7 * 7 }}" in html.unescape(text)


@pytest.mark.parametrize("form", [Form.HTML, Form.MJML, Form.TEXT, Form.MARKDOWN])
@pytest.mark.parametrize("system", PLACEHOLDERS)
def test_a_placeholder_in_a_text_stays_a_text(system: MailSystem, form: Form) -> None:
    for placeholder in PLACEHOLDERS[system]:
        told = teaser(wording=Wording(headline=placeholder, text=f"So geht {placeholder} dort."), title=placeholder)
        plain = written(told, form=form)
        text = written(told, form=form, system=system)
        shown = html.unescape(text).replace("\u2060", "").replace("\\", "")
        assert placeholder not in text  # a mail system looks at the source, not at what is shown
        assert shown.count(placeholder) >= 2
        assert placeholder in plain.replace("\\", "")


def test_a_private_character_of_a_stranger_becomes_no_brace() -> None:
    text = written(teaser(wording=Wording(headline="a\uf8e1\uf8e1b")), system=MailSystem.BREVO)
    assert "ab" in text
    assert "&#123;" not in text


@pytest.mark.parametrize(
    "text",
    [
        "Bürger*innen und Leser*innen",
        "1. Mut_zur_Lücke [hier](https://x.example) `so`",
        "# keine Überschrift",
        "- kein Punkt > kein Zitat",
        "<b>fett</b> & Co. &amp; ~~weg~~ a|b ![x](y) \\*",
        "+ 3) 4) http",
    ],
)
def test_markdown_shows_a_text_letter_by_letter(text: str) -> None:
    source = written(teaser(wording=Wording(headline=text, text=text), campaign=""), form=Form.MARKDOWN)
    shown = lxml.html.fragment_fromstring(cmarkgfm.github_flavored_markdown_to_html(source), create_parent=True)
    paragraphs = [" ".join(element.text_content().split()) for element in shown if element.tag in ("h2", "p")]
    assert paragraphs.count(" ".join(text.split())) == 2
    assert [it.get("href") for it in shown.iter("a")].count("https://podcast.example.org/diensteid/") == 3


def test_json_is_the_record() -> None:
    (record,) = json.loads(written(teaser(), form=Form.JSON))
    assert record["people"] == [
        {"name": "Uwe Schneidewind", "function": "Oberbürgermeister", "organisation": "Stadt Wuppertal"}
    ]
    assert (record["seconds"], record["published"]) == (2040, "2024-06-06T04:00:00+00:00")
    assert record["cover"]["alt"] == "Titelbild: Brauchen wir einen Diensteid für Transformation?"
    assert record["short_link"] == "https://podcast.example.org/f/12/"


def test_several_teasers_stand_one_below_the_other_in_their_order() -> None:
    for form in Form:
        text = written(teaser(title="Erste"), teaser(title="Zweite"), form=form)
        assert 0 <= text.index("Erste") < text.index("Zweite")
