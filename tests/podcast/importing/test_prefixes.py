"""Prefixes that count downloads are recognised, and nothing else is taken for one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podcast.importing.prefixes import without_prefixes
from tests.soaking import examples

AUDIO = "https://cdn.example.org/show/1.mp3?updated=1&x=a%20b"
PLACE = AUDIO.removeprefix("https://")

PREFIXES = {
    "dts.podtrac.com/redirect.mp3/": "Podtrac",
    "www.podtrac.com/pts/redirect.m4a/": "Podtrac",
    "play.podtrac.com/npr-500005/": "Podtrac",
    "chtbl.com/track/6D589D/": "Chartable",
    "chrt.fm/track/38DGD/": "Chartable",
    "chrt.fm/track/": "Chartable",
    "pdst.fm/e/": "Podsights",
    "op3.dev/e/": "OP3",
    "op3.dev/e,pg=ead4c236-bf58-58c6-a2c6-a6b28d128cb6/": "OP3",
    "media.blubrry.com/phd/": "Blubrry",
    "mgln.ai/e/441/": "Magellan AI",
    "claritaspod.com/measure/": "Claritas",
    "clrtpod.com/m/": "Claritas",
    "2.gum.fm/": "Gumball",
    "pdcn.co/e/": "Podcorn",
    "pscrb.fm/rss/p/": "Podscribe",
    "verifi.podscribe.com/rss/p/": "Podscribe",
    "arttrk.com/p/24FDE/": "ArtsAI",
    "pfx.vpixl.com/2jSe3/": "Veritone",
    "prfx.byspotify.com/e/": "Spotify",
    "tracking.swap.fm/track/xyz/": "SwapFM",
}
chains = st.lists(st.sampled_from(sorted(PREFIXES)), min_size=1, max_size=6)


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("behind", [PLACE, AUDIO, AUDIO.replace("://", "%3A%2F%2F")])
def test_what_stands_behind_a_prefix_is_found_with_or_without_its_scheme(prefix: str, behind: str) -> None:
    found = without_prefixes(f"https://{prefix}{behind}")
    assert (found.names, found.url.replace("%20", " ")) == ((PREFIXES[prefix],), AUDIO.replace("%20", " "))


@given(chain=chains)
@settings(max_examples=examples(300), deadline=None)
def test_a_chain_is_taken_apart_whatever_its_order(chain: list[str]) -> None:
    found = without_prefixes(f"https://{''.join(chain)}{PLACE}")
    assert found.url == AUDIO
    assert found.names == tuple(PREFIXES[prefix] for prefix in chain)


@pytest.mark.parametrize(
    "url",
    [
        AUDIO,
        "https://media.blubrry.com/phd/phd150.mp3",
        "https://dts.podtrac.com/redirect.mp3/1.mp3",
        "https://play.podtrac.com/npr-1/",
        "https://example.org/op3.dev/e/cdn.example.org/1.mp3",
        "https://notop3.dev/e/cdn.example.org/1.mp3",
        "https://traffic.libsyn.com/show/1.mp3",
        "file:///op3.dev/e/cdn.example.org/1.mp3",
        "https://op3.dev/e/file:///etc/passwd",
        "https://op3.dev/e/",
        "",
    ],
)
def test_an_address_without_a_prefix_stays_as_it_is(url: str) -> None:
    found = without_prefixes(url)
    assert (found.url, found.names) == (url, ())


def test_the_scheme_is_that_of_the_inner_address_else_that_of_the_outer_one() -> None:
    assert without_prefixes("http://pdst.fm/e/cdn.example.org/1.mp3").url == "http://cdn.example.org/1.mp3"
    assert without_prefixes("http://pdst.fm/e/https://cdn.example.org/1.mp3").url == "https://cdn.example.org/1.mp3"


@given(url=st.text(max_size=200) | st.from_regex(r"https?://(op3\.dev/e/|chrt\.fm/track/)*[!-~]*", fullmatch=True))
@settings(max_examples=examples(300), deadline=None)
def test_any_text_ends_with_an_answer_that_stays_the_same_asked_again(url: str) -> None:
    once = without_prefixes(url)
    assert without_prefixes(once.url).url == once.url or len(once.names) == 20
