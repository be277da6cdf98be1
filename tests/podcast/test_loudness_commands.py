"""`folge measure` and `folge waveform`: the target of the show, exit codes, and files that are never replaced."""

import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PIL import Image

from podcast.cli import run
from tests.episodes.encoders import encode
from tests.podcast.builders import ShowFolder


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mono tone of 3 s that two speakers play at -18.1 LUFS."""
    return encode(tmp_path_factory.mktemp("talk") / "Über <Mut>.wav", seconds=3, sound="sine=frequency=1000")


def measured(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[dict[str, object]]]:
    code = run([*map(str, arguments)])
    return code, json.loads(capsys.readouterr().out)


def test_a_file_is_measured_and_what_cannot_be_decoded_ends_with_3(
    talk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.mp3").write_text("<!doctype html><html>", "utf-8")
    code, (page, found) = measured(capsys, "measure", "--json", tmp_path / "page.mp3", talk)
    assert code == 3
    assert page.keys() == found.keys()
    assert (page["loudness"], found["loudness"]) == (None, pytest.approx(-18.1, abs=0.1))
    assert (found["target"], found["channels"], found["duration"]) == (-16.0, 1, 3.0)
    assert "folge encode IN OUT --loudness -16" in str(found["problems"])
    assert [path.name for path in tmp_path.iterdir()] == ["page.mp3"]


@pytest.mark.parametrize(("written", "target", "count"), [("-18", -18.0, 0), ("false", None, 0), ("-12", -12.0, 1)])
def test_the_target_is_the_one_of_the_show(
    show: ShowFolder, talk: Path, written: str, target: float | None, count: int, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = show.path / "podcast.toml"
    text = settings.read_text(encoding="utf-8").replace("loudness = false", f"loudness = {written}")
    settings.write_text(text, encoding="utf-8")
    code, (found,) = measured(capsys, "-C", show.path, "measure", "--json", talk)
    problems = found["problems"]
    assert isinstance(problems, list)
    assert (code, found["target"], len(problems)) == (0, target, count)


@pytest.mark.parametrize("kind", ["svg", "png", "json"])
def test_a_waveform_is_written_once_and_never_replaced(
    talk: Path, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out, again = tmp_path / f"wave.{kind}", tmp_path / f"again.{kind}"
    assert run(["waveform", str(talk), str(out)]) == 0
    assert run(["waveform", str(talk), str(again)]) == 0
    assert out.read_bytes() == again.read_bytes()
    assert run(["waveform", str(talk), str(out)]) == 0
    assert "is there already" in capsys.readouterr().err
    again.write_text("mine", "utf-8")
    assert run(["waveform", str(talk), str(again)]) == 2
    assert again.read_text("utf-8") == "mine"


def test_a_waveform_is_what_its_kind_asks_for(talk: Path, tmp_path: Path) -> None:
    for kind in ("svg", "png", "json"):
        assert run(["waveform", str(talk), str(tmp_path / f"wave.{kind}")]) == 0
    drawing = ET.fromstring((tmp_path / "wave.svg").read_bytes())
    names = {child.tag.rpartition("}")[2]: child for child in drawing}
    assert names["title"].text == "Über <Mut> · 0:03"
    assert names["path"].get("fill") == "currentColor"
    picture = Image.open(io.BytesIO((tmp_path / "wave.png").read_bytes()))
    assert picture.size == (1200, 240)
    data = json.loads((tmp_path / "wave.json").read_bytes())
    assert {name: data[name] for name in ("version", "channels", "bits", "sample_rate")} == {
        "version": 2,
        "channels": 1,
        "bits": 8,
        "sample_rate": 44100,
    }
    assert (data["samples_per_pixel"], data["length"], len(data["data"])) == (4410, 30, 60)
    assert (min(data["data"]), max(data["data"])) == (-16, 15)


def test_another_kind_of_picture_is_refused_before_anything_is_heard(talk: Path, tmp_path: Path) -> None:
    assert run(["waveform", str(talk), str(tmp_path / "wave.gif")]) == 2
