"""What others know of mail: caniemail of Gmail, Outlook, Apple Mail and Thunderbird, the MJML compiler, an SMTP server.

`.ci/run` installs caniemail and mjml (tests/clients/node/package.json) into build/node; without them their tests are
skipped, and fail where CI=true.
"""

import email
import json
import os
import shutil
import smtplib
import socket
import subprocess
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from podcast.newsletter.escapes import MailSystem
from podcast.newsletter.forms import Form
from podcast.newsletter.teaser import Length, Wording
from tests.podcast.newsletter.builders import teaser, written

_REPOSITORY = Path(__file__).parents[3]
_SOURCE = _REPOSITORY / "tests" / "clients" / "node"
_INSTALLED = _REPOSITORY / "build" / "node"

MATTERS_NOT = {
    (
        "role attribute",
        "outlook.windows-mail",
    ),  # MAIL-1 wants it for screen readers; where it is ignored nothing is lost
}
"""What a client does without, and nobody there sees a difference."""


def node(script: str, text: str, *packages: str) -> Any:
    """Run a script of tests/clients/node over a text with packages in the versions that are asked for."""
    program = shutil.which("node")
    wanted = json.loads((_SOURCE / "package.json").read_text("utf-8"))["dependencies"]
    for package in packages:
        file = _INSTALLED / "node_modules" / package / "package.json"
        there = json.loads(file.read_text("utf-8"))["version"] if file.is_file() else "nothing"
        if program is None or there != wanted[package]:
            reason = f"not {package} {wanted[package]} but {there} in build/node, or no node; .ci/run installs it"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
    assert program is not None
    call = [program, "--input-type=module", "--eval", (_SOURCE / script).read_text("utf-8")]
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run(
        call, cwd=_INSTALLED, env=environment, input=text.encode(), capture_output=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def unsupported(html: str) -> set[tuple[str, str]]:
    """The features and clients caniemail finds at odds in HTML."""
    return {(title, client) for title, client in node("mail.mjs", html, "caniemail")}


@pytest.mark.parametrize("length", Length)
def test_no_client_lacks_what_a_teaser_is_made_of(length: Length) -> None:
    assert unsupported(written(teaser(length=length))) <= MATTERS_NOT


def test_no_client_lacks_what_a_whole_mail_is_made_of() -> None:
    blocks = [teaser(length=length) for length in Length]
    assert unsupported(written(*blocks, whole=True)) <= MATTERS_NOT | {("<body> element", "outlook.macos")}


def test_the_clients_are_asked_at_all() -> None:
    found = unsupported("<p style='hyphenate-limit-chars: 5'>Mut</p>")
    assert {client.partition(".")[0] for _, client in found} >= {"gmail", "outlook", "apple-mail", "thunderbird"}


@pytest.mark.parametrize("length", Length)
def test_mjml_compiles_without_a_word(length: Length) -> None:
    placeholder = "{{ contact.FIRSTNAME }}"
    told = teaser(length=length, wording=Wording(headline=f'"Mut" & {placeholder} <b>', text="Text."))
    source = written(told, told, form=Form.MJML, system=MailSystem.BREVO)
    compiled = node("mjml.mjs", source, "mjml")
    assert compiled["errors"] == []
    assert compiled["html"].count(told.link.replace("&", "&amp;")) >= 2
    assert "{{" not in compiled["html"]
    assert "&#123;&#123; contact.FIRSTNAME &#125;&#125; &#60;b&#62;" in compiled["html"]


class Mailbox:
    """Keeps the bytes of what arrives."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.bodies.append(envelope.content)
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    """A mailbox behind an SMTP server on loopback."""
    box = Mailbox()
    with socket.socket() as probe:  # aiosmtpd asks itself on the port it is given, so that cannot be 0
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()


def test_a_mail_of_text_and_html_arrives_as_it_was_made(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    blocks = [teaser(length=length) for length in Length]
    text, html = written(*blocks, form=Form.TEXT), written(*blocks, whole=True)
    message = EmailMessage(policy=policy.SMTP)
    message["Subject"] = "Brauchen wir einen Diensteid für Transformation?"
    message["From"], message["To"] = "podcast@example.org", "leser@example.org"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        client.send_message(message)
    (body,) = box.bodies
    arrived = email.message_from_bytes(body, policy=policy.default)
    assert isinstance(arrived, EmailMessage)
    plain, rich = arrived.get_body(("plain",)), arrived.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert plain.get_content().replace("\r\n", "\n") == text
    assert rich.get_content().replace("\r\n", "\n") == html
    assert arrived["Subject"] == message["Subject"]
    assert [part.get_content_type() for part in arrived.iter_parts()] == ["text/plain", "text/html"]
