"""Credentials are in no file, no object, no message and no trace, whatever is done and whatever goes wrong."""

import os
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from episodes.problems import UserError
from podcast.cli import run
from tests.podcast.buckets import FOLGE, OwnBucket, own_bucket
from tests.podcast.builders import ShowFolder
from tests.servers.faultproxy import Fault, fault_proxy
from tests.servers.running import S3Server, free_ports
from tests.soaking import SOAK

COMMANDS = [
    ["publish", "--yes", "--verify"],
    ["doctor", "--fix", "--yes"],
    ["status", "--json"],
    ["tidy", "--grace", "0h", "--yes"],
    *([
        ["publish", "--due"],
        ["plan", "--json"],
        ["diff"],
        ["feed", "log"],
        ["feed", "rollback", "1", "--yes"],
        ["feed", "rollback", "--end", "--yes"],
        ["withdraw", "1", "--yes"],
        ["doctor", "--print-policy"],
        ["pull", "--yes"],
        ["check"],
        ["show", "1"],
    ] if SOAK else []),
]  # fmt: skip
WRONG = {
    "AWS_ACCESS_KEY_ID": "CANARYKEYID",
    "AWS_SECRET_ACCESS_KEY": "canary/secret+key",
    "AWS_SESSION_TOKEN": "canary-session-token",
}


def assert_nowhere(secrets: list[str], folder: Path, *texts: str) -> None:
    for text in texts:
        assert [secret for secret in secrets if secret in text] == [], text
    for path in folder.rglob("*"):
        if path.is_file():
            body = path.read_bytes()
            assert [secret for secret in secrets if secret.encode() in body] == [], path


@pytest.fixture
def bucket(seaweed: S3Server, tmp_path: Path) -> OwnBucket:
    """A bucket of its own; caches, temporary files and home are in the folder of the test."""
    made = own_bucket(seaweed, tmp_path)
    for name in ("tmp", "home"):
        (tmp_path / name).mkdir()
    made.environment.update({"TMPDIR": str(tmp_path / "tmp"), "HOME": str(tmp_path / "home")})
    return made


def objects(bucket: OwnBucket) -> str:
    """Return everything a bucket holds, with the headers of each object."""
    found = []
    for key in bucket.stored():
        answer = bucket.client.get_object(Bucket=bucket.name, Key=key)
        found.append(f"{key} {answer['Metadata']} {answer['Body'].read().decode('latin-1')}")
    return "\n".join(found)


def test_what_goes_well_tells_no_credentials(bucket: OwnBucket, tmp_path: Path) -> None:
    secrets = [bucket.server.secret_key, bucket.server.access_key]
    said = []
    for words in COMMANDS:
        code, out, err = bucket.folge("--debug", *words)
        assert code == 0, err
        said += [out, err]
    assert_nowhere(secrets, tmp_path, *said, objects(bucket))


@pytest.mark.parametrize("known", [False, True])
def test_what_is_refused_tells_no_credentials_in_a_trace_either(bucket: OwnBucket, tmp_path: Path, known: bool) -> None:
    more = {name: value for name, value in WRONG.items() if not known or name == "AWS_SECRET_ACCESS_KEY"}
    said = []
    for words in (["publish", "--yes"], ["doctor", "--json"]):
        done = bucket.run("--debug", *words, **more)
        assert done.returncode != 0
        said += [done.stdout, done.stderr]
    assert "Traceback" in said[1]
    assert_nowhere(list(WRONG.values()), tmp_path, *said)


