"""`folge doctor` with real servers: what is wrong is found, mended on request, and nothing is left behind."""

import json
import os
import pty
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.clients.asking import ask_server
from tests.podcast.buckets import FOLGE, PREFIX, OwnBucket, own_bucket
from tests.servers.careless import careless
from tests.servers.faultproxy import Fault, fault_proxy
from tests.servers.running import S3Server, free_ports


def found(report: Any, text: str) -> dict[str, Any]:
    """Return the one finding whose message holds a text."""
    [finding] = [one for one in report["findings"] if text in one["message"]]
    assert finding["hint"]
    return dict(finding)


def grave(report: Any) -> list[str]:
    return [one["message"] for one in report["findings"] if one["severity"] == "error"]


def everybody_may(name: str, action: str, resource: str) -> str:
    statement = {"Sid": "Theirs", "Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class Doctored:
    """A subclass says which server."""

    @pytest.fixture
    def bucket(self, server: S3Server, tmp_path: Path) -> OwnBucket:
        return own_bucket(server, tmp_path)

    def test_a_new_bucket_is_found_shut_and_opened_on_request(self, bucket: OwnBucket) -> None:
        code, report = bucket.doctor()
        assert (code, report["needs"]) == (3, ["policy"])
        assert found(report, "answers 403")["rule"] == "HTTP-2"

        code, report = bucket.doctor("--fix", "--yes")

        assert (code, grave(report), report["needs"]) == (0, [], [])
        assert "HEAD, types, lengths, ranges and 304 are as apps need them" in report["fine"]
        assert "web players may read feed, chapters and transcripts" in report["fine"]
        assert ".folge/ is closed to the public" in report["fine"]
        assert "nobody can list the store" in report["fine"]
        assert bucket.stored() == set()

    def test_what_is_published_is_looked_at_and_private_things_stay_private(self, bucket: OwnBucket) -> None:
        bucket.show.episode(3, title="Später", published="2099-01-01 06:00")
        bucket.show.episode(4, title="Entwurf", more="status: draft\n")
        assert bucket.folge("publish", "--yes")[0] == 0
        before = bucket.stored()
        code, report = bucket.doctor("--fix", "--yes")
        assert (code, grave(report)) == (0, [])
        assert any("everybody gets the feed" in line for line in report["fine"])
        assert bucket.stored() == before
        assert {key for key in before if not anonymous(bucket, key)} == {
            key for key in before if key.startswith(f"{PREFIX}/.folge/")
        }
        assert [key for key in before if "folge-3" in key or "folge-4" in key] == []
        strangers_list_and_write_nothing(bucket)
        assert bucket.stored() == before

    def test_what_others_have_set_stays(self, bucket: OwnBucket) -> None:
        theirs = everybody_may(bucket.name, "s3:GetObject", f"arn:aws:s3:::{bucket.name}/theirs/*")
        bucket.client.put_bucket_policy(Bucket=bucket.name, Policy=theirs)
        rule = {"ID": "theirs", "AllowedOrigins": ["https://theirs.example"], "AllowedMethods": ["PUT"]}
        bucket.client.put_bucket_cors(Bucket=bucket.name, CORSConfiguration={"CORSRules": [rule]})  # type: ignore[list-item]  # a dict

        for _ in range(2):
            bucket.doctor("--fix", "--yes")
            policy = json.loads(bucket.client.get_bucket_policy(Bucket=bucket.name)["Policy"])
            rules = bucket.client.get_bucket_cors(Bucket=bucket.name)["CORSRules"]
            assert [one["Sid"][:5] for one in policy["Statement"]] == ["Their", "Folge"]
            assert sorted(one["ID"] for one in rules) == ["folge", "theirs"]

    def test_private_things_that_everybody_can_read_are_an_error(self, bucket: OwnBucket) -> None:
        policy = everybody_may(bucket.name, "s3:GetObject", f"arn:aws:s3:::{bucket.name}/*")
        bucket.client.put_bucket_policy(Bucket=bucket.name, Policy=policy)
        code, report = bucket.doctor()
        assert code == 3
        assert "drafts and what waits would be public" in found(report, "everybody can read")["message"]
        assert bucket.stored() == set()

    def test_a_bucket_that_everybody_can_list_is_an_error(self, bucket: OwnBucket) -> None:
        policy = everybody_may(bucket.name, "s3:ListBucket", f"arn:aws:s3:::{bucket.name}")
        bucket.client.put_bucket_policy(Bucket=bucket.name, Policy=policy)
        code, report = bucket.doctor()
        assert code == 3
        assert "s3:ListBucket" in found(report, "everybody can list")["hint"]

    def test_a_public_address_nobody_answers_at_is_an_error(self, bucket: OwnBucket) -> None:
        bucket.doctor("--fix", "--yes")
        bucket.settings(public=f"http://127.0.0.1:{free_ports(1)[0]}/")
        code, report = bucket.doctor()
        assert code == 3
        assert "public_url" in found(report, "cannot be fetched")["hint"]


def strangers_list_and_write_nothing(bucket: OwnBucket) -> None:
    """Ask without credentials for every listing S3 has, and try to write, over and beside what is there."""
    host, root = urlsplit(bucket.server.http).netloc, f"/{bucket.name}"
    lists = ("", "list-type=2", f"prefix={PREFIX}/.folge/", "versions", "uploads", "policy", "acl", "cors")
    for path in (root, f"{root}/", f"{root}/{PREFIX}/", f"{root}/{PREFIX}/.folge/"):
        for query in lists:
            answer = ask_server(host, f"{path}?{query}" if query else path)
            assert answer.status >= 400, (path, query)
            assert b"ledger.json" not in answer.body
            assert b"feed.xml" not in answer.body
    for key in ("feed.xml", "audio/neu.mp3", ".folge/ledger.json"):
        for method in ("PUT", "DELETE", "POST"):
            assert ask_server(host, f"{root}/{PREFIX}/{key}", method, Content_Length="0").status >= 400
    for disguised in (
        "%2Efolge/ledger.json",
        ".folge%2Fledger.json",
        "audio/../.folge/ledger.json",
        "./.folge/ledger.json",
    ):
        answer = ask_server(host, f"{root}/{PREFIX}/{disguised}")
        assert b"guid" not in answer.body


def anonymous(bucket: OwnBucket, key: str) -> bool:
    """Say whether everybody can read an object."""
    from podcast.fetching import Fetcher

    with Fetcher() as fetcher:
        return fetcher.ask(f"{bucket.server.http}/{bucket.name}/{key}").status == 200


class TestSeaweed(Doctored):
    @pytest.fixture
    def server(self, seaweed: S3Server) -> S3Server:
        return seaweed


class TestCeph(Doctored):
    @pytest.fixture
    def server(self, rgw: S3Server) -> S3Server:
        return rgw

    def test_checksums_that_are_not_compared_are_a_note(self, bucket: OwnBucket) -> None:
        assert found(bucket.doctor()[1], "x-amz-checksum-sha256")["severity"] == "note"


@pytest.fixture
def bucket(seaweed: S3Server, tmp_path: Path) -> OwnBucket:
    return own_bucket(seaweed, tmp_path)


@pytest.mark.parametrize(
    ("more", "code", "message", "hint"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "falsch-und-geheim"}, 3, "the secret key does not belong", "AWS_SECRET_ACCESS_KEY"),
        ({"AWS_ACCESS_KEY_ID": "niemand"}, 3, "does not know this access key", "AWS_ACCESS_KEY_ID"),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, 3, "no credentials were found", "aws configure"),
        ({"AWS_PROFILE": "radio"}, 3, "there is no such profile", "AWS_PROFILE"),
        ({"FOLGE_STORE": "s3://es-gibt-ihn-nicht"}, 3, "there is no such bucket", "create the bucket"),
    ],
)
def test_what_keeps_the_store_shut_is_said(
    bucket: OwnBucket, more: dict[str, str], code: int, message: str, hint: str
) -> None:
    left, report = bucket.doctor(**more)
    assert left == code
    assert hint in found(report, message)["hint"]
    assert "falsch-und-geheim" not in json.dumps(report)


