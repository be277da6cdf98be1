"""What an app would notice between two feeds: nothing where they are alike, else one effect of each item."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from episodes.model import Appearance, Recording
from feed.comparison import SHARED, Comparison, Difference, Effect, PagedFeed, Shared, beyond, compare
from feed.item import Enclosure, Item
from feed.reader import Feed, read_feed
from feed.show import Category, Show
from tests.feed.builders import CHANGED, HOST, WINTER, a_feed, a_show, an_item

DAY = datetime(2024, 6, 1, 6, tzinfo=UTC)


def feed(*items: Item, show: Show | None = None) -> Feed:
    return Feed(show=show or a_show(), items=items)


def sound(url: str, size: int = 29_548_432) -> Enclosure:
    return Enclosure(url=url, bytes=size, media_type="audio/mpeg")


def effects(comparison: Comparison) -> list[Effect]:
    return [noticed.effect for noticed in comparison.items]


def changed_fields(comparison: Comparison) -> list[str]:
    return [difference.field for noticed in comparison.items for difference in noticed.differences]


class TestSilence:
    """What no listener notices is no difference."""

    def test_a_feed_and_itself_are_alike(self) -> None:
        assert compare(feed(an_item(1), an_item(2)), feed(an_item(1), an_item(2))).empty

    def test_a_build_date_alone_is_not_noticed(self) -> None:
        earlier, later = a_feed(), a_feed(changed=CHANGED + timedelta(days=1))

        assert earlier != later
        assert compare(read_feed(earlier), read_feed(later)).empty

    def test_the_same_moment_in_another_zone_is_the_same_date(self) -> None:
        here = an_item(1)
        there = replace(here, published=here.published.astimezone(WINTER))

        assert compare(feed(here), feed(there)).empty

    def test_an_item_between_others_leaves_their_order_alone(self) -> None:
        old, new = feed(an_item(1), an_item(3)), feed(an_item(1), an_item(2), an_item(3))

        assert compare(old, new).reordered == 0


class TestEffects:
    """Each effect, and what is nearly it."""

    def test_an_episode_of_one_feed_only_is_new_or_gone(self) -> None:
        one, both = feed(an_item(1)), feed(an_item(1), an_item(2))

        assert effects(compare(one, both)) == [Effect.NEW, Effect.SAME]
        assert effects(compare(both, one)) == [Effect.GONE, Effect.SAME]

    @pytest.mark.parametrize(
        "likeness",
        [
            an_item(1, guid="anders", title="Böser Titel", published=DAY),
            an_item(1, guid="anders", enclosure=sound("https://neu.example/x.mp3", 7)),
            an_item(1, guid="anders", enclosure=sound("https://neu.example/x.mp3"), title="Böser Titel"),
        ],
        ids=["same audio", "same title and date", "same size and date"],
    )
    def test_the_same_episode_under_another_guid_is_the_worst(self, likeness: Item) -> None:
        comparison = compare(feed(an_item(1), an_item(2)), feed(an_item(2), likeness))

        assert effects(comparison) == [Effect.AGAIN, Effect.SAME]
        assert comparison.items[0].differences[0] == Difference(field="guid", before=an_item(1).guid, after="anders")

    def test_an_address_many_items_share_tells_no_episode(self) -> None:
        placeholder = sound("https://kommunen-podcast.example/soon.mp3", 0)
        items = [an_item(n, guid=f"g{n}", title=f"T{n}", enclosure=placeholder) for n in range(3)]

        assert effects(compare(feed(*items[:2]), feed(*items[1:]))) == [Effect.GONE, Effect.NEW, Effect.SAME]

    def test_episodes_without_any_title_are_not_taken_for_one_another(self) -> None:
        old = an_item(1, guid="a", title="", published=DAY)
        new = an_item(2, guid="b", title="", published=DAY, enclosure=sound("https://neu.example/b.mp3", 7))

        assert effects(compare(feed(old), feed(new))) == [Effect.GONE, Effect.NEW]

    def test_a_guid_that_means_another_episode_is_named(self) -> None:
        other = an_item(2, guid=an_item(1).guid, title="Schildkröten", enclosure=sound("https://x.example/2.mp3", 7))

        assert effects(compare(feed(an_item(1)), feed(other))) == [Effect.REUSED]

    def test_another_file_under_the_same_address_is_overwritten(self) -> None:
        new = an_item(1, enclosure=replace(an_item(1).enclosure, bytes=7))

        comparison = compare(feed(an_item(1)), feed(new))

        assert effects(comparison) == [Effect.OVERWRITTEN]
        assert changed_fields(comparison) == ["enclosure.bytes"]

    def test_another_file_under_another_address_is_replaced(self) -> None:
        new = an_item(1, enclosure=sound("https://kommunen-podcast.example/audio/diensteid-1-ffff.mp3", 7))

        assert effects(compare(feed(an_item(1)), feed(new))) == [Effect.REPLACED]

    def test_the_same_size_under_another_address_is_moved(self) -> None:
        new = an_item(1, enclosure=sound("https://kommunen-podcast.example/audio/diensteid-1-ffff.mp3"))

        assert effects(compare(feed(an_item(1)), feed(new))) == [Effect.MOVED]

    def test_a_length_nobody_knew_is_not_another_file(self) -> None:
        unknown = an_item(1, enclosure=replace(an_item(1).enclosure, bytes=0))

        assert effects(compare(feed(unknown), feed(an_item(1)))) == [Effect.CHANGED]
        assert effects(compare(feed(an_item(1)), feed(unknown))) == [Effect.CHANGED]

    def test_another_date_is_told_apart_from_another_text(self) -> None:
        assert effects(compare(feed(an_item(1)), feed(an_item(1, published=DAY)))) == [Effect.REDATED]
        assert effects(compare(feed(an_item(1)), feed(an_item(1, summary="Über Größe")))) == [Effect.CHANGED]

    def test_the_worst_comes_first(self) -> None:
        old = feed(*(an_item(n) for n in range(1, 7)))
        new = feed(
            an_item(9),
            an_item(1),
            an_item(2, title="Neu"),
            an_item(3, published=DAY),
            an_item(4, enclosure=replace(an_item(4).enclosure, bytes=7)),
            an_item(5, guid="anders"),
        )

        assert effects(compare(old, new)) == [
            Effect.AGAIN,
            Effect.GONE,
            Effect.OVERWRITTEN,
            Effect.REDATED,
            Effect.CHANGED,
            Effect.NEW,
            Effect.SAME,
        ]


class TestFields:
    """Which fields differ, with both values."""

    def test_values_inside_values_have_a_path(self) -> None:
        new = an_item(1, recording=Recording(place="Wuppertal"), people=(HOST,))

        fields = changed_fields(compare(feed(an_item(1)), feed(new)))

        assert fields == ["people", *(f"recording.{name}" for name in ("occasion", "place", "geo", "osm", "country"))]

    def test_a_show_is_compared_field_by_field(self) -> None:
        new = a_show(title="Größe", guid="x", categories=(Category(name="Arts"),))

        differences = compare(feed(), feed(show=new)).show

        assert {difference.field for difference in differences} == {"title", "guid", "categories"}
        assert Difference(field="title", before="Kommunen-Podcast", after="Größe") in differences
        assert not compare(feed(), feed(show=new)).empty

    def test_of_a_repeated_guid_the_items_that_look_alike_are_compared(self) -> None:
        one, two = an_item(1, guid="g", title="A"), an_item(2, guid="g", title="B")

        comparison = compare(feed(one, two), feed(two, replace(one, summary="Neu")))

        assert changed_fields(comparison) == ["summary"]


class TestOnce:
    """What many episodes have in common is told once."""

    def test_a_move_to_another_host_is_one_line_with_its_count(self) -> None:
        old = [an_item(n) for n in range(1, 6)]
        new = [moved(item) for item in old]

        comparison = compare(feed(*old), feed(*new))

        base, cdn, pages = "https://kommunen-podcast.example", "https://cdn.neu.example/p", "https://neu.example"
        assert comparison.moves == (
            Shared(field="", before=base, after=cdn, items=5, audio=5),
            Shared(field="", before=base, after=pages, items=5),
        )
        assert set(effects(comparison)) == {Effect.MOVED}
        assert all(difference.shared for noticed in comparison.items for difference in noticed.differences)

    def test_addresses_inside_values_and_notes_move_with_the_others(self) -> None:
        def at(host: str, count: int) -> Item:
            picture = Appearance(name="Uwe", picture=f"https://{host}/uwe.jpg")
            url = f"https://{host}/{count}.mp3"
            return an_item(count, enclosure=sound(url), people=(picture,), notes_html=f'<a href="https://{host}/">')

        comparison = compare(
            feed(*(at("alt.example", n) for n in range(4))), feed(*(at("neu.example", n) for n in range(4)))
        )

        assert {difference.field for each in comparison.items for difference in each.differences} == {
            "enclosure.url",
            "people",
            "notes_html",
        }
        assert all(difference.shared for each in comparison.items for difference in each.differences)

    def test_what_changed_besides_a_move_is_told_of_its_episode(self) -> None:
        old = [an_item(n) for n in range(1, 6)]
        new = [replace(moved(old[0]), title="Größe"), *map(moved, old[1:])]

        own = [one for each in compare(feed(*old), feed(*new)).items for one in each.differences if not one.shared]

        assert own == [Difference(field="title", before=old[0].title, after="Größe")]

    def test_a_host_who_joins_every_episode_is_told_once(self) -> None:
        old = [an_item(n, people=(Appearance(name=f"Gast {n}"),)) for n in range(SHARED)]
        new = [replace(item, people=(HOST, *item.people)) for item in old]

        comparison = compare(feed(*old), feed(*new))

        assert comparison.shared == (Shared(field="people", before=(), after=(HOST,), items=SHARED),)

    def test_what_two_episodes_have_in_common_is_told_of_each(self) -> None:
        old = [an_item(n) for n in range(SHARED - 1)]
        new = [replace(moved(item), explicit=True) for item in old]

        comparison = compare(feed(*old), feed(*new))

        assert (comparison.moves, comparison.shared) == ((), ())


class TestOrder:
    """Items that stand elsewhere."""

    def test_one_that_jumps_to_the_front_is_one(self) -> None:
        one, two, three = an_item(1), an_item(2), an_item(3)

        comparison = compare(feed(one, two, three), feed(three, one, two))

        assert comparison.reordered == 1
        assert not comparison.empty

    def test_one_that_moves_with_its_date_is_not_counted_twice(self) -> None:
        one, two, three = an_item(1), an_item(2), an_item(3)

        assert compare(feed(one, two, three), feed(replace(three, published=DAY), one, two)).reordered == 0


class TestPages:
    """Apps that read the first page see it alone; the others see what is reachable."""

    def test_an_item_that_only_a_later_page_has_now_has_left(self) -> None:
        items = [an_item(n) for n in (3, 2, 1)]

        comparison = compare(feed(*items), paged(*items, older=2))

        assert effects(comparison) == [Effect.LEFT, Effect.LEFT, Effect.SAME]
        assert not comparison.empty
        assert effects(compare(paged(*items, older=2), feed(*items))) == [Effect.BACK, Effect.BACK, Effect.SAME]

    def test_one_that_makes_room_for_a_newer_one_is_not_noticed(self) -> None:
        comparison = compare(paged(an_item(2), an_item(1), older=0), paged(an_item(3), an_item(2), an_item(1), older=1))

        assert effects(comparison) == [Effect.NEW, Effect.ARCHIVED, Effect.SAME]
        assert [noticed.effect for noticed in comparison.noticed] == [Effect.NEW]

    def test_more_that_leave_than_come_are_noticed(self) -> None:
        old = feed(an_item(3), an_item(2), an_item(1))

        comparison = compare(old, paged(an_item(4), an_item(3), an_item(2), an_item(1), older=2))

        assert effects(comparison) == [Effect.LEFT, Effect.LEFT, Effect.NEW, Effect.SAME]

    def test_an_older_one_that_comes_makes_nobody_leave(self) -> None:
        late = an_item(4, published=an_item(1).published - timedelta(days=1))

        comparison = compare(feed(an_item(2), an_item(1)), paged(an_item(2), late, an_item(1), older=1))

        assert effects(comparison) == [Effect.LEFT, Effect.NEW, Effect.SAME]

    def test_the_worse_of_two_effects_counts(self) -> None:
        other_file = an_item(2, enclosure=sound("https://neu.example/2.mp3", 7))

        comparison = compare(
            feed(an_item(3), an_item(2), an_item(1)), paged(an_item(3), other_file, an_item(1, title="Neu"), older=2)
        )

        assert effects(comparison) == [Effect.REPLACED, Effect.LEFT, Effect.SAME]
        assert "title" in changed_fields(comparison)

    def test_notes_that_are_slim_on_a_later_page_are_no_difference(self) -> None:
        one, slim = an_item(1, notes_html="<p>Größe</p>"), an_item(1, notes_html="")

        assert changed_fields(compare(feed(an_item(2), one), paged(an_item(2), slim, older=1))) == []
        assert compare(paged(an_item(2), one, older=1), paged(an_item(2), slim, older=1)).empty
        assert changed_fields(compare(feed(an_item(2), one), feed(an_item(2), slim))) == ["notes_html"]

    def test_other_notes_on_a_later_page_are_a_difference(self) -> None:
        one, other = an_item(1, notes_html="<p>Größe</p>"), an_item(1, notes_html="<p>Mut</p>")

        assert effects(compare(paged(one, older=1), paged(other, older=1))) == [Effect.CHANGED]


class TestBeyond:
    """What a further feed says and the main feed does not."""

    def test_what_both_say_is_left_out(self) -> None:
        both = compare(feed(an_item(1), an_item(2)), feed(an_item(1, title="Neu"), an_item(3)))

        assert not both.empty
        assert beyond(both, both).empty

    def test_an_episode_that_changes_and_leaves_this_feed_is_gone_from_it(self) -> None:
        told = compare(feed(an_item(1)), feed(an_item(1, title="Neu")))

        assert [one.effect for one in beyond(compare(feed(an_item(1)), feed()), told).items] == [Effect.GONE]
        assert [one.effect for one in beyond(compare(feed(), feed(an_item(1))), told).items] == [Effect.NEW]

    def test_a_worse_effect_than_in_the_main_feed_is_kept(self) -> None:
        told = compare(feed(an_item(1)), feed(an_item(1, title="Neu")))
        other = compare(feed(an_item(1)), feed(an_item(1, enclosure=sound("https://neu.example/1.opus", 7))))

        assert [one.effect for one in beyond(other, told).items] == [Effect.REPLACED]
        assert beyond(told, other).empty

    def test_its_own_title_is_kept(self) -> None:
        told = compare(feed(), feed(show=a_show(description="Größe")))
        other = compare(feed(), feed(show=a_show(description="Größe", title="Mut")))

        assert [difference.field for difference in beyond(other, told).show] == ["title"]


def paged(*items: Item, older: int) -> Feed:
    """A feed of which the last `older` items are on later pages."""
    return PagedFeed(show=a_show(), items=items, older=older)


def moved(item: Item) -> Item:
    """The item with its audio and its page on other hosts."""
    base = "https://kommunen-podcast.example"
    return replace(
        item,
        link=item.link.replace(base, "https://neu.example"),
        enclosure=replace(item.enclosure, url=item.enclosure.url.replace(base, "https://cdn.neu.example/p")),
    )


ITEMS = st.builds(
    an_item,
    st.integers(0, 3),
    guid=st.sampled_from(["", "a", "b", "c", "d"]),
    title=st.sampled_from(["", "Größe", "שלום", "e\u0301"]),
    published=st.sampled_from([DAY, DAY + timedelta(days=1), DAY.astimezone(WINTER)]),
    enclosure=st.builds(
        sound,
        st.sampled_from(["https://a.example/1.mp3", "https://b.example/1.mp3", "http://[", "x"]),
        st.integers(0, 3),
    ),
    people=st.sampled_from([(), (HOST,), (HOST, HOST)]),
    explicit=st.booleans(),
)
FEEDS = st.builds(
    Feed,
    show=st.sampled_from([a_show(), a_show(title="Neu", guid="")]),
    items=st.lists(ITEMS, max_size=9).map(tuple),
)


@given(FEEDS)
def test_no_feed_differs_from_itself(one: Feed) -> None:
    assert compare(one, one).empty


@given(FEEDS, FEEDS)
def test_every_item_of_both_feeds_has_exactly_one_effect(old: Feed, new: Feed) -> None:
    items = compare(old, new).items

    assert Counter(id(noticed.old) for noticed in items if noticed.old) == Counter(map(id, old.items))
    assert Counter(id(noticed.new) for noticed in items if noticed.new) == Counter(map(id, new.items))
    for noticed in items:
        assert (noticed.effect is Effect.GONE) == (noticed.new is None)
        assert (noticed.effect is Effect.NEW) == (noticed.old is None)
        assert (noticed.effect is Effect.SAME) == (noticed.old == noticed.new)


@given(FEEDS, FEEDS)
def test_what_is_new_one_way_is_gone_the_other_way(old: Feed, new: Feed) -> None:
    there, back = compare(old, new), compare(new, old)

    assert [each.new for each in there.items if each.effect is Effect.NEW] == [
        each.old for each in back.items if each.effect is Effect.GONE
    ]
    assert there.reordered == back.reordered
    assert len(there.noticed) == len(back.noticed)


@pytest.mark.parametrize(
    "guid", [lambda n: f"g{n}", lambda n: "g", lambda n: ""], ids=["guids", "one guid", "no guids"]
)  # fmt: skip
def test_the_work_grows_with_the_feeds_and_not_with_their_product(guid: object) -> None:
    """Counted as comparisons of guids, for a clock says nothing in a test."""
    assert callable(guid)
    asked = Counter[str]()

    class Guid(str):
        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            asked["=="] += 1
            return str.__eq__(self, other)

    count = 3000
    old = [an_item(n, guid=Guid(guid(n))) for n in range(count)]
    new = [an_item(n, guid=Guid(guid(n)), title="Neu") for n in reversed(range(count))]

    assert len(compare(feed(*old), feed(*new)).noticed) == count
    assert asked["=="] < 40 * count
