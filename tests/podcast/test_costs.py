"""What a publish asks of its store: requests follow what changed, and not how much is published already."""

from pathlib import Path

import pytest

from podcast.publishing.changes import NOTHING_ASKED, Asked
from podcast.stores.memory import MemoryStore
from podcast.website.groups import ARCHIVE, PEOPLE
from podcast.website.listpages import PART
from tests.podcast.builders import later, make_show
from tests.podcast.counting import Counting
from tests.soaking import SOAK

FEW, MANY = 30, 200 if SOAK else 60
"""Both have episodes that no longer stand on the show's own page."""


class Published:
    """A show with so many published episodes, and what one more publish of it asks for."""

    def __init__(self, folder: Path, count: int, *, paged: bool) -> None:
        self.show = make_show(folder, episodes=0)
        self.show.publish_files_as_they_are()
        if paged:
            settings = folder / "podcast.toml"
            text = settings.read_text(encoding="utf-8")
            settings.write_text(f"{text}\n[feed]\nitems = 5\n", encoding="utf-8")
        self.store = MemoryStore()
        for number in range(1, count + 1):
            self.write(number)
        self.show.publish(self.store)
        self.hours = 0

    def write(self, number: int, title: str = "") -> None:
        """Write an episode; numbers have the date that makes the highest the newest."""
        day = f"20{number // 300:02}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02} 06:00"
        self.show.episode(number, title=title, published=day, guid=guid_of(number))

    def asks(self, asked: Asked = NOTHING_ASKED) -> dict[str, int]:
        """Publish, and return how often the store was asked what."""
        self.hours += 1
        store = Counting(self.store)
        self.show.publish(store, now=later(self.hours), asked=asked)
        return dict(store.requests)


def guid_of(number: int) -> str:
    return f"{number:08}-aaaa-4bbb-8ccc-000000000000"


@pytest.fixture(params=[False, True], ids=["one feed", "an archive"])
def shows(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Published, Published]:
    few, many = (Published(tmp_path / f"{count}", count, paged=request.param) for count in (FEW, MANY))
    return few, many


def test_requests_follow_what_changed_and_not_how_much_is_published(shows: tuple[Published, Published]) -> None:
    few, many = shows

    nothing = few.asks()
    assert nothing == many.asks() == {"get": 2, "stat": 1}

    for count, published in ((FEW, few), (MANY, many)):
        published.write(count + 1)
    one_new = few.asks()
    assert one_new == many.asks()
    assert sum(one_new.values()) <= 40  # lists, neighbour, sitemap, player, search, catalogue, kit

    for published in (few, many):
        published.write(2, title="Besser")
    assert few.asks() == many.asks()

    withdrawn = Asked(withdraw=frozenset({guid_of(3)}))
    gone_of_few, gone_of_many = few.asks(withdrawn), many.asks(withdrawn)
    shifted = len((ARCHIVE, PEOPLE)) * (MANY // PART)  # the lists of older episodes move up by one
    assert gone_of_few["put"] <= gone_of_many["put"] <= gone_of_few["put"] + shifted
    assert gone_of_few | {"put": 0} == gone_of_many | {"put": 0}

    for count, published in ((FEW, few), (MANY, many)):
        for number in range(count + 2, count + 12):
            published.write(number)
    ten_new = few.asks()
    assert ten_new == many.asks()
    assert sum(ten_new.values()) <= 10 * sum(one_new.values())
