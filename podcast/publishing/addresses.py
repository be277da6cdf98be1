"""Which slugs, short links, numbers and audio belong to which published episode. An address never changes hands."""

from podcast.publishing.ledger import Entry, Ledger, State
from podcast.release import Release


class Addresses:
    """What is taken in a ledger; short links given out since are taken too.

    The row with the guid `without` takes nothing, nor does one whose addresses went on to its new edition.
    """

    def __init__(self, ledger: Ledger | None, *, without: str = "") -> None:
        rows = ledger.entries if ledger else ()
        entries = [entry for entry in rows if entry.guid != without and not entry.successor]
        self._slugs = {slug: entry for entry in entries for slug in entry.former_slugs}
        self._slugs |= {entry.release.episode.slug: entry for entry in entries}
        self._shorts = {entry.short for entry in entries if entry.short}
        self._audio = {sha256: entry for entry in entries if entry.state is State.PUBLISHED for sha256 in _files(entry)}
        self._numbers = {_number(entry.release): entry for entry in entries if entry.release.episode.number}

    def taken_from(self, release: Release) -> str:
        """Return why a new episode cannot have its address, audio or number, or nothing."""
        episode = release.episode
        owner = self._slugs.get(episode.slug) or self._audio.get(release.audio.origin)
        if owner is not None:
            what = "address" if episode.slug in self._slugs else "audio"
            name = f"'{owner.release.episode.title}' (guid {owner.guid})"
            if owner.state is State.PUBLISHED and episode.slug not in owner.former_slugs:
                mend = "if it is that episode, restore its guid, which never changes"
                return f"its {what} belongs to {name}, and the guid here is {episode.guid}; {mend}"
            return f"its {what} belonged to {name}, and old links lead there; choose another file name"
        namesake = self._numbers.get(_number(release)) if episode.number else None
        if namesake is not None:
            did = "published" if namesake.state is State.PUBLISHED else "withdrew"
            return f"number {episode.number} is '{namesake.release.episode.title}', which {namesake.current.by} {did}"
        return ""

    def owner(self, slug: str) -> Entry | None:
        """Return the episode whose address a slug is or was."""
        return self._slugs.get(slug)

    def short(self, release: Release) -> str:
        """Give out what follows `/f/`: the number, with the season where that is taken; empty without a number."""
        number, season = release.episode.number, release.episode.season
        if number is None:
            return ""
        wanted = (f"{number}", f"s{season or 1}e{number}")
        short = next((short for short in wanted if short not in self._shorts), "")
        self._shorts.add(short)
        return short


def _files(entry: Entry) -> tuple[str, ...]:
    """Return the hex sha256 of every file that is the audio of an episode: the producer's, and what is published."""
    audio = entry.release.audio
    return () if audio.url else (audio.origin, audio.sha256)


def _number(release: Release) -> tuple[int | None, int | None, str]:
    episode = release.episode
    return episode.season, episode.number, episode.kind.value
