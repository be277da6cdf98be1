"""What every store promises, as one suite: a subclass says which store, all of them pass the same tests."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from podcast.stores import ABSENT, Moved, Progress, Store, StoreError, Unfinished, Upload

PAGE = "text/html; charset=utf-8"
SHORT = "public, max-age=60"
FOR_EVER = "public, max-age=31536000, immutable"
MIB = 1 << 20


def put(store: Store, key: str, body: bytes, expected: str | None = None) -> str:
    return store.put(key, body, media_type=PAGE, cache_control=SHORT, expected=expected)


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def upload(path: Path, body: bytes, key: str = "audio/talk-1a2b3c4d.mp3") -> Upload:
    """Write a file and describe it."""
    path.write_bytes(body)
    return Upload(key=key, path=path, media_type="audio/mpeg", cache_control=FOR_EVER, sha256=digest(body))


def put_file(store: Store, it: Upload, progress: Progress | None = None) -> None:
    store.put_files((it,), progress)


def noise(size: int) -> bytes:
    """Bytes that differ in every place a part could begin."""
    block = hashlib.shake_256(b"folge").digest(min(size, MIB))
    return b"".join(hashlib.sha256(str(n).encode()).digest() + block[32:] for n in range(size // MIB + 1))[:size]


class Conformance:
    """Fixtures a subclass gives: `store`, and `other`, the same place as another producer sees it."""

    keeps_headers = True

    @pytest.fixture
    def half(self) -> Unfinished | None:
        """A write of somebody who was killed in the middle, where the store can have such; by this computer's clock."""
        return None

    @pytest.mark.parametrize("size", [0, 1, 5000, MIB, 2 * MIB])
    def test_what_is_put_is_what_is_read(self, store: Store, size: int) -> None:
        body = noise(size)
        tag = put(store, "pages/a.html", body, ABSENT)
        found = store.get("pages/a.html")
        assert found is not None
        assert (found.body, found.tag) == (body, tag)

    @pytest.mark.parametrize("size", [0, 5000, 2 * MIB])
    def test_put_get_stat_and_list_agree(self, store: Store, other: Store, size: int) -> None:
        tag = put(store, "pages/a.html", noise(size))
        found, told, listed = other.get("pages/a.html"), other.stat("pages/a.html"), list(other.list("pages/"))
        assert found is not None
        assert told is not None
        assert {found.tag, told.tag, listed[0].tag} == {tag}
        assert {told.bytes, listed[0].bytes} == {size}
        assert {told.key, listed[0].key} == {"pages/a.html"}
        assert tag != ABSENT

    def test_the_tag_changes_with_the_body(self, store: Store) -> None:
        tags = {put(store, "feed.xml", body) for body in (b"one", b"two", b"")}
        assert len(tags) == 3

    def test_type_and_caching_are_kept(self, store: Store) -> None:
        put(store, "pages/a.html", b"<p>")
        told = store.stat("pages/a.html")
        assert told is not None
        assert told.media_type == PAGE if self.keeps_headers else told.media_type.startswith("text/html")
        assert told.cache_control == (SHORT if self.keeps_headers else "")

    def test_what_is_absent_is_none(self, store: Store) -> None:
        put(store, "a/b", b"")
        for key in ("nothing", "a", "a/b/c", "a/bc"):
            assert store.get(key) is None
            assert store.stat(key) is None
        assert list(store.list("nothing/")) == []

    def test_an_empty_store_lists_nothing(self, store: Store) -> None:
        assert list(store.list("")) == []

    def test_creating_is_refused_where_something_else_is(self, store: Store, other: Store) -> None:
        tag = put(store, "ledger.json", b"ours", ABSENT)
        with pytest.raises(Moved) as refused:
            put(other, "ledger.json", b"theirs", ABSENT)
        assert refused.value.key == "ledger.json"
        found = store.get("ledger.json")
        assert found is not None
        assert (found.body, found.tag) == (b"ours", tag)

    def test_creating_again_what_is_there_is_no_conflict(self, store: Store, other: Store) -> None:
        tag = put(store, "ledger.json", b"ours", ABSENT)
        assert put(other, "ledger.json", b"ours", ABSENT) == tag

    def test_replacing_needs_the_tag_that_is_there(self, store: Store, other: Store) -> None:
        first = put(store, "ledger.json", b"1", ABSENT)
        second = put(other, "ledger.json", b"2", first)
        with pytest.raises(Moved):
            put(store, "ledger.json", b"3", first)
        third = put(store, "ledger.json", b"4", second)
        found = other.get("ledger.json")
        assert found is not None
        assert (found.body, found.tag) == (b"4", third)

    def test_replacing_what_was_replaced_by_the_same_is_no_conflict(self, store: Store, other: Store) -> None:
        first = put(store, "ledger.json", b"1", ABSENT)
        second = put(other, "ledger.json", b"2", first)
        assert put(store, "ledger.json", b"2", first) == second

    def test_replacing_what_is_absent_is_refused(self, store: Store) -> None:
        tag = put(store, "ledger.json", b"1", ABSENT)
        with pytest.raises(Moved):
            put(store, "other.json", b"1", tag)
        assert store.get("other.json") is None

    def test_without_a_condition_the_last_write_stays(self, store: Store, other: Store) -> None:
        put(store, "feed.xml", b"1")
        put(other, "feed.xml", b"2")
        found = store.get("feed.xml")
        assert found is not None
        assert found.body == b"2"

    def test_of_creators_at_once_one_wins(self, store: Store, other: Store) -> None:
        def create(number: int) -> bytes:
            body = b"by %d" % number
            try:
                put(store if number % 2 else other, "ledger.json", body, ABSENT)
            except Moved:
                return b""
            return body

        with ThreadPoolExecutor(8) as threads:
            winners = [body for body in threads.map(create, range(8)) if body]
        found = store.get("ledger.json")
        assert found is not None
        assert winners == [found.body]

    def test_of_replacers_at_once_none_is_lost(self, store: Store, other: Store) -> None:
        put(store, "ledger.json", b"", ABSENT)

        def append(number: int) -> None:
            mine = store if number % 2 else other
            for _ in range(200):
                found = mine.get("ledger.json")
                assert found is not None
                try:
                    put(mine, "ledger.json", found.body + b"%d " % number, found.tag)
                except Moved:
                    continue
                return

        with ThreadPoolExecutor(6) as threads:
            list(threads.map(append, range(6)))
        found = store.get("ledger.json")
        assert found is not None
        assert sorted(found.body.split()) == [b"%d" % number for number in range(6)]

    @pytest.mark.parametrize(
        "key",
        [
            *("", "/a", "a/", "a//b", "../a", "a/./b", "a/../../b", "..", "~/a", "ä", "a b", "a\\b", "a\n", "x" * 900),
            *("%2e%2e/a", "..%2Fa", "a\u202e", "\u2024\u2024/a", "..\u2215a", "..\uff0fa", "\uff0e\uff0e/a"),
        ],
    )
    def test_what_is_no_key_is_refused(self, store: Store, tmp_path: Path, key: str) -> None:
        with pytest.raises(ValueError, match="not a key"):
            put(store, key, b"")
        with pytest.raises(ValueError, match="not a key"):
            store.get(key)
        with pytest.raises(ValueError, match="not a key"):
            store.stat(key)
        with pytest.raises(ValueError, match="not a key"):
            put_file(store, upload(tmp_path / "f", b"", key))

    def test_a_prefix_is_the_beginning_of_a_key(self, store: Store) -> None:
        for key in ("a", "ab/c", "ab/d/e", "b/a", "_private/ledger.json"):
            put(store, key, b"")
        assert {found.key for found in store.list("")} == {"a", "ab/c", "ab/d/e", "b/a", "_private/ledger.json"}
        assert {found.key for found in store.list("a")} == {"a", "ab/c", "ab/d/e"}
        assert {found.key for found in store.list("ab/")} == {"ab/c", "ab/d/e"}
        assert {found.key for found in store.list("ab/d")} == {"ab/d/e"}

    def test_more_than_a_page_is_listed_whole(self, store: Store) -> None:
        keys = {f"many/{number:04d}" for number in range(1003)}
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda key: put(store, key, b""), keys))
        listed = [found.key for found in store.list("many/")]
        assert len(listed) == 1003
        assert set(listed) == keys

    def test_what_is_deleted_is_gone_and_its_neighbour_stays(self, store: Store, other: Store) -> None:
        put(store, "pages/a/index.html", b"1")
        put(store, "pages/b/index.html", b"2")
        store.delete("pages/a/index.html")
        assert other.get("pages/a/index.html") is None
        assert [stat.key for stat in other.list("")] == ["pages/b/index.html"]
        assert put(store, "pages/a/index.html", b"3", ABSENT)

    def test_deleting_what_is_not_there_is_no_error(self, store: Store) -> None:
        store.delete("pages/a.html")
        put(store, "pages/a.html", b"1")
        store.delete("pages/a.html/index.html")
        assert store.get("pages/a.html") is not None

    def test_when_it_was_written_is_told(self, store: Store) -> None:
        before = datetime.now(UTC) - timedelta(seconds=5)
        put(store, "pages/a.html", b"1")
        (listed,), told = list(store.list("")), store.stat("pages/a.html")
        assert told is not None
        for written in (listed.written, told.written):
            assert written is not None
            assert before < written < datetime.now(UTC) + timedelta(seconds=5)

    @pytest.mark.parametrize("size", [0, 1, 3 * MIB + 7])
    def test_a_file_arrives_whole(self, store: Store, other: Store, tmp_path: Path, size: int) -> None:
        body = noise(size)
        put_file(store, upload(tmp_path / "talk.mp3", body))
        told, found = other.stat("audio/talk-1a2b3c4d.mp3"), other.get("audio/talk-1a2b3c4d.mp3")
        assert told is not None
        assert found is not None
        assert (told.bytes, told.media_type, told.tag) == (size, "audio/mpeg", found.tag)
        assert told.cache_control == (FOR_EVER if self.keeps_headers else "")
        assert found.body == body

    @pytest.mark.parametrize("size", [0, 1, 3 * MIB + 7])
    def test_a_file_is_fetched_whole(self, store: Store, other: Store, tmp_path: Path, size: int) -> None:
        it, there = upload(tmp_path / "talk.mp3", noise(size)), tmp_path / "there.mp3"
        put_file(store, it)
        there.write_bytes(b"before")
        assert other.fetch(it.key, there, size)
        assert there.read_bytes() == noise(size)

    def test_a_file_that_is_not_in_the_store_is_not_fetched(self, store: Store, tmp_path: Path) -> None:
        assert not store.fetch("audio/talk-1a2b3c4d.mp3", tmp_path / "there.mp3", 10)

    def test_no_more_is_fetched_than_was_asked_for(self, store: Store, tmp_path: Path) -> None:
        it = upload(tmp_path / "talk.mp3", noise(3 * MIB))
        put_file(store, it)
        with pytest.raises(StoreError, match=r"has more than the 1,048,576 bytes"):
            store.fetch(it.key, tmp_path / "there.mp3", MIB)

    def test_progress_adds_up_to_the_size(self, store: Store, tmp_path: Path) -> None:
        ticks: list[tuple[str, int]] = []
        it = upload(tmp_path / "talk.mp3", noise(3 * MIB + 7))
        put_file(store, it, lambda key, count: ticks.append((key, count)))
        assert {key for key, _ in ticks} == {it.key}
        assert sum(count for _, count in ticks) == 3 * MIB + 7

    def test_a_file_that_is_there_is_not_sent_again(self, store: Store, other: Store, tmp_path: Path) -> None:
        talk = upload(tmp_path / "talk.mp3", noise(MIB))
        put_file(store, talk)
        before = store.stat(talk.key)
        ticks: list[tuple[str, int]] = []
        put_file(other, talk, lambda key, count: ticks.append((key, count)))
        assert ticks == []
        assert store.stat(talk.key) == before

    def test_a_key_that_holds_another_file_is_not_overwritten(self, store: Store, tmp_path: Path) -> None:
        put_file(store, upload(tmp_path / "talk.mp3", b"one"))
        with pytest.raises(StoreError, match=r"something else under audio/talk-1a2b3c4d\.mp3"):
            put_file(store, upload(tmp_path / "talk.mp3", b"two"))
        found = store.get("audio/talk-1a2b3c4d.mp3")
        assert found is not None
        assert found.body == b"one"

    @pytest.mark.parametrize("size", [5, 20 * MIB])
    def test_a_file_that_is_not_what_was_measured_does_not_arrive(
        self, store: Store, tmp_path: Path, size: int
    ) -> None:
        talk = upload(tmp_path / "talk.mp3", noise(size))
        talk.path.write_bytes(b"X" + noise(size)[1:])
        with pytest.raises(StoreError, match="changed since it was measured"):
            put_file(store, talk)
        assert store.stat(talk.key) is None
        assert list(store.list("")) == []

    def test_a_file_that_is_gone_is_said_so(self, store: Store, tmp_path: Path) -> None:
        talk = upload(tmp_path / "talk.mp3", b"")
        talk.path.unlink()
        with pytest.raises(StoreError, match=r"talk\.mp3"):
            put_file(store, talk)

    def test_several_files_arrive(self, store: Store, tmp_path: Path) -> None:
        talks = [upload(tmp_path / f"{n}.mp3", noise(100 + n), f"audio/{n}.mp3") for n in range(12)]
        put_file(store, talks[3])
        ticks: list[tuple[str, int]] = []
        store.put_files(talks, lambda key, count: ticks.append((key, count)))
        assert {found.key: found.bytes for found in store.list("audio/")} == {
            f"audio/{n}.mp3": 100 + n for n in range(12)
        }
        assert sum(count for _, count in ticks) == sum(100 + n for n in range(12) if n != 3)
        assert {key for key, _ in ticks} == {talk.key for n, talk in enumerate(talks) if n != 3}

    def test_one_bad_file_of_several_is_named(self, store: Store, tmp_path: Path) -> None:
        talks = [upload(tmp_path / f"{n}.mp3", b"%d" % n, f"audio/{n}.mp3") for n in range(3)]
        talks[1].path.write_bytes(b"?")
        with pytest.raises(StoreError, match="changed since it was measured"):
            store.put_files(talks)
        assert store.stat("audio/1.mp3") is None

    def test_a_large_file_in_parts_arrives_whole(self, store: Store, tmp_path: Path) -> None:
        body = noise(40 * MIB + 11)
        ticks: list[int] = []
        put_file(store, upload(tmp_path / "long.mp3", body), lambda _, count: ticks.append(count))
        told, found = store.stat("audio/talk-1a2b3c4d.mp3"), store.get("audio/talk-1a2b3c4d.mp3")
        assert told is not None
        assert found is not None
        assert (told.bytes, told.media_type) == (len(body), "audio/mpeg")
        assert digest(found.body) == digest(body)
        assert sum(ticks) == len(body)

    def test_nothing_is_unfinished_where_every_write_ended(self, store: Store, tmp_path: Path) -> None:
        assert list(store.unfinished()) == []
        put(store, "pages/a.html", b"1")
        put_file(store, upload(tmp_path / "long.mp3", noise(20 * MIB)))
        assert list(store.unfinished()) == []

    def test_an_unfinished_write_is_listed_and_freed(self, store: Store, other: Store, half: Unfinished | None) -> None:
        put(store, "pages/a.html", b"1")
        found = list(store.unfinished())
        assert [(one.key, one.id, one.bytes) for one in found] == ([(half.key, half.id, half.bytes)] if half else [])
        assert all(half and abs(one.begun - half.begun) < timedelta(seconds=5) for one in found)
        for one in found:
            other.abort(one)
            store.abort(one)
        assert list(store.unfinished()) == []
        assert {stat.key for stat in store.list("")} == {"pages/a.html"}
