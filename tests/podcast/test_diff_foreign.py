"""`folge diff` and feeds of other hands: Atom and dirty ones are read as an import reads them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from podcast.cli import run
from tests.feed.builders import a_feed, a_show, an_item

Screen = pytest.CaptureFixture[str]

_ITEM = an_item(title="Größe", summary="Ein Satz.", notes_html="", people=(), link="https://a.example/groesse/")
_ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom">
<title>Mut</title>
<entry><id>{_ITEM.guid}</id><title>Größe</title><published>{_ITEM.published.isoformat()}</published>
<link rel="enclosure" href="{_ITEM.enclosure.url}" length="{_ITEM.enclosure.bytes}" type="audio/mpeg"/></entry>
</feed>"""


def _diff(tmp_path: Path, old: bytes, new: bytes) -> int:
    (tmp_path / "old").write_bytes(old)
    (tmp_path / "new").write_bytes(new)
    return run(["diff", str(tmp_path / "old"), str(tmp_path / "new")])


def test_an_atom_feed_is_compared_with_what_became_of_it(tmp_path: Path, capsys: Screen) -> None:
    assert _diff(tmp_path, _ATOM.encode(), a_feed(_ITEM)) == 0

    told = capsys.readouterr().out
    assert "~ changed" in told
    assert not {"new", "gone", "again", "redated", "moved"} & {line.split()[1] for line in told.splitlines()}


@pytest.mark.parametrize(
    ("dirt", "said"),
    [
        (lambda body: body.replace("</description>", "&nbsp;& mehr</description>", 1), "&nbsp;"),
        (lambda body: body.replace("Größe", "Größe\x02"), "characters that no text may hold"),
        (lambda body: body[: body.index("</channel>")], "feed ends"),
        (lambda body: body.replace("Sun, 02 Jun", "So, 02. Juni"), ""),
    ],
    ids=["entities", "control characters", "cut off", "a German date"],
)
def test_a_dirty_feed_is_read_with_what_was_mended(
    dirt: Callable[[str], str], said: str, tmp_path: Path, capsys: Screen
) -> None:
    clean = a_feed(_ITEM, show=a_show()).decode()
    assert dirt(clean) != clean

    assert _diff(tmp_path, dirt(clean).encode(), clean.encode()) == 0

    told = capsys.readouterr()
    assert "gone" not in told.out
    assert "+ new" not in told.out
    assert said in told.err


def test_a_prefix_of_another_spelling_is_no_difference(tmp_path: Path, capsys: Screen) -> None:
    clean = a_feed(_ITEM, show=a_show()).decode()
    other = clean.replace("http://www.itunes.com/dtds/podcast-1.0.dtd", "http://www.itunes.com/DTDs/Podcast-1.0.dtd")
    assert other != clean

    assert _diff(tmp_path, other.encode(), clean.encode()) == 0

    assert capsys.readouterr().out == "an app would notice nothing\n"
