"""Several lists of items become one: by guid, by audio, by date and title; in doubt nothing is joined."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from episodes.model import Kind
from feed.item import Alternate, Enclosure, Item, Source
from feed.reader import Feed
from feed.show import Show
from podcast.importing.joining import Joined, Match, join, join_feeds
from podcast.importing.pairing import By, Doubt, Why
from podcast.importing.sameness import numbers, plain_title
from tests.soaking import examples

NEW_YEAR = datetime(2024, 1, 1, 6, tzinfo=UTC)
DAY = timedelta(days=1)


def an_item(
    guid: str,
    title: str = "",
    *,
    day: float = 0,
    url: str = "",
    size: int = 0,
    seconds: int = 0,
    media_type: str = "audio/mpeg",
    number: int | None = None,
    summary: str = "",
    alternates: tuple[Alternate, ...] = (),
    kind: Kind = Kind.FULL,
) -> Item:
    return Item(
        guid=guid,
        title=title or f"Über {guid}",
        link="",
        enclosure=Enclosure(url=url or f"https://cdn.example.org/{guid}.mp3", bytes=size, media_type=media_type),
        duration=timedelta(seconds=seconds),
        published=NEW_YEAR + day * DAY,
        number=number,
        summary=summary,
        alternates=alternates,
        kind=kind,
    )


def a_feed(*items: Item, url: str = "", changed: datetime | None = None) -> Feed:
    show = Show(title="Kommunen-Podcast", description="", language="de", link="", feed_url=url, guid="")
    return Feed(show=show, items=items, changed=changed)


def guids(merged: Joined) -> list[str]:
    return [item.guid for item in merged.items]


def doubts(merged: Joined) -> list[tuple[str, str, Why]]:
    return [(doubt.one.guid, doubt.other.guid, doubt.why) for doubt in merged.doubts]


class TestByGuid:
    def test_the_earlier_list_wins_and_what_it_leaves_empty_is_filled(self) -> None:
        first = an_item("a", "Mut", summary="", number=None, size=0)
        second = an_item("a", "Wut", summary="Ein Gespräch", number=3, size=5_000_000, seconds=60)
        (item,) = join([[first], [second]]).items
        assert (item.title, item.summary, item.number, item.duration) == (
            "Mut",
            "Ein Gespräch",
            3,
            timedelta(minutes=1),
        )
        assert item.enclosure.bytes == 5_000_000

    def test_a_length_is_not_taken_from_another_address(self) -> None:
        merged = join(
            [[an_item("a", url="https://a.example/1.mp3")], [an_item("a", url="https://b.example/1.mp3", size=9)]]
        )
        assert merged.items[0].enclosure == Enclosure(url="https://a.example/1.mp3", bytes=0, media_type="audio/mpeg")
        assert merged.matches == (Match(kept="a", taken="a", by=By.GUID, url="https://b.example/1.mp3"),)

    def test_audio_in_another_form_becomes_an_alternate(self) -> None:
        aac = an_item("a", url="https://cdn.example.org/a.m4a", media_type="audio/mp4", size=7)
        (item,) = join([[an_item("a")], [aac]]).items
        source = Source(url="https://cdn.example.org/a.m4a")
        assert item.alternates == (Alternate(media_type="audio/mp4", sources=(source,), bytes=7),)
        assert item.enclosure.url == "https://cdn.example.org/a.mp3"

    def test_two_names_of_one_form_are_no_other_form(self) -> None:
        other = an_item("a", url="https://b.example/a.m4a", media_type="audio/x-m4a; codecs=mp4a")
        (item,) = join([[an_item("a", url="https://a.example/a.m4a", media_type="audio/mp4")], [other]]).items
        assert item.alternates == ()

    def test_one_guid_twice_in_one_list_keeps_the_first_and_is_doubtful(self) -> None:
        merged = join([[an_item("a", "Mut"), an_item("a", "Wut"), an_item("a", "Mut")]])
        assert [item.title for item in merged.items] == ["Mut"]
        assert doubts(merged) == [("a", "a", Why.GUID)] * 2


class TestByAudio:
    @pytest.mark.parametrize(
        "url",
        [
            "http://cdn.example.org/1.mp3",
            "https://CDN.example.org/1.mp3",
            "https://op3.dev/e/cdn.example.org/1.mp3",
            "https://dts.podtrac.com/redirect.mp3/chrt.fm/track/AB12/cdn.example.org/1.mp3",
        ],
    )
    def test_one_address_is_one_episode_whatever_else_changed(self, url: str) -> None:
        merged = join(
            [[an_item("a", "Mut", url="https://cdn.example.org/1.mp3")], [an_item("b", "Neu", day=400, url=url)]]
        )
        assert guids(merged) == ["a"]
        assert merged.matches == (Match(kept="a", taken="b", by=By.AUDIO),)

    def test_a_query_does_not_matter_where_title_or_date_agree(self) -> None:
        one, other = (
            an_item("a", "Mut", url="https://a.example/1.mp3?v=1"),
            an_item("b", "Mut", url="https://a.example/1.mp3?v=2", day=90),
        )
        assert guids(join([[one], [other]])) == ["a"]

    def test_a_query_that_tells_episodes_apart_joins_nothing(self) -> None:
        old = [an_item(f"a{n}", url=f"https://a.example/get.mp3?id={n}", day=9 * n) for n in range(3)]
        new = [an_item(f"b{n}", url=f"https://a.example/get.mp3?id={n}", day=9 * n + 100) for n in (1, 2, 5)]
        merged = join([old, new])
        assert {(match.kept, match.taken) for match in merged.matches} == {("a1", "b1"), ("a2", "b2")}
        assert sorted(guids(merged)) == ["a0", "a1", "a2", "b5"]

    def test_one_length_and_duration_with_one_date_is_one_episode(self) -> None:
        one = an_item("a", "Mut", url="https://a.example/1.mp3", size=30_000_000, seconds=1800)
        other = an_item("b", "Der Mut", url="https://b.example/x.mp3", size=30_000_000, seconds=1800, day=0.5)
        assert guids(join([[one], [other]])) == ["a"]

    def test_one_length_and_duration_alone_is_doubtful(self) -> None:
        one = an_item("a", "Mut", url="https://a.example/1.mp3", size=30_000_000, seconds=1800)
        other = an_item("b", "Wut", url="https://b.example/x.mp3", size=30_000_000, seconds=1800, day=30)
        merged = join([[one], [other]])
        assert (guids(merged), doubts(merged)) == (["b", "a"], [("a", "b", Why.AUDIO)])

    def test_a_length_that_is_none_says_nothing(self) -> None:
        one, other = an_item("a", "Mut", size=1, seconds=60), an_item("b", "Wut", size=1, seconds=60, day=30)
        assert doubts(join([[one], [other]])) == []


class TestByDateAndTitle:
    @pytest.mark.parametrize(
        "title", ["über  mut!", "Folge 3: Über Mut", "#3 Über Mut", "KP003 Über Mut", "3. Über Mut"]
    )
    def test_a_number_before_the_title_and_its_case_do_not_matter(self, title: str) -> None:
        merged = join([[an_item("a", "Über Mut")], [an_item("b", title, day=0.9)]])
        assert merged.matches == (Match(kept="a", taken="b", by=By.TITLE, url="https://cdn.example.org/b.mp3"),)

    def test_numbers_that_differ_are_doubtful(self) -> None:
        merged = join([[an_item("a", "Folge 3: Interview")], [an_item("b", "Folge 4: Interview")]])
        assert doubts(merged) == [("a", "b", Why.COUNTED)]

    def test_a_title_of_every_day_is_told_apart_by_the_moment(self) -> None:
        daily = [[an_item(f"{form}{day}", f"Folge {day}: Heute", day=day) for day in (1, 2, 3)] for form in "ab"]
        merged = join(daily)
        assert sorted((match.kept, match.taken) for match in merged.matches) == [
            ("a1", "b1"),
            ("a2", "b2"),
            ("a3", "b3"),
        ]
        assert merged.doubts == ()

    def test_several_of_one_title_on_one_day_are_doubtful(self) -> None:
        merged = join([[an_item("a", "Mut"), an_item("c", "Mut", day=0.1)], [an_item("b", "Mut", day=0.05)]])
        assert sorted(guids(merged)) == ["a", "b", "c"]
        assert {why for _, _, why in doubts(merged)} == {Why.SEVERAL}


class TestDoubts:
    @pytest.mark.parametrize(
        ("one", "other", "why"),
        [
            (an_item("a", "Mut"), an_item("b", "Mut", day=9), Why.TITLE),
            (an_item("a", "Mut"), an_item("b", "Wut", day=0.5), Why.DATE),
            (an_item("a", "Mut", number=3), an_item("b", "Wut", number=3, day=9), Why.NUMBER),
        ],
    )
    def test_what_may_be_one_stays_two_and_is_named(self, one: Item, other: Item, why: Why) -> None:
        merged = join([[one], [other]])
        assert (sorted(guids(merged)), doubts(merged)) == (["a", "b"], [("a", "b", why)])

    def test_a_trailer_may_have_the_number_of_its_episode(self) -> None:
        merged = join([[an_item("a", number=3)], [an_item("b", number=3, day=9, kind=Kind.TRAILER)]])
        assert merged.doubts == ()

    def test_a_doubt_names_both_titles_and_days(self) -> None:
        doubt = Doubt(one=an_item("a", "Mut"), other=an_item("b", "Wut"), why=Why.DATE)
        assert str(doubt) == "'Mut' (2024-01-01) and 'Wut' (2024-01-01) have the same date, but another title"


class TestFeeds:
    def test_of_the_states_of_one_feed_the_newest_wins_in_any_order(self) -> None:
        old = a_feed(an_item("a", "Alt"), an_item("b"), url="https://a.example/f", changed=NEW_YEAR)
        new = a_feed(an_item("a", "Neu", media_type="audio/mp4"), url="https://a.example/f", changed=NEW_YEAR + DAY)
        merged = join_feeds([old, new])
        assert merged.items == join_feeds([new, old]).items
        item = next(item for item in merged.items if item.guid == "a")
        assert (item.title, item.enclosure.media_type, item.alternates) == ("Neu", "audio/mp4", ())
        assert sorted(guids(merged)) == ["a", "b"]

    def test_a_state_without_its_address_is_known_by_its_guids(self) -> None:
        old = a_feed(an_item("a", "Alt"), an_item("b"), an_item("c"), changed=NEW_YEAR)
        new = a_feed(an_item("a", "Neu"), an_item("b"), url="https://new.example/f", changed=NEW_YEAR + DAY)
        joined = join_feeds([old, new])
        assert (joined.lead, [item.title for item in joined.items if item.guid == "a"]) == (1, ["Neu"])

    def test_of_two_feeds_of_one_show_the_first_named_is_the_audio(self) -> None:
        mp3 = a_feed(an_item("a", "Mut"), url="https://a.example/mp3", changed=NEW_YEAR)
        aac = an_item("x", "Mut", url="https://a.example/1.m4a", media_type="audio/mp4")
        merged = join_feeds([mp3, a_feed(aac, url="https://a.example/m4a", changed=NEW_YEAR + DAY)])
        assert [alternate.media_type for alternate in merged.items[0].alternates] == ["audio/mp4"]


@pytest.mark.parametrize(
    ("title", "plain", "number"),
    [
        ("Folge 12", "folge 12", 12),
        ("S01E02 - Mut", "mut", 2),
        ("1984 und wir", "und wir", 1984),
        ("LS015 Der Sender bin ich", "der sender bin ich", 15),
        ("Ⅳ Mut", "iv mut", None),
        ("!!!", "", None),
    ],
)
def test_what_a_title_is_compared_as(title: str, plain: str, number: int | None) -> None:
    assert (plain_title(title), numbers(an_item("a", title))[1]) == (plain, number)


def some_item(guid: str, title: str, day: int, file: int, form: str, size: int, number: int | None) -> Item:
    url = f"https://cdn.example.org/{file}.{form}"
    media_type = {"mp3": "audio/mpeg", "m4a": "audio/mp4"}[form]
    return an_item(
        guid, title, day=day / 2, url=url, size=size, seconds=size // 1000, media_type=media_type, number=number
    )


items = st.builds(
    some_item,
    guid=st.sampled_from("abcdefgh"),
    title=st.sampled_from(["Mut", "Folge 1: Mut", "Folge 2: Mut", "Wut", "Gut"]),
    day=st.integers(0, 9),
    file=st.integers(0, 9),
    form=st.sampled_from(["mp3", "m4a"]),
    size=st.sampled_from([0, 20_000, 30_000]),
    number=st.sampled_from([None, 1, 2]),
)
lists = st.lists(items, max_size=6)


@given(first=lists, second=lists)
@settings(max_examples=examples(1000), deadline=None)
def test_merging_again_changes_nothing(first: list[Item], second: list[Item]) -> None:
    merged = join([first, second])
    assert join([merged.items]).items == merged.items
    assert join([merged.items, merged.items]).items == merged.items
    assert join([merged.items, first]).items == merged.items


@given(several=st.lists(lists, max_size=4))
@settings(max_examples=examples(1000), deadline=None)
def test_no_guid_is_lost_and_none_is_there_twice(several: list[list[Item]]) -> None:
    merged = join(several)
    found = guids(merged)
    known = set(found) | {match.taken for match in merged.matches}
    assert known == {item.guid for items in several for item in items}
    assert len(found) == len(set(found))
    assert {match.kept for match in merged.matches} <= set(found)


@given(first=lists, second=lists)
@settings(max_examples=examples(1000), deadline=None)
def test_the_order_of_two_lists_decides_only_who_wins(first: list[Item], second: list[Item]) -> None:
    def pairs(merged: Joined, *, turned: bool) -> set[tuple[str, str]]:
        return {(m.taken, m.kept) if turned else (m.kept, m.taken) for m in merged.matches}

    one, other = join([first, second]), join([second, first])
    assert pairs(one, turned=False) == pairs(other, turned=True)
    assert len(one.items) == len(other.items)


def test_a_feed_merged_with_an_older_state_of_itself_is_itself() -> None:
    whole = [an_item(f"g{n}", f"Folge {n}: Thema {n % 7}", day=7 * n, number=n) for n in range(200)]
    merged = join([whole, whole[:150]])
    assert set(merged.items) == set(whole)
    assert merged.doubts == ()
