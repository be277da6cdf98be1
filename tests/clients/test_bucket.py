"""Readers and apps before a bucket: published by `folge`, read by anybody, over the address the feed names."""

import pytest

from podcast.layout import FOR_EVER, SHORTLY
from tests.clients.asking import ask
from tests.clients.promises import Promises, addresses, audio_addresses
from tests.clients.shows import Published


class TestBucket(Promises):
    @pytest.fixture
    def published(self, bucket: Published) -> Published:
        return bucket

    def test_pages_are_named_by_their_files(self, published: Published) -> None:
        """A plain bucket finds no index.html by itself."""
        assert all(episode.link.endswith("/index.html") for episode in published.episodes)
        assert ask(published.episodes[0].link).status == 200

    def test_audio_is_kept_for_ever_and_the_feed_for_minutes(self, published: Published) -> None:
        assert {ask(it, "HEAD").headers["cache-control"] for it in audio_addresses(published)} == {FOR_EVER}
        assert ask(published.feed, "HEAD").headers["cache-control"] == SHORTLY

    @pytest.mark.parametrize("method", ["PUT", "DELETE"])
    def test_a_stranger_can_write_nothing(self, published: Published, method: str) -> None:
        for address in addresses(published):
            assert ask(address, method, Content_Length="0").status == 403
            assert ask(address, "HEAD").status == 200

    def test_a_stranger_can_list_nothing(self, published: Published) -> None:
        assert ask(published.address.removesuffix("show/")).status == 403
