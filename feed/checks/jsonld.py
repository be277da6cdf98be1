"""JSON-LD blocks of a page and the things they describe."""

from collections.abc import Iterator
from dataclasses import dataclass

from feed.checks.html_tags import Tag, named
from feed.checks.linked import bare_type, parse_json_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A JSON-LD block: what it says, or why it cannot be read."""

    line: int
    text: str
    content: object = None
    fault: str = ""

    @property
    def is_cut(self) -> bool:
        """Whether the block ends inside a text, which happens where that holds `</script>`."""
        return "unterminated string" in self.fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something described in JSON-LD, by its properties as they were written."""

    properties: dict[str, object]

    def all(self, name: str) -> list[object]:
        """Return the values of a property, none of them empty."""
        value = self.properties.get(name)
        values = value if isinstance(value, list) else [value]
        return [one for one in values if one not in (None, "", [], {})]

    def text(self, name: str) -> str:
        """Return the first value of a property as text: itself, or where it is a thing its address."""
        value = next(iter(self.all(name)), "")
        if isinstance(value, dict):
            value = value.get("url") or value.get("@id")
        return value.strip() if isinstance(value, str) else ""


def blocks(tags: tuple[Tag, ...]) -> tuple[Block, ...]:
    """Return the JSON-LD blocks of a page."""
    scripts = (tag for tag in named(tags, "script") if bare_type(tag.get("type")) == "application/ld+json")
    return tuple(_block(script) for script in scripts)


def things(block: Block, kind: str) -> Iterator[Thing]:
    """Yield the things of a type in a block, however deep."""
    waiting = [block.content]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            types = value.get("@type")
            written = types if isinstance(types, list) else [types]
            if any(isinstance(one, str) and one.rpartition("/")[2].rpartition(":")[2] == kind for one in written):
                yield Thing(properties=value)
            waiting.extend(value.values())


def _block(script: Tag) -> Block:
    try:
        return Block(line=script.line, text=script.text, content=parse_json_text(script.text))
    except ValueError as error:
        return Block(line=script.line, text=script.text, fault=str(error))
