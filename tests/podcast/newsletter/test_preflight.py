"""`folge issue check` against a real server: what is wrong with an issue before readers find out."""

import base64
import email.policy
import json
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from podcast.cli import run
from podcast.layout import content_type
from podcast.newsletter.mails import read_mail
from tests.podcast.builders import ShowFolder
from tests.podcast.newsletter.test_mail_clients import Mailbox, mailbox
from tests.podcast.strangers import Answering, serving

__all__ = ["mailbox"]

Screen = pytest.CaptureFixture[str]


class Bucket:
    """Serves the published folder of a show on loopback; `odd` may answer a path otherwise."""

    def __init__(self) -> None:
        self.root = Path()
        self.address = ""
        self.asked: list[str] = []
        self.odd: dict[str, Answering] = {}

    def answer(self, request: Request) -> Response:
        for part, odd in self.odd.items():
            if part in request.path:
                return odd(request)
        key = request.path.lstrip("/")
        path = self.root / (f"{key}index.html" if key.endswith("/") or not key else key)
        if not path.is_file():
            return Response(status=404)
        response = Response(path.read_bytes(), headers={"Content-Type": content_type(path.name)})
        response.headers["Content-Type"] = content_type(path.relative_to(self.root).as_posix())
        return response.make_conditional(request.environ, accept_ranges=True, complete_length=path.stat().st_size)