def test_a_store_nobody_answers_for_leaves_6(bucket: OwnBucket) -> None:
    bucket.settings(endpoint=f"http://127.0.0.1:{free_ports(1)[0]}")
    code, report = bucket.doctor()
    assert (code, report["reached"]) == (6, False)
    assert "endpoint_url" in found(report, "nobody answers there")["hint"]


def test_a_certificate_nobody_trusts_leaves_6(bucket: OwnBucket) -> None:
    bucket.settings(endpoint=bucket.server.https)
    code, report = bucket.doctor(AWS_CA_BUNDLE="")
    assert code == 6
    assert "AWS_CA_BUNDLE" in found(report, "certificate is not trusted")["hint"]


@pytest.mark.parametrize(("minutes", "severity"), [(5, "warning"), (-60, "error")])
def test_a_clock_that_is_off_is_told_from_the_date_of_the_answer(
    bucket: OwnBucket, minutes: int, severity: str
) -> None:
    with careless(bucket.server, clock=timedelta(minutes=-minutes)) as proxy:
        bucket.settings(endpoint=proxy.url)
        _, report = bucket.doctor()
    finding = found(report, "clock is")
    assert finding["severity"] == severity
    assert f"{abs(minutes)} minutes {'ahead of' if minutes > 0 else 'behind'}" in finding["message"]


def test_a_bucket_in_another_region_is_told_with_the_line_to_write(bucket: OwnBucket) -> None:
    with careless(bucket.server, region="eu-central-1") as proxy:
        bucket.settings(endpoint=proxy.url, more='single_producer = true\nregion = "us-east-1"\n')
        _, report = bucket.doctor()
    finding = found(report, "the bucket is in the region eu-central-1, and us-east-1 is asked")
    assert finding["hint"] == 'write region = "eu-central-1" below [store]'