def test_a_network_that_fails_tells_no_credentials(bucket: OwnBucket, tmp_path: Path) -> None:
    secrets, said = [bucket.server.secret_key, bucket.server.access_key], []
    with fault_proxy(bucket.server.http) as proxy:
        bucket.settings(endpoint=proxy.url)
        proxy.faults.append(Fault(method="PUT", match="ledger", status=400, code="ExpiredToken", times=99))
        done = bucket.run("--debug", "publish", "--yes")
    said += [done.stdout, done.stderr]
    assert "Traceback" in done.stderr
    bucket.settings(endpoint=f"http://127.0.0.1:{free_ports(1)[0]}")
    done = bucket.run("--debug", "status")
    assert "Traceback" in done.stderr
    assert_nowhere(secrets, tmp_path, *said, done.stdout, done.stderr, objects(bucket))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_SESSION_TOKEN", "CANARY/token\n"),
        ("AWS_ACCESS_KEY_ID", "CANARYID\n"),
        ("AWS_SECRET_ACCESS_KEY", "CANARY key"),
        ("AWS_SESSION_TOKEN", "CANARYtökens"),
    ],
)
def test_credentials_that_no_request_can_carry_are_refused_by_name_and_in_no_trace(
    show: ShowFolder, tmp_path: Path, name: str, value: str
) -> None:
    done = trace_of(show, tmp_path, **{name: value})
    assert "Traceback" in done.stderr
    what = name.removeprefix("AWS_").replace("_", " ").lower()
    assert f"the {what} holds a blank, a line break or another character" in done.stderr
    assert f"set {name} again" in done.stderr
    assert_nowhere(["CANARY"], tmp_path, done.stdout, done.stderr)


@pytest.mark.parametrize("port", ["9", "99999"])
def test_the_password_of_a_proxy_is_in_no_trace(show: ShowFolder, tmp_path: Path, port: str) -> None:
    proxy = f"http://anna:CANARYproxy@127.0.0.1:{port}/"
    done = trace_of(show, tmp_path, http_proxy=proxy, HTTP_PROXY=proxy, no_proxy="", NO_PROXY="")
    assert "Traceback" in done.stderr
    assert_nowhere(["CANARY"], tmp_path, done.stdout, done.stderr)


def trace_of(show: ShowFolder, folder: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run `folge --debug status` for a bucket where nobody answers."""
    settings = show.path / "podcast.toml"
    text = settings.read_text(encoding="utf-8").replace('url = "public"', 'url = "s3://bucket/p"')
    settings.write_text(f'{text}endpoint_url = "http://127.0.0.1:9"\nregion = "us-east-1"\n', encoding="utf-8")
    quiet = {"AWS_CONFIG_FILE": "/nowhere", "AWS_SHARED_CREDENTIALS_FILE": "/nowhere", "AWS_EC2_METADATA_DISABLED": "1"}
    keys = {"AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI", "AWS_MAX_ATTEMPTS": "1"}
    return subprocess.run(
        [FOLGE, "-C", str(show.path), "--debug", "status"],
        env=os.environ | quiet | keys | {"FOLGE_CACHE": str(folder / "cache")} | more,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )


def test_a_check_of_an_address_with_a_password_does_not_repeat_it(capsys: pytest.CaptureFixture[str]) -> None:
    address = f"127.0.0.1:{free_ports(1)[0]}/feed.xml"
    assert run(["check", f"http://anna:CANARYpassword@{address}"]) == 6
    told = capsys.readouterr()
    assert f"http://{address} cannot be fetched" in told.err
    assert "CANARY" not in told.out + told.err


HUB = '[feed]\nhubs = ["http://canary-user:canary-password@127.0.0.1/hub"]\n'


@pytest.mark.parametrize("line", ["endpoint_url", "public_url", "url", HUB, "FOLGE_STORE", "FOLGE_PUBLIC_URL"])
def test_credentials_in_an_address_are_refused_and_not_repeated(
    show: ShowFolder, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = show.path / "podcast.toml"
    address = "http://canary-user:canary-password@127.0.0.1:1/shows/"
    if line in ("url", "FOLGE_STORE"):
        address = "s3://canary-user:canary-password@shows"
    if line.startswith("FOLGE"):
        monkeypatch.setenv(line, address)
    else:
        settings = path.read_text(encoding="utf-8").partition("[store]")[0]
        stands = line if line == HUB else f'[store]\n{line} = "{address}"\n'
        path.write_text(f"{settings}{stands}", encoding="utf-8")
    for words in (["doctor", "--json"], ["publish", "--yes"], ["status"]):
        assert run(["-C", str(show.path), *words]) in (2, 3) or words == ["status"]
        with suppress(UserError):
            run(["--debug", "-C", str(show.path), *words])
    told = capsys.readouterr()
    assert "leave user name and password out" in told.err or "holds credentials" in told.err
    path.unlink()  # what the producer wrote there himself
    assert_nowhere(["canary-password"], tmp_path, told.out, told.err)
    assert not (show.path / "public").exists()
