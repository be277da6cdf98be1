"""`folge init`: make a show folder."""

import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import click

from episodes.problems import ProblemsFound, UserError, errors, nearest
from feed.categories import CATEGORIES
from podcast.cli.options import json_option
from podcast.cli.output import emit, give, say
from podcast.feed_settings import podcast_guid
from podcast.files import create_file, make_folder
from podcast.layout import IGNORED
from podcast.newshow import write_show
from podcast.settings import FILE, PREVIEW_URL, load_settings


@click.command("init")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--title", help="Name of the show.")
@click.option("--description", help="What the show is about, in a few sentences.")
@click.option("--language", help="Language of the show, as de or en.")
@click.option("--author", help="Who makes the show.")
@click.option("--email", help="Address directories write to.")
@click.option("--category", multiple=True, help='Apple category, as "Government"; repeatable.')
@click.option("--link", default="", help="Website of the show.")
@click.option("--cover", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="Cover picture; is copied.")
@click.option("--store", default="public", show_default=True, help="A folder, or s3://bucket/prefix.")
@click.option("--public-url", default="", help="Address under which the public reads the store.")
@click.option("--timezone", default="", help="Time zone, as Europe/Berlin.")
@json_option
@click.pass_context
def command(ctx: click.Context, /, folder: Path, as_json: bool, **said: object) -> None:
    """Make a show folder in DIR: podcast.toml, episodes/ and .gitignore.

    Asks on a terminal for what the options do not say. Never overwrites anything.
    """
    folder = ctx.obj.folder / folder
    made = []
    if (folder / FILE).exists():
        say(f"{folder / FILE} is already there and stays as it is; edit it to change the show")
    else:
        text, cover = _compose(folder, said)
        make_folder(folder)
        made += _copy_cover(cover, folder)
        _create(folder / FILE, text)
        made.append(FILE)
    if not (folder / "episodes").is_dir():
        make_folder(folder / "episodes")
        made.append("episodes/")
    if not (folder / ".gitignore").exists():
        _create(folder / ".gitignore", IGNORED)
        made.append(".gitignore")
    if not made:
        say("nothing was changed")
        if as_json:
            emit({"folder": folder.as_posix(), "made": []})
        return
    if as_json:
        emit({"folder": folder.as_posix(), "made": made})
    else:
        for name in made:
            give((folder / name).as_posix() + ("/" if name.endswith("/") else ""))
    settings, problems = load_settings(folder)
    if errors(problems):
        raise ProblemsFound(problems)
    needed = (("cover", settings.cover), ("category", settings.categories), ("author", settings.author))
    if missing := [name for name, value in needed if not value]:
        listed = " and ".join(part for part in (", ".join(missing[:-1]), missing[-1]) if part)
        say(f"before the first publish, directories want {listed}: see {folder / FILE}")
    where = "" if folder.resolve() == Path.cwd() else f"cd {folder}, then "
    say(f"next: {where}folge add AUDIO")


def _compose(folder: Path, said: dict[str, object]) -> tuple[str, Path | None]:
    """Return the text of podcast.toml and the cover to copy."""
    language = _ask("language", said, "Language (de, en, …)", locale_language())
    title = _ask("title", said, "Title of the show", "")
    if not title:
        raise click.UsageError("a show needs a title; say --title")
    description = _ask("description", said, "What is it about", title)
    author = _ask("author", said, "Who makes it", "")
    email = _ask("email", said, "E-mail for directories", "")
    categories = said["category"] if isinstance(said["category"], tuple) else ()
    if not categories:
        category = _ask("category", {}, "Apple category, as Government", "")
        categories = (category,) if category else ()
    store, public_url = str(said["store"]), str(said["public_url"])
    if store.startswith("s3://") and not public_url:
        public_url = _ask("", said, "Address under which the public reads the bucket (https://…)", "")
        if not public_url:
            raise click.UsageError("a bucket needs the address under which the public reads it; say --public-url")
    public_url = (public_url or PREVIEW_URL).rstrip("/") + "/"
    seed = public_url + "feed.xml" if public_url != PREVIEW_URL else str(uuid4())
    cover = said["cover"] if isinstance(said["cover"], Path) else None
    values = {
        "title": title,
        "description": description,
        "language": language,
        "author": author,
        "email": email,
        "link": str(said["link"]),
        "cover": f"cover{cover.suffix.lower()}" if cover else "",
        "timezone": str(said["timezone"]) or ("Europe/Berlin" if language.startswith("de") else "UTC"),
        "guid": podcast_guid(seed),
        "store": store,
        "public_url": public_url,
    }
    text = write_show(values, categories)
    _try(text)
    return text, cover


def _try(text: str) -> None:
    """Refuse what would be a broken podcast.toml before anything is made."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        (Path(name) / FILE).write_bytes(text.encode())
        _, problems = load_settings(Path(name), {})
        if errors(problems):
            raise ProblemsFound(problems)


def _ask(name: str, said: dict[str, object], question: str, default: str) -> str:
    value = said.get(name)
    if value is not None:
        return str(value)
    if not sys.stdin.isatty():
        return default
    check = _CHECKS.get(name)
    answer: str = click.prompt(question, default=default, show_default=bool(default), err=True, value_proc=check)
    return answer.strip()


def _checked_language(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", text.strip()):
        raise click.BadParameter(f"'{text}' is not a language code; write de, de-at or en")
    return text


def _checked_email(text: str) -> str:
    if text.strip() and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text.strip()):
        raise click.BadParameter(f"'{text}' is not an e-mail address; Enter leaves it open")
    return text


def _checked_category(text: str) -> str:
    name, _, sub = (part.strip() for part in text.partition(">"))
    if name and (name not in CATEGORIES or (sub and sub not in CATEGORIES[name])):
        raise click.BadParameter(f"'{text}' is not an Apple category; {nearest(name, tuple(CATEGORIES))}")
    return text


def _checked_title(text: str) -> str:
    if not text.strip():
        raise click.BadParameter("a show needs a title")
    return text


_CHECKS: dict[str, Callable[[str], str]] = {
    "language": _checked_language,
    "email": _checked_email,
    "category": _checked_category,
    "title": _checked_title,
}
"""What an answer has to be; a wrong one is asked for again."""


def locale_language() -> str:
    """Return the language this machine is set to, as `de`; English where it does not say."""
    named = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    code = next((value for value in named if value), "en").split("_")[0].lower()
    return code if re.fullmatch(r"[a-z]{2}", code) else "en"


def _copy_cover(cover: Path | None, folder: Path) -> list[str]:
    if cover is None:
        return []
    target = folder / f"cover{cover.suffix.lower()}"
    if target.exists():
        say(f"{target} is already there and stays as it is")
        return []
    try:
        shutil.copyfile(cover, target)
    except OSError as error:
        raise UserError(f"{target} cannot be written: {error.strerror}") from error
    return [target.name]


def _create(path: Path, text: str) -> None:
    try:
        create_file(path, text)
    except FileExistsError as error:
        raise UserError(f"{path} has just been made by somebody else", hint="look at it, then try again") from error