@pytest.mark.parametrize("refuses", [False, True])
def test_a_store_without_conditions_is_an_error_and_with_a_single_producer_a_warning(
    bucket: OwnBucket, refuses: bool
) -> None:
    with careless(bucket.server, refuses=refuses) as proxy:
        bucket.settings(endpoint=proxy.url)
        code, report = bucket.doctor()
        assert (code, found(report, "conditions of writes are not kept")["severity"]) == (3, "error")
        bucket.settings(endpoint=proxy.url, more="single_producer = true\n")
        code, report = bucket.doctor()
        assert found(report, "conditions of writes are not kept")["severity"] == "warning"
    assert bucket.stored() == set()


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_nothing_is_left_behind_where_an_examination_fails_half_way(bucket: OwnBucket, method: str) -> None:
    with fault_proxy(bucket.server.http) as proxy:
        bucket.settings(endpoint=proxy.url)
        match = "/audio/" if method == "PUT" else "probe"
        proxy.faults.append(Fault(method=method, match=match, times=99, status=403, code="AccessDenied"))
        code, report = bucket.doctor()
    assert code == 3
    assert grave(report)
    assert bucket.stored() == set()


def test_an_object_that_cannot_be_deleted_is_named(bucket: OwnBucket) -> None:
    with fault_proxy(bucket.server.http) as proxy:
        bucket.settings(endpoint=proxy.url)
        proxy.faults.append(Fault(method="DELETE", match="probe", times=99, status=403, code="AccessDenied"))
        _, report = bucket.doctor()
    left = {key.removeprefix(f"{PREFIX}/") for key in bucket.stored()}
    named = [one for one in report["findings"] if "cannot be deleted" in one["message"]]
    assert left
    assert all("right to delete" in one["hint"] for one in named)
    assert {one["message"].partition(",")[0] for one in named} <= left


def test_a_bucket_with_a_dot_needs_path_style(bucket: OwnBucket) -> None:
    bucket.settings(url="s3://my.bucket/podcast", more="path_style = false\n")
    _, report = bucket.doctor(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    assert found(report, "has a dot")["rule"] == "S3-2"


def test_a_show_without_public_address_is_told_so_and_nothing_is_asked(bucket: OwnBucket) -> None:
    bucket.settings(public="http://127.0.0.1:8000/")
    code, report = bucket.doctor()
    assert (code, found(report, "no public address")["severity"]) == (0, "note")


def test_the_policy_is_printed_without_asking_anybody(bucket: OwnBucket) -> None:
    code, out, _ = bucket.folge("doctor", "--print-policy", AWS_ACCESS_KEY_ID="")
    printed = json.loads(out)
    assert code == 0
    assert f"arn:aws:s3:::{bucket.name}/{PREFIX}/audio/*" in printed["policy"]["Statement"][0]["Resource"]
    assert printed["cors"][0]["AllowedMethods"] == ["GET", "HEAD"]


def test_mending_asks_first_and_without_a_terminal_sets_nothing(bucket: OwnBucket) -> None:
    code, _, err = bucket.folge("doctor", "--fix")
    assert code == 2
    assert "FolgePublicRead" in err
    assert "--yes" in err
    assert bucket.doctor()[1]["needs"] == ["policy"]


@pytest.mark.parametrize("answer", ["n", "y"])
def test_mending_is_done_on_a_yes_at_a_terminal_only(bucket: OwnBucket, answer: str) -> None:
    ours, theirs = pty.openpty()
    try:
        os.write(ours, f"{answer}\n{answer}\n".encode())
        done = subprocess.run(
            [FOLGE, "-C", str(bucket.show.path), "doctor", "--fix"],
            env=bucket.environment,
            stdin=theirs,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert "set this policy?" in done.stderr
    assert done.stderr.index("FolgePublicRead") < done.stderr.index("set this policy?")
    policy = bucket.folge("doctor", "--json")[1]
    assert ("policy" in json.loads(policy)["needs"]) == (answer == "n")


def test_a_damaged_feed_in_the_store_is_told(bucket: OwnBucket) -> None:
    bucket.doctor("--fix", "--yes")
    bucket.client.put_object(
        Bucket=bucket.name, Key=f"{PREFIX}/feed.xml", Body=b"<rss><channel>", ContentType="application/rss+xml"
    )
    code, report = bucket.doctor()
    assert code == 3
    assert "folge publish --verify" in found(report, "is damaged")["hint"]


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_provider_that_takes_no_policy_from_here_is_no_fault_of_ours(bucket: OwnBucket, method: str) -> None:
    with fault_proxy(bucket.server.http) as proxy:
        bucket.settings(endpoint=proxy.url)
        proxy.faults.append(Fault(method=method, match="?policy", times=99, status=501, code="NotImplemented"))
        code, out, err = bucket.folge("doctor", "--fix", "--yes")
    assert (code, out) == (2, "")
    assert "it could not be" in err
    assert "--print-policy" in err
    assert bucket.stored() == set()


def test_people_read_what_is_fine_on_stderr_and_findings_on_stdout(bucket: OwnBucket) -> None:
    code, out, err = bucket.folge("doctor")
    assert code == 3
    assert "fine: conditions of writes are kept" in err
    assert "how to mend it: look whether public_url is the address" in out
    assert "HTTP-2, https://" in out
