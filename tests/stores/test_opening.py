"""An address leads to a store, and a mistake in it to a sentence."""

from pathlib import Path

import pytest

from episodes.problems import UserError
from podcast.stores import Store
from podcast.stores.folder import FolderStore
from podcast.stores.memory import MemoryStore
from podcast.stores.opening import StoreOptions, open_store
from podcast.stores.s3 import S3Store
from tests.stores.conformance import put


def opened(url: str, base: Path = Path("/shows")) -> Store:
    return open_store(url, base=base, options=StoreOptions())


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("memory:", MemoryStore),
        ("s3://shows", S3Store),
        ("s3://shows/kommunen-podcast", S3Store),
        ("public", FolderStore),
        ("folder:public", FolderStore),
    ],
)
def test_an_address_leads_to_its_store(url: str, kind: type) -> None:
    store = opened(url)
    assert type(store) is kind
    assert store.url == url


@pytest.mark.parametrize(
    "form", ["public", "folder:public", "./public", "folder:{base}/public", "file://{base}/public"]
)
def test_a_folder_is_found_in_every_spelling(tmp_path: Path, form: str) -> None:
    put(opened(form.format(base=tmp_path), tmp_path), "a", b"")
    assert (tmp_path / "public" / "a").exists()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "the store's address is empty; known are s3://bucket/prefix and a folder"),
        ("gs://shows", "a store cannot be at gs:; known are s3://bucket/prefix and a folder"),
        ("s3:shows", "s3:shows names no bucket; write it as s3://bucket"),
        ("s3://", "names no bucket"),
        ("s3://shows/ä", "names no bucket"),
    ],
)
def test_a_wrong_address_is_said_so(url: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        opened(url)


def test_credentials_in_an_address_are_refused_and_not_repeated() -> None:
    with pytest.raises(UserError, match="holds credentials") as said:
        opened("s3://key:secret@shows")
    assert "secret" not in str(said.value)
