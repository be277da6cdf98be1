"""Templates of teasers: those that ship, and a show's own in `templates/newsletter/` that take their place."""

import re
import textwrap
import traceback
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path

from jinja2 import FunctionLoader, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from episodes.problems import Problem, ProblemsFound, UserError, nearest
from podcast.layout import TEASER_TEMPLATES
from podcast.newsletter.teaser import LARGEST_TEASER

NAMES = ("teaser.html", "teaser.mjml", "teaser.txt", "teaser.md", "mail.html", "mail.mjml", "teaser.css")
"""What can be overridden: a teaser in each form, what surrounds teasers, and the styles that are written inline."""

_LARGEST = 200_000
_LARGEST_SUM = 256_000  # they stand in the ledger
_WIDTH = 72
"""Characters of a line in plain text."""

_FAULTS = (TemplateError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What goes wrong when a template of a show's own is rendered."""


def read_templates(folder: Path) -> dict[str, str]:
    """Return a show's own templates by name. One whose name begins with `_` is a part for others to include.

    Raises ProblemsFound for a file that would override nothing, UserError for one that cannot be read.
    """
    found: dict[str, str] = {}
    problems = []
    there = sorted(
        path for path in (folder / TEASER_TEMPLATES).glob("*") if path.is_file() and not path.name.startswith(".")
    )
    for path in there:
        if path.name not in NAMES and not path.name.startswith("_"):
            hint = f"{nearest(path.name, NAMES)}; a part for others to include begins with _"
            problems.append(Problem(path=f"{TEASER_TEMPLATES}/{path.name}", message="overrides no template", hint=hint))
            continue
        try:
            raw = path.read_bytes()[: _LARGEST + 1]
            found[path.name] = raw.decode("utf-8-sig").replace("\r\n", "\n")
        except OSError as error:
            raise UserError(f"{TEASER_TEMPLATES}/{path.name} cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise UserError(f"{TEASER_TEMPLATES}/{path.name} is not UTF-8 text", hint="save it as UTF-8") from error
        if len(raw) > _LARGEST:
            hint = f"a teaser has below {LARGEST_TEASER:,}"
            raise UserError(f"{TEASER_TEMPLATES}/{path.name} is larger than {_LARGEST:,} bytes", hint=hint)
    if problems:
        raise ProblemsFound(tuple(problems))
    if sum(len(text.encode()) for text in found.values()) > _LARGEST_SUM:
        hint = "leave out templates that are as they come with folge"
        raise UserError(
            f"the templates in {TEASER_TEMPLATES} are larger than {_LARGEST_SUM:,} bytes together", hint=hint
        )
    return found


class Templates:
    """Renders templates by name; `own` are a show's own, which run in a sandbox like those that ship."""

    def __init__(self, own: Mapping[str, str]) -> None:
        self._own = own
        self._environment = ImmutableSandboxedEnvironment(
            loader=FunctionLoader(self._load),
            autoescape=lambda name: bool(name) and not str(name).endswith((".txt", ".md")),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.filters["wrap"] = wrapped

    def text(self, name: str) -> str:
        """Return the text of a template as it is, nothing filled in."""
        return self._load(name)[0]

    def render(self, name: str, **values: object) -> str:
        """Fill a template in. Raises ProblemsFound, with file and line, where a show's own template is wrong."""
        try:
            return self._environment.get_template(name).render(**values)
        except _FAULTS as error:
            if not self._own:
                raise
            raise ProblemsFound((_problem(error, name),)) from error

    def _load(self, name: str) -> tuple[str, str, Callable[[], bool]]:
        if name in self._own:
            return self._own[name], f"{TEASER_TEMPLATES}/{name}", lambda: True
        file = files("podcast.newsletter") / "templates" / name
        if name not in NAMES or not file.is_file():
            raise TemplateNotFound(name, f"there is no template '{name}' in {TEASER_TEMPLATES}")
        return file.read_text(encoding="utf-8"), f"newsletter/{name}", lambda: True


def wrapped(text: str, width: int = _WIDTH) -> str:
    """Return a text in lines of at most `width` characters, broken at spaces alone: never within `Leser:in`."""
    return "\n".join(
        textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False) for line in text.split("\n")
    )


def _problem(error: Exception, name: str) -> Problem:
    """Return what is wrong with a template, at the innermost line of a show's own."""
    if isinstance(error, TemplateSyntaxError):
        path, line = error.filename or f"{TEASER_TEMPLATES}/{name}", error.lineno
    else:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if frame.filename.startswith(f"{TEASER_TEMPLATES}/")]
        path, line = (own[-1].filename, own[-1].lineno or 0) if own else (f"{TEASER_TEMPLATES}/{name}", 0)
    message = re.sub(r"^'[^']*Teaser object' ", "a teaser ", str(error)) or type(error).__name__
    return Problem(path=path, line=line, message=message, hint="docs/newsletter.md lists what a template can use")
