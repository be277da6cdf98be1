"""A show's own templates take the place of those that ship; a mistake in one is a finding with its line."""

from dataclasses import fields
from pathlib import Path

import pytest

from episodes.problems import ProblemsFound
from podcast.newsletter.escapes import MailSystem
from podcast.newsletter.forms import Form, Style, write_teasers
from podcast.newsletter.issues import FIELDS as ISSUE_FIELDS
from podcast.newsletter.issues import MENTION_FIELDS
from podcast.newsletter.teaser import Length, Teaser
from podcast.newsletter.templating import NAMES, read_templates
from tests.podcast.newsletter.builders import teaser


def rendered(form: Form = Form.HTML, system: MailSystem = MailSystem.PLAIN, **templates: str) -> str:
    own = {name.replace("__", "."): text for name, text in templates.items()}
    return write_teasers([teaser()], form, Style(language="de", system=system, templates=own, whole=False))


def fault(**templates: str) -> str:
    with pytest.raises(ProblemsFound) as found:
        rendered(Form.HTML, MailSystem.PLAIN, **templates)
    (problem,) = found.value.problems
    return str(problem)


def test_a_template_of_a_show_takes_the_place_of_ours_in_its_form_alone() -> None:
    own = "<p>{{ teaser.headline }}: {{ teaser.facts | join(', ') }}</p>"
    assert rendered(teaser__html=own).startswith("<p>Brauchen wir einen Diensteid für Transformation?: Folge")
    assert rendered(Form.TEXT, teaser__html=own) == rendered(Form.TEXT)


def test_styles_are_written_inline_in_a_template_of_a_show_too() -> None:
    text = rendered(teaser__html='<p class="red">Mut</p>', teaser__css=".red { color: #aa0000; }")
    assert text == '<p style="color: #aa0000;">Mut</p>\n'


def test_a_placeholder_of_the_template_itself_is_left_to_the_mail_system() -> None:
    own = "<p>Hallo {{ '{{ contact.FIRSTNAME }}' }}, {{ teaser.headline }}</p>"
    assert "{{ contact.FIRSTNAME }}" in rendered(system=MailSystem.BREVO, teaser__html=own)


def test_a_part_can_be_included() -> None:
    assert rendered(teaser__html="{% include '_end.html' %}", _end__html="<p>Ende</p>") == "<p>Ende</p>\n"


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("<p>\n{{ teaser.headlien }}</p>", "templates/newsletter/teaser.html:2: "),
        ("<p>\n\n{% if %}</p>", "templates/newsletter/teaser.html:3: "),
        ("\n{{ teaser.number + 'x' }}", "templates/newsletter/teaser.html:2: unsupported operand"),
        ("\n{{ ().__class__.__bases__ }}", "templates/newsletter/teaser.html:2: access to attribute '__class__'"),
        ("{% include 'nichts.html' %}", "templates/newsletter/teaser.html:1: "),
        ("{% for a in range(10000000) %}x{% endfor %}", "templates/newsletter/teaser.html:1: Range too big"),
    ],
)
def test_a_mistake_in_a_template_names_file_and_line(template: str, told: str) -> None:
    assert fault(teaser__html=template).startswith(told)


def test_a_mistake_in_a_part_names_the_part() -> None:
    told = fault(teaser__html="{% include '_end.html' %}", _end__html="\n\n{{ nichts }}")
    assert told.startswith("templates/newsletter/_end.html:3: 'nichts' is undefined")


def test_the_templates_of_a_folder_are_read_and_misspelt_ones_told(tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "newsletter"
    folder.mkdir(parents=True)
    assert read_templates(tmp_path) == {}
    for name in ("teaser.html", "_end.html", ".teaser.html.swp"):
        (folder / name).write_text("Mut\r\n", encoding="utf-8")
    assert read_templates(tmp_path) == {"teaser.html": "Mut\n", "_end.html": "Mut\n"}
    (folder / "teaser.htm").write_text("", encoding="utf-8")
    with pytest.raises(ProblemsFound, match=r"teaser\.htm: overrides no template; did you mean 'teaser\.html'\?"):
        read_templates(tmp_path)


def test_what_a_template_can_use_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "newsletter.md").read_text(encoding="utf-8")
    words = [*(field.name for field in fields(Teaser)), "facts", *NAMES, *ISSUE_FIELDS, *MENTION_FIELDS]
    words += [*MailSystem, *Form, *Length]
    assert [word for word in words if f"`{word}`" not in page and f"`[[{word}]]`" not in page] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_template_that_can_be_overridden_ships(name: str) -> None:
    assert (Path(__file__).parents[3] / "podcast" / "newsletter" / "templates" / name).is_file()
