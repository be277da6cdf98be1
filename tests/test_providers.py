"""The pages on providers are true where that can be told: settings are read, policies are those of the code."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from episodes.mediatypes import AUDIO_TYPES, PICTURE_TYPES, TRANSCRIPT_TYPES, media_type
from podcast.opening import store_options
from podcast.settings import load_settings
from podcast.stores.opening import open_store
from tests.servers.nginx import configuration, nginx_program
from tests.servers.running import NotStartedError

DOCS = Path(__file__).parents[1] / "docs"
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in sorted((DOCS / "providers").glob("*.md"))}
INDEX = (DOCS / "providers.md").read_text(encoding="utf-8")
SHOW = """\
[show]
title = "Kommunen-Podcast"
description = "Gespräche über Verwaltung"
language = "de"
guid = "917393e3-1b1e-5cef-ace4-edaa54e1f810"

"""


def blocks(page: str, kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL)


def test_every_place_has_its_page_and_every_page_is_in_the_index() -> None:
    named = re.findall(r"\]\(providers/(\w+)\.md\)", INDEX)
    assert sorted(named) == sorted(PAGES)
    assert set(PAGES) == {"aws", "hetzner", "r2", "minio", "ceph", "wasabi", "b2", "ovh", "ionos", "nginx"}


@pytest.mark.parametrize("name", [*PAGES, "index"])
def test_settings_to_paste_are_read_without_a_problem(name: str, tmp_path: Path) -> None:
    found = blocks(PAGES.get(name, INDEX), "toml")
    assert found
    for block in found:
        (tmp_path / "podcast.toml").write_text(SHOW + block, encoding="utf-8")
        settings, problems = load_settings(tmp_path, {})
        assert problems == ()
        assert settings.store.public_url.startswith("https://")
        assert open_store(settings.store.url, base=tmp_path, options=store_options(settings)).url in block


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_it_must(name: str) -> None:
    page = PAGES[name]
    assert "\n## Logs\n" in page
    assert "## What" in page
    assert name in ("ceph", "nginx") or "Not tried by us" in page
    assert name in ("ceph", "nginx") or "https://" in re.sub(r"```.*?```", "", page, flags=re.DOTALL)
    assert ".folge/" in page or "<!-- policy -->" in page


@pytest.mark.parametrize("name", PAGES)
def test_policies_and_rules_are_those_that_are_set_by_the_command(name: str, tmp_path: Path) -> None:
    """The pages are what the documented script makes of themselves."""
    found = blocks(PAGES[name], "json")
    assert found or name == "nginx"
    assert all(json.loads(block) for block in found)
    (tmp_path / "providers").mkdir()
    blank = re.sub(r"```json\n.*?\n```", "```json\n{}\n```", PAGES[name], flags=re.DOTALL)
    (tmp_path / "providers" / "page.md").write_text(blank, encoding="utf-8")
    shutil.copy(DOCS / "make_providers.py", tmp_path)
    environment = {"PYTHONPATH": str(DOCS.parent)}
    subprocess.run([sys.executable, str(tmp_path / "make_providers.py")], env=environment, check=True, timeout=60)
    written = (tmp_path / "providers" / "page.md").read_text(encoding="utf-8")
    assert written == PAGES[name], "run 'python docs/make_providers.py'"


def test_links_between_the_pages_lead_somewhere() -> None:
    for page in PAGES.values():
        for target in re.findall(r"\]\((\w+)\.md\)", page):
            assert target in PAGES


def test_nginx_serves_each_kind_of_file_as_a_bucket_would() -> None:
    [block] = blocks(PAGES["nginx"], "nginx")
    listed = re.search(r"types \{\n(.*?)\}", block, re.DOTALL)
    assert listed is not None
    served = {f".{end}": line.split()[0] for line in listed[1].split(";") for end in line.split()[1:]}
    for extension in {*AUDIO_TYPES, *TRANSCRIPT_TYPES, *PICTURE_TYPES, ".xml"}:
        assert served[extension] == media_type(extension.replace(".", "x.")).partition(";")[0]


def test_nginx_takes_the_configuration(tmp_path: Path) -> None:
    try:
        program = nginx_program()
    except NotStartedError as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(str(reason))
        pytest.skip(str(reason))
    path = configuration(tmp_path, tmp_path, 8080)
    done = subprocess.run(
        [program, "-t", "-p", str(tmp_path), "-c", str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr
