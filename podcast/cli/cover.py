"""`folge cover`: make a picture a cover that every app takes, and the show's or an episode's on request."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import click

from episodes.covers import LARGEST_SIDE, SMALLEST_SIDE, cover_problems, measure_picture, read_cover
from episodes.frontmatter import parse, replace_field, write_scalar
from episodes.pictures import Crop, Made, Wish, make_cover, read_colour
from episodes.problems import Problem, ProblemsFound, UserError, shown_path
from episodes.schema import slug_of
from podcast.cli.naming import name_file
from podcast.cli.options import json_option
from podcast.cli.output import emit, give, problem_data, say, tell_problems
from podcast.files import create_file, make_folder, write_file
from podcast.settings import FILE
from podcast.tables import replace_text
from podcast.workspace import Workspace, open_workspace

_TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}


class Colour(click.ParamType[str]):
    """A colour such as `white` or `#14213d`."""

    name = "colour"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the colour as written, or fail with a sentence."""
        try:
            read_colour(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return str(value)


@click.command("cover")
@click.argument("picture", metavar="FILE", type=click.Path(path_type=Path))
@click.argument("out", metavar="[OUT]", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--size",
    type=click.IntRange(SMALLEST_SIDE, LARGEST_SIDE),
    default=LARGEST_SIDE,
    show_default=True,
    help="Pixels per side, at most; nothing is enlarged.",
)
@click.option("--crop", type=click.Choice([crop.value for crop in Crop]), help="Cut what is not square to this part.")
@click.option("--pad", type=Colour(), metavar="COLOUR", help="Add a border to what is not square.")
@click.option(
    "--background", type=Colour(), default="white", metavar="COLOUR", show_default=True, help="For what is transparent."
)
@click.option("--quality", type=click.IntRange(30, 95), help="Of JPEG; else the best that stays below 512 kB.")
@click.option("--enlarge", is_flag=True, help="Blow up a picture that is too small.")
@click.option("--set", "for_show", is_flag=True, help="Make it the cover of the show.")
@click.option("--episode", default="", metavar="EPISODE", help="Make it the cover of this episode.")
@json_option
@click.pass_context
def command(
    ctx: click.Context, /, picture: Path, out: Path | None, for_show: bool, episode: str, as_json: bool, **said: object
) -> None:
    """Make FILE a cover: square, at most 3000 pixels, RGB in sRGB, upright, without transparency and metadata.

    OUT ends in .jpg or .png; without it a JPEG is written beside FILE, or into the show folder with --set and
    --episode. Nothing is ever overwritten. A picture that is not square needs --crop or --pad.
    """
    if said["crop"] and said["pad"]:
        raise click.UsageError("--crop and --pad exclude each other")
    if for_show and episode:
        raise click.UsageError("--set and --episode exclude each other; run the command twice")
    if out and out.suffix.lower() not in _TYPES:
        raise click.UsageError(f"'{out}' ends in neither .jpg nor .png")
    wish = _wish(said, png=out is not None and out.suffix.lower() == ".png")
    made = make_cover(read_cover(picture), str(picture), wish)
    owner = _Owner(open_workspace(ctx.obj.folder), episode) if for_show or episode else None
    wanted = out or (owner.place if owner else picture.with_name(f"{picture.stem}-{made.side}.jpg"))
    target = _target(wanted, made.body, picture, exactly=out is not None)
    change = owner.change(target) if owner else None
    fresh = not target.exists()
    if fresh:
        _write(target, made.body)
    if change:
        write_file(*change)
    _tell(target, made, fresh=fresh, changed=change[0] if change else None, as_json=as_json)


def _wish(said: dict[str, object], *, png: bool) -> Wish:
    size, quality = said["size"], said["quality"]
    return Wish(
        size=size if isinstance(size, int) else LARGEST_SIDE,
        crop=Crop(str(said["crop"])) if said["crop"] else None,
        pad=str(said["pad"] or ""),
        background=str(said["background"]),
        quality=quality if isinstance(quality, int) else 0,
        png=png,
        enlarge=bool(said["enlarge"]),
    )


class _Owner:
    """What a cover is made for: the show, or the episode a word names."""

    def __init__(self, workspace: Workspace, episode: str) -> None:
        self.folder = workspace.folder
        self.file = name_file(workspace, episode) if episode else workspace.folder / FILE
        name = f"covers/{slug_of(self.file.name)}.jpg" if episode else "cover.jpg"
        self.place = self.folder / name

    def change(self, target: Path) -> tuple[Path, str] | None:
        """Return the file that is to name the cover with its new text, or None where it does already."""
        if not target.absolute().resolve().is_relative_to(self.folder.resolve()):
            raise UserError(f"{target} lies outside the show folder {self.folder}", hint="leave OUT away")
        written = target.absolute().resolve().relative_to(self.folder.resolve()).as_posix()
        text = self._text(written)
        return (self.file, text) if text.encode() != self.file.read_bytes() else None

    def _text(self, written: str) -> str:
        if self.file.name == FILE:
            return replace_text(self.file, "show", "cover", written)
        shown = shown_path(self.file, self.folder)
        document = parse(self.file.read_bytes(), shown)
        if isinstance(document, Problem):
            raise ProblemsFound((document,))
        try:
            return replace_field(document, "cover", write_scalar(written))
        except ValueError as error:
            raise UserError(f"{shown}: cover cannot be set: {error}") from error


def _target(wanted: Path, body: bytes, source: Path, *, exactly: bool) -> Path:
    """Return where the cover is written: a new file, or one with these very bytes; never the source."""
    for path in _names(wanted):
        if not path.exists() or (path.is_file() and not path.samefile(source) and path.read_bytes() == body):
            return path
        if exactly and path.samefile(source):
            raise UserError(f"{path} is the picture itself, which is never overwritten", hint="say another OUT")
        if exactly:
            raise UserError(f"{path} is there already and stays as it is", hint="say another OUT, or delete it")
    raise AssertionError("names do not end")


def _names(wanted: Path) -> Iterator[Path]:
    yield wanted
    yield from (wanted.with_stem(f"{wanted.stem}-{number}") for number in count(2))


def _write(target: Path, body: bytes) -> None:
    make_folder(target.parent)
    try:
        create_file(target, body)
    except FileExistsError as error:
        raise UserError(f"{target} has just been made by somebody else", hint="look at it, then try again") from error


def _tell(target: Path, made: Made, *, fresh: bool, changed: Path | None, as_json: bool) -> None:
    """Print where the cover is, and tell what was done for it and what it still lacks."""
    place = shown_path(target.absolute(), Path.cwd())
    cover = measure_picture(made.body)
    found = cover_problems(cover, target.name) if cover else ()
    problems = [replace(problem, hint="--quality 60 or --size 1400 makes it smaller") for problem in found]
    if as_json:
        emit(
            {
                "file": place,
                "made": fresh,
                "changed": shown_path(changed, Path.cwd()) if changed else "",
                "media_type": _TYPES[target.suffix.lower()],
                "width": made.side,
                "height": made.side,
                "bytes": len(made.body),
                "sha256": hashlib.sha256(made.body).hexdigest(),
                "done": list(made.done),
                "problems": [problem_data(problem) for problem in problems],
            }
        )
        return
    for part in made.done:
        say(part)
    tell_problems(problems)
    if not fresh:
        say("the very same picture is there already")
    if changed:
        say(f"{shown_path(changed, Path.cwd())} names it as the cover now")
    give(place)
