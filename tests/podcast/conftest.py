"""A show folder with two due episodes, and caches in a folder of the test's own."""

from pathlib import Path

import pytest

from tests.podcast.builders import ShowFolder, make_show


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("FOLGE_CACHE", str(folder))
    return folder


@pytest.fixture
def show(tmp_path: Path) -> ShowFolder:
    return make_show(tmp_path / "show")
