"""The policy of a bucket opens what is public of a show and nothing else, and never touches what others have set."""

from fnmatch import fnmatchcase
from typing import Any

from podcast.doctor.policy import merged_cors, merged_policy, public_cors, public_policy
from podcast.layout import PRIVATE
from podcast.stores.memory import MemoryStore
from tests.podcast.builders import ShowFolder

FEEDS = """
[feed]
items = 1

[[feeds]]
name = "mut"
topic = "Mut"
"""


def opened(policy: Any, key: str, bucket: str = "shows") -> bool:
    """Say whether a policy lets everybody read a key."""
    resources = [one for statement in policy["Statement"] for one in statement["Resource"]]
    return any(fnmatchcase(f"arn:aws:s3:::{bucket}/{key}", resource) for resource in resources)


def test_everything_a_publish_writes_is_open_except_what_is_private(show: ShowFolder) -> None:
    with (show.path / "podcast.toml").open("a", encoding="utf-8") as settings:
        settings.write(FEEDS)
    show.episode(3, more="topics: [Mut]\nchapters:\n  - 0:00 Anfang\n  - 0:01 Ende\n")
    store = MemoryStore()
    show.publish(store)
    keys = {stat.key for stat in store.list("")}
    assert {key.split("/")[0] for key in keys} >= {".folge", "audio", "covers", "chapters", "f", "feed", "feed.xml"}
    policy = public_policy("shows", "podcast")
    shut = {key for key in keys if not opened(policy, f"podcast/{key}")}
    assert shut == {key for key in keys if key.startswith(PRIVATE)}


def test_nothing_beside_the_show_is_opened() -> None:
    policy = public_policy("shows", "podcast")
    for key in ("podcast2/feed.xml", "feed.xml", "podcast/x.md", "podcast/.folge/ledger.json", "podcast/.folge/1.xml"):
        assert not opened(policy, key)


def test_two_shows_in_one_bucket_keep_their_statements_apart() -> None:
    both = merged_policy(merged_policy({}, "shows", "eins"), "shows", "zwei")
    again = merged_policy(both, "shows", "eins")
    assert opened(again, "eins/feed.xml")
    assert opened(again, "zwei/feed.xml")
    assert isinstance(again["Statement"], list)
    assert len(again["Statement"]) == 2
    assert all(statement["Sid"].isalnum() for statement in again["Statement"])


def test_statements_and_rules_of_others_stay_as_they_are() -> None:
    theirs = {"Sid": "Theirs", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::shows/x"}
    there = {"Version": "2008-10-17", "Id": "own", "Statement": theirs}
    merged = merged_policy(there, "shows")
    assert merged["Statement"] == [theirs, *public_policy("shows")["Statement"]]  # type: ignore[misc]  # it is a list
    assert (merged["Version"], merged["Id"]) == ("2008-10-17", "own")
    assert merged_policy(merged, "shows") == merged
    rule = {"ID": "theirs", "AllowedOrigins": ["https://theirs.example"], "AllowedMethods": ["PUT"]}
    nameless = {"AllowedOrigins": ["*"], "AllowedMethods": ["PUT"]}
    rules = merged_cors([rule, {**public_cors(), "MaxAgeSeconds": 1}, nameless])
    assert rules == [rule, nameless, public_cors()]
