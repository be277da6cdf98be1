"""Names of elements and namespaces as the rules on foreign namespaces need them."""

from episodes.markup import PREFIXES


def qualified(uri: str, name: str) -> str:
    """Return what `Element.name` says of `name` in the namespace `uri`, whether this package has a prefix for it."""
    prefix = PREFIXES.get(uri)
    return f"{prefix}:{name}" if prefix else f"{{{uri}}}{name}"


def loosely(uri: str) -> str:
    """Return what is left of a namespace when its letter case, scheme and last slash do not count."""
    return uri.lower().rstrip("/").removeprefix("https://").removeprefix("http://")