class Desk:
    """An author at work: a published show, an issue of both episodes, and what the check says of it."""

    def __init__(self, show: ShowFolder, bucket: Bucket, capsys: Screen) -> None:
        self.show, self.bucket, self.capsys = show, bucket, capsys

    def folge(self, *arguments: str) -> int:
        return run(["-C", str(self.show.path), *arguments])

    def check(self, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
        self.capsys.readouterr()
        self.bucket.asked.clear()
        found = self.folge("issue", "check", *arguments, "--json")
        out = self.capsys.readouterr().out
        assert found == code, out
        problems: list[dict[str, Any]] = json.loads(out)["problems"]
        return problems

    def classes(self, *arguments: str, code: int = 0) -> list[str]:
        return [problem["class"] for problem in self.check(*arguments, code=code)]

    def teaser(self, form: str = "html") -> str:
        self.capsys.readouterr()
        assert self.folge("teaser", "--issue", "2024-12", "--as", form) == 0
        return self.capsys.readouterr().out

    def mail(self, text: str, name: str = "sent.html") -> str:
        path = self.show.path / name
        path.write_text(text, encoding="utf-8")
        return str(path)


@pytest.fixture
def desk(show: ShowFolder, capsys: Screen) -> Iterator[Desk]:
    bucket = Bucket()
    with serving(bucket.answer) as stranger:
        bucket.address, bucket.asked, bucket.root = stranger.address, stranger.asked, show.path / "public"
        show.settings(base=stranger.address)
        desk = Desk(show, bucket, capsys)
        assert desk.folge("publish", "--yes") == 0
        assert desk.folge("issue", "new", "2024-12", "--date", "2024-12-10") == 0
        assert desk.folge("issue", "add", "2024-12", "1", "2") == 0
        yield desk


def test_a_sound_issue_is_silent_and_every_address_is_asked_once(desk: Desk) -> None:
    assert desk.check("2024-12") == []
    assert len(desk.bucket.asked) == len(set(desk.bucket.asked)) >= 5
    assert desk.folge("issue", "new", "2025-01") == 0
    assert desk.folge("issue", "add", "2025-01", "2") == 0
    assert desk.check("--all") == []
    assert len(desk.bucket.asked) == len(set(desk.bucket.asked)) >= 5


@pytest.mark.parametrize("form", ["html", "text", "markdown"])
def test_the_teasers_of_the_issue_are_sound_in_every_form(desk: Desk, form: str) -> None:
    name = {"html": "sent.html", "text": "sent.txt", "markdown": "sent.md"}[form]
    assert desk.check("2024-12", "--file", desk.mail(desk.teaser(form), name)) == []


def test_the_link_of_a_teaser_to_a_transcript_is_sound(desk: Desk) -> None:
    (desk.show.path / "transcripts").mkdir()
    (desk.show.path / "transcripts/1.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nMut.\n", encoding="utf-8")
    desk.show.episode(1, more="transcripts: [transcripts/1.vtt]\n")
    assert desk.folge("publish", "--yes") == 0
    teaser = desk.teaser()
    assert "#transcript" in teaser
    assert desk.check("2024-12", "--file", desk.mail(teaser)) == []


def test_a_mail_that_was_sent_and_read_back_is_checked_in_both_parts(desk: Desk, mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    message = EmailMessage(policy=email.policy.SMTP)
    message["Subject"], message["From"], message["To"] = "Mut", "podcast@example.org", "leser@example.org"
    audio = next((desk.bucket.root / "audio").iterdir()).name
    message.set_content(desk.teaser("text") + f"\n{desk.bucket.address}audio/{audio}\n", cte="quoted-printable")
    message.add_alternative(desk.teaser() + '<a href="http://localhost:8000/folge-2/">Probe</a>', "html", cte="base64")
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        client.send_message(message)
    path = desk.show.path / "sent.eml"
    path.write_bytes(box.bodies[0])
    found = desk.check("2024-12", "--file", str(path), code=3)
    assert sorted((problem["class"], problem["field"]) for problem in found) == [
        ("preview", "html"),
        ("raw-audio", "text"),
    ]


@pytest.mark.parametrize(
    ("path", "odd", "said"),
    [
        ("folge-2/", lambda request: Response(status=404), [("missing", "error")]),
        ("audio/folge-2", lambda request: Response(b"x" * 9, mimetype="audio/mpeg"), [("audio", "error")]),
        ("covers/", lambda request: Response("<p>", mimetype="text/html"), [("picture", "error")] * 4),
        ("covers/", lambda request: Response(b"x" * 400_000, mimetype="image/jpeg"), [("picture", "warning")] * 4),
    ],
)
def test_what_does_not_answer_as_it_should_is_found(
    desk: Desk, path: str, odd: Answering, said: list[tuple[str, str]]
) -> None:
    desk.bucket.odd[path] = odd
    found = desk.check("2024-12", code=3 if said[0][1] == "error" else 0)
    assert [(problem["class"], problem["severity"]) for problem in found] == said
    assert all(problem["line"] > 0 and problem["path"] == "issues/2024-12.toml" for problem in found)


def test_audio_that_is_shorter_than_what_was_published_or_of_another_type_is_found(desk: Desk) -> None:
    (audio,) = (desk.bucket.root / "audio").glob("folge-2*")
    body = audio.read_bytes()

    def short(request: Request) -> Response:
        response = Response(body[:-1], mimetype="application/octet-stream")
        return response.make_conditional(request.environ, accept_ranges=True, complete_length=len(body) - 1)

    desk.bucket.odd["audio/folge-2"] = short
    messages = [problem["message"] for problem in desk.check("2024-12", code=3)]
    assert any(f"has {len(body) - 1} bytes there, and {len(body):,} were published" in it for it in messages)
    assert any("is served as application/octet-stream, and is audio/mpeg" in it for it in messages)


def test_redirects_are_counted_and_a_circle_is_no_answer(desk: Desk) -> None:
    hops = {"folge-2/": "/a1/", "a1/": "/a2/", "a2/": "/a3/", "a3/": "/folge-1/"}
    for path, to in hops.items():
        desk.bucket.odd[f"/{path}"] = lambda _request, to=to: redirect(to)  # type: ignore[misc]  # bound now
    (found,) = desk.check("2024-12")
    assert found["class"] == "redirects"
    assert "over 4 redirects" in found["message"]
    desk.bucket.odd["/a3/"] = lambda _request: redirect("/a1/")
    assert desk.classes("2024-12", code=6) == ["unreachable"]
    desk.bucket.odd["/folge-1/"] = lambda _request: Response(status=500)
    assert sorted(desk.classes("2024-12", code=3)) == ["missing", "unreachable"]


def test_an_episode_that_is_not_public_on_the_day_of_the_issue_is_an_error(desk: Desk) -> None:
    desk.show.episode(3, published="2099-01-01 06:00")
    assert desk.folge("issue", "add", "2024-12", "3") == 0
    (found,) = desk.check("2024-12", code=3)
    assert "'Mut 3' waits until 2099-01-01 06:00" in found["message"]
    assert desk.folge("withdraw", "2", "--yes") == 0
    assert desk.classes("2024-12", code=3) == ["not-public", "withdrawn"]


def test_a_link_to_an_episode_that_waits_says_when_it_comes_and_not_that_it_is_missing(desk: Desk) -> None:
    (desk.show.path / "own.png").write_bytes((desk.show.path / "cover.png").read_bytes() + b"\0")
    desk.show.episode(3, published="2099-01-01 06:00", more="cover: own.png\n")
    assert desk.folge("issue", "add", "2024-12", "3") == 0
    mail = desk.mail(desk.teaser() + f'<a href="{desk.bucket.address}f/3/">Kurz</a>')
    found = desk.check("2024-12", "--file", mail, code=3)
    assert [(it["class"], it["path"], it["severity"]) for it in found] == [
        ("not-public", "issues/2024-12.toml", "error"),
        ("not-public", "sent.html", "error"),
        ("forwarding", "sent.html", "note"),
    ]
    assert "folge-3/?utm_source" in found[1]["message"]
    assert "leads to 'Mut 3', which waits until 2099-01-01 06:00" in found[1]["message"]
    assert found[1]["line"] > 0
    assert not [path for path in desk.bucket.asked if "folge-3" in path or "f/3" in path]
    issue = desk.show.path / "issues" / "2024-12.toml"
    issue.write_text(issue.read_text("utf-8").replace("2024-12-10", "2099-01-02"), encoding="utf-8")
    found = desk.check("2024-12", "--file", mail)
    assert [it["severity"] for it in found] == ["warning", "warning", "note"]
    assert "is not public yet: it waits until 2099-01-01 06:00" in found[1]["message"]
    assert [it["class"] for it in desk.check("--file", mail, code=3)] == ["not-public", "forwarding"]
    staged = desk.mail('<a href="https://staging.example.org/folge-3/">Mut 3</a>', "staged.html")
    assert [it["class"] for it in desk.check("--file", staged, code=3)] == ["preview"]


@pytest.mark.parametrize(
    ("link", "said", "code"),
    [
        ("{base}folge-2/", ["campaign"], 0),
        ("{base}folge-2/?utm_campaign=2024-11", ["campaign"], 3),
        ("{base}f/2/", ["forwarding"], 0),
        ("{base}nirgends/?utm_campaign=2024-12", ["missing"], 3),
        ("https://staging.example.org/folge-2/", ["preview"], 3),
        ("file:///home/anna/folge-2/index.html", ["preview"], 3),
        ("https://s3.example.org/bucket/folge-2/index.html", ["host"], 0),
        ("https://other.example.org/nothing/", [], 0),
        ("https://click.example.org/?u={quoted}", [], 0),
        ("https://click.example.org/CL0/{quoted}/1/0100", [], 0),
        ("https://click.example.org/l/{base64}", [], 0),
        ("https://click.example.org/?u={wrong}", ["campaign"], 3),
        ("{base}folge-2/?utm_campaign=2024-12#transcript", ["transcript"], 0),
    ],
)
def test_links_of_any_mail_system_are_understood(desk: Desk, link: str, said: list[str], code: int) -> None:
    base = desk.bucket.address
    sound = f"{base}folge-2/?utm_campaign=2024-12"
    desk.bucket.odd["/folge-2/"] = lambda _request: Response("<p>ohne Abschrift</p>", mimetype="text/html")
    written = link.format(
        base=base,
        quoted=quote(sound, safe=""),
        wrong=quote(f"{base}folge-2/?utm_campaign=x", safe=""),
        base64=base64.urlsafe_b64encode(sound.encode()).decode().rstrip("="),
    )
    mail = f'{desk.teaser()}\n<p><a href="{written}">Weiter</a></p>'
    assert desk.classes("2024-12", "--file", desk.mail(mail), code=code) == said


@pytest.mark.parametrize("more", [(), ("--follow",)])
@pytest.mark.parametrize("address", ["http://[::1/x", "http://℀.example/", "https:///x", "http://a.example:x/"])
@pytest.mark.parametrize("name", ["sent.html", "sent.txt", "sent.md"])
def test_a_malformed_address_is_told_with_its_line_and_hides_nothing(
    desk: Desk, name: str, address: str, more: tuple[str, ...]
) -> None:
    written = {"sent.html": f'<a href="{address}">x</a>', "sent.txt": address, "sent.md": f"[x]({address})"}
    mail = f"Mut 2\n\n{written[name]}\n"
    found = desk.check("2024-12", "--file", desk.mail(mail, name), *more, code=3)
    assert [(it["class"], it["line"]) for it in found if it["class"] != "episodes"] == [("malformed", 3)]
    assert address in next(it["message"] for it in found if it["class"] == "malformed")
    assert [it["message"] for it in found if it["class"] == "episodes"] == [
        "the mail has no link to 'Mut 2'",
        "the mail has no link to 'Mut 1'",
    ]
    assert not any("links to" in it["hint"] for it in found)


def test_counting_links_are_followed_where_that_is_asked_and_never_those_that_unsubscribe(desk: Desk) -> None:
    sound = f"{desk.bucket.address}folge-2/?utm_campaign=2024-12"
    asked: list[str] = []

    def counting(request: Request) -> Response:
        asked.append(request.path)
        return redirect(sound if request.path == "/c/2" else request.path + "0")

    with serving(counting) as tracker:
        wrapped = f'<a href="{tracker.address}c/2">Mut 2</a> <a href="{tracker.address}unsubscribe/1">x</a>'
        mail = desk.mail(f"<p>Mut 2, Mut 1 {wrapped}</p>")
        assert desk.classes("2024-12", "--file", mail) == ["episodes", "episodes"]
        assert asked == []
        (found,) = desk.check("2024-12", "--file", mail, "--follow")
        assert "has no link to 'Mut 1'" in found["message"]
        assert asked == ["/c/2"]
        desk.mail(f'<p>Mut 1, Mut 2 <a href="{tracker.address}x">Mut</a></p>')
        assert "redirects" in desk.classes("2024-12", "--file", mail, "--follow")
        assert len(asked) == 7


def test_an_episode_the_mail_forgot_and_one_it_has_too_many_are_told(desk: Desk) -> None:
    desk.show.episode(3, published="2024-12-03 06:00")
    assert desk.folge("publish", "--yes") == 0
    mail = desk.teaser().replace("folge-2/", "folge-3/").replace("Mut 2", "Mut 3")
    found = desk.check("2024-12", "--file", desk.mail(mail))
    assert [(it["class"], it["severity"]) for it in found] == [("episodes", "note"), ("episodes", "warning")]
    assert "has no link to 'Mut 2'" in found[1]["message"]


def test_a_text_that_makes_a_teaser_too_heavy_is_a_warning(desk: Desk) -> None:
    path = desk.show.path / "issues" / "2024-12.toml"
    text = path.read_text("utf-8")
    path.write_text(f'{text}text = "{"Mut tut gut. " * 1200}"\n', encoding="utf-8")
    (found,) = desk.check("2024-12")
    assert (found["class"], found["severity"], found["path"]) == ("size", "warning", "issues/2024-12.toml")
    assert "[episodes" in text.split("\n")[found["line"] - 2]
    assert "need less than 12,000" in found["message"]


def test_words_that_changed_since_the_mail_are_told(desk: Desk) -> None:
    mail = desk.mail(desk.teaser())
    desk.show.episode(2, title="Mut, der Zweite")
    assert desk.folge("publish", "--yes") == 0
    found = desk.check("2024-12", "--file", mail)
    assert [it["severity"] for it in found] == ["note", "warning"]
    assert "after this issue: title" in found[0]["message"]
    assert "the mail does not say 'Mut, der Zweite'" in found[1]["message"]


@pytest.mark.parametrize(
    "arguments",
    [(), ("--all", "2024-12"), ("2024-12", "--follow"), ("2024-12", "--file", "podcast.toml")],
)
def test_a_call_that_makes_no_sense_is_refused(desk: Desk, arguments: tuple[str, ...]) -> None:
    shown = [str(desk.show.path / it) if it == "podcast.toml" else it for it in arguments]
    assert desk.folge("issue", "check", *shown) == 2


def test_links_are_found_where_mail_systems_put_them() -> None:
    outlook = b'<!--[if mso]><v:roundrect href="https://a.example/1"></v:roundrect><![endif]-->'
    html = outlook + b'<table><td background="https://a.example/2">x</td></table>'
    assert {link.url[-1] for link in read_mail(html, "x.html").links} == {"1", "2"}
    text = "Siehe (https://a.example/1). Oder <https://a.example/2>, „https://a.example/3“"
    assert [link.url[-1] for link in read_mail(text.encode(), "x.txt").links] == ["1", "2", "3"]
    markdown = (
        "[a](https://a.example/1) <https://a.example/2>\n\n![b](https://a.example/3) [c][d]\n\n[d]: https://a.example/4"
    )
    assert sorted(link.url[-1] for link in read_mail(markdown.encode(), "x.md").links) == ["1", "2", "3", "4"]
