"""From the address in podcast.toml to a store."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from episodes.problems import UserError
from podcast.stores import Store, is_key
from podcast.stores.folder import FolderStore

_KNOWN = "known are s3://bucket/prefix and a folder, as public or folder:public"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreOptions:
    """What a bucket's address does not say; ignored for folders. `path_style` None means: with an `endpoint_url`.

    A `single_producer` may use a bucket that refuses writes with a condition.
    """

    endpoint_url: str = ""
    region: str = ""
    profile: str = ""
    path_style: bool | None = None
    single_producer: bool = False


def open_store(url: str, *, base: Path, options: StoreOptions) -> Store:
    """Return the store at `url`; a folder is relative to `base`. Nothing is asked of it yet. Raises UserError."""
    scheme, colon, rest = url.partition(":")
    if not url.strip():
        raise UserError("the store's address is empty", hint=_KNOWN)
    if not colon or len(scheme) == 1 or "/" in scheme:  # C:\public has no scheme
        return FolderStore(base / Path(url).expanduser(), url=url)
    match scheme:
        case "memory":
            from podcast.stores.memory import MemoryStore

            return MemoryStore(url)
        case "folder":
            return FolderStore(base / Path(rest).expanduser(), url=url)
        case "file":
            return FolderStore(base / unquote(urlsplit(url).path), url=url)
        case "s3":
            return _open_bucket(rest, options)
        case _:
            raise UserError(f"a store cannot be at {scheme}:", hint=_KNOWN)


def _open_bucket(rest: str, options: StoreOptions) -> Store:
    from podcast.stores.s3 import S3Store
    from podcast.stores.s3alone import LookingStore

    bucket, _, prefix = rest.removeprefix("//").partition("/")
    prefix = prefix.strip("/")
    if "@" in rest:
        raise UserError(
            "the store's address holds credentials", hint="put them into ~/.aws/credentials or the environment"
        )
    if not rest.startswith("//") or not is_key(bucket) or (prefix and not is_key(prefix)):
        raise UserError(f"s3:{rest} names no bucket", hint="write it as s3://bucket or s3://bucket/prefix")
    kind = LookingStore if options.single_producer else S3Store
    return kind(
        bucket,
        prefix,
        endpoint_url=options.endpoint_url,
        region=options.region,
        profile=options.profile,
        path_style=options.path_style,
    )
