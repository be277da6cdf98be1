"""What is promised about the text of an episode file: whatever an episode holds is read back as it was."""

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings

from episodes.frontmatter import Document, parse
from episodes.markup import Markup, parse_markup, write_markup
from episodes.model import Episode
from episodes.namespace import EpisodeTags
from episodes.problems import UserError
from episodes.schema import FIELDS, read_episode
from podcast.episodetext import write_episode
from tests.episodes.builders import a_file, an_episode
from tests.podcast.strategies import EXTRA, episodes
from tests.soaking import examples

WHOLE = """\
link: https://a.example/1
audio_facts:
  type: audio/mpeg
  bytes: 34567890
  duration: "34:12"
transcripts:
  - path: a.vtt
    language: de
    captions: true
  - url: https://a.example/1.srt
    type: application/srt
chapters:
  - 00:00 Anfang
  - start: 01:00
    end: 02:00
    title: Mut
    link: https://a.example/
    image: https://a.example/a.png
    hidden: true
    place: Berlin
    geo: "geo:52.52,13.40"
    osm: R62422
waypoints: true
cover: https://a.example/1.jpg
alternates:
  - urls: [https://a.example/1.ogg, https://b.example/1.ogg]
    type: audio/ogg
    bytes: 0
    bitrate: 64000
    height: 720
    language: de
    title: klein
    rel: low
    codecs: opus
    integrity: sha256-abc=
images:
  - url: https://a.example/b.png
    alt: Wald
    purpose: banner
    aspect_ratio: 16/9
    width: 1600
    height: 900
    type: image/png
season_name: Zweite
number_display: 1a
soundbites:
  - start: 01:00
    duration: "00:30.5"
    title: kurz
itunes_title: Nur der Titel
block: true
license: my-license
license_url: https://a.example/license
locations:
  - name: Wuppertal
    rel: creator
    geo: "geo:51.25,7.15"
    osm: R62478
    country: DE
funding:
  - url: https://a.example/spende
    message: Danke
txt:
  - text: abc
    purpose: verify
chat:
  server: irc.example.org
  protocol: irc
  account_id: "@anna"
  space: "#mut"
social_interact:
  - protocol: activitypub
    uri: https://a.example/@anna/1
    account_id: "@anna"
    account_url: https://a.example/@anna
    priority: 1
value:
  - type: lightning
    method: keysend
    valueRecipient:
      - name: Anna
        split: "100"
extra:
  - xml: |-
      <x:mood xmlns:x="https://b.example/ns" level="3">
        <x:more/>
      </x:mood>
"""


def read_back(episode: Episode) -> Episode:
    raw = write_episode(episode).encode()
    document = parse(raw, f"episodes/{episode.source_name}")
    assert isinstance(document, Document), str(document)
    read, problems = read_episode(document, raw, None)
    assert problems == ()
    assert read is not None
    return replace(read, source_sha256="")


@settings(derandomize=True, deadline=None, max_examples=examples(60))
@given(episodes())
def test_any_episode_is_read_back_as_it_was(episode: Episode) -> None:
    back = read_back(episode)
    assert {f.name: getattr(back, f.name) for f in fields(back)} == {
        f.name: getattr(episode, f.name) for f in fields(episode)
    }
    assert back.published is not None and episode.published is not None
    assert back.published.utcoffset() == episode.published.utcoffset()


def test_every_field_is_written_in_the_order_of_the_schema() -> None:
    episode = an_episode(a_file(*WHOLE.splitlines(), audio="https://a.example/1.mp3"))
    text = write_episode(episode)
    ordinary = {"season", "kind", "summary", "appearances", "recording", "topics", "explicit"}
    written = [line.split(":")[0] for line in text.splitlines() if line[:1].isalpha()]
    assert [name for name in FIELDS if name in written] == written
    assert {*FIELDS} - {*written} == {*ordinary, "chapters_url"}
    assert [line for line in WHOLE[: WHOLE.index("extra:")].splitlines() if line not in text.splitlines()] == []


@settings(derandomize=True, deadline=None, max_examples=examples(60))
@given(EXTRA)
def test_an_element_is_read_back_as_it_was(markup: Markup) -> None:
    assert parse_markup(write_markup(markup)) == markup


def test_an_element_keeps_the_prefixes_its_feed_had() -> None:
    xml = '<x:mood xmlns:x="https://b.example/ns" level="&lt;3">gut &amp; „gern“</x:mood>'
    assert write_markup(parse_markup(xml)) == xml


@pytest.mark.parametrize(
    "block",
    [
        Markup(name="podcast:value", children=(Markup(name="spotify:limit"),)),
        Markup(name="podcast:value", attributes=(("a", "1"),), children=(Markup(name="podcast:a"),)),
        Markup(name="podcast:value", attributes=(("text", "1"),), text="x"),
        Markup(name="podcast:value", attributes=(("xml:lang", "de"),)),
    ],
)
def test_a_value_block_that_fields_cannot_say_is_refused_and_not_changed(block: Markup) -> None:
    episode = an_episode(a_file())
    with pytest.raises(UserError, match="cannot be written in fields"):
        write_episode(replace(episode, tags=EpisodeTags(value=(block,))))
