"""What a pull does with the files that texts name: covers and transcripts, and audio that was asked for."""

import hashlib
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath

from podcast.publishing.arrivals import Action, Arrival
from podcast.publishing.arrivals import written as arrival_of
from podcast.publishing.measuring import Files
from podcast.publishing.places import place
from podcast.release import Blob, Release, ShowRelease
from podcast.settings import Settings
from podcast.stores import Store


class PulledFiles:
    """Gathers `arrivals`. A file that is here is replaced only where it was published once and nobody changed it.

    What is published of audio is mostly a tagged copy: that copy is what a pull brings, and what a publish then knows
    as the same.
    """

    def __init__(self, folder: Path, store: Store, files: Files | None) -> None:
        """`files` are those measured in the folder: a transcript with mistakes is not published as it is."""
        texts = files.transcripts if files else {}
        self.arrivals: list[Arrival] = []
        self._folder = folder
        self._store = store
        self._seen: set[str] = set()
        self._forms = {written: text.forms[0].sha256 for written, text in texts.items()}
        self._published = cache(self._list)

    def show(self, settings: Settings, release: ShowRelease) -> None:
        """Decide about the pictures of the show."""
        if release.cover:
            self._file(settings.cover, release.cover, "the show's cover")
        if release.logo:
            self._file(settings.site.logo, release.logo, "the logo of the pages")
        for image in release.images:
            if image.blob:
                self._file(image.path, image.blob, "a picture of the show")
        look, site = release.site, settings.site
        if look.css:
            self._text(site.css, look.css, "the style sheet of the pages")
        for template in look.templates:
            self._text(f"{site.templates.rstrip('/')}/{template.name}", template.text, "a template of the pages")

    def episode(self, release: Release, *, audio: bool) -> None:
        """Decide about the files of an episode; about its `audio` and other forms only if they are wanted."""
        episode = release.episode
        if release.cover:
            self._file(episode.cover, release.cover, f"the cover of {episode.title}")
        for image in release.images:
            if image.blob:
                self._file(image.path, image.blob, f"a picture of {episode.title}")
        if len(episode.transcripts) == len(release.transcripts):
            for written, transcript in zip(episode.transcripts, release.transcripts, strict=True):
                self._file(written.path, transcript, f"a transcript of {episode.title}")
        if audio:
            self._file(episode.audio, release.audio, f"the audio of {episode.title}", release.audio.master)
            for form in release.alternates:
                if form.blob:
                    self._file(form.path, form.blob, f"another form of {episode.title}", form.master)

    def _file(self, written: str, blob: Blob, what: str, master: str = "") -> None:
        """Decide about one file. `master` is the hex sha256 of the producer's own, of which a copy is published."""
        if not written or written in self._seen:
            return
        self._seen.add(written)
        path = place(self._folder, written, blob.key)
        if path is None:
            if not _is_there(self._folder, written):
                reason = f"{what} cannot be brought to a place outside the folder, or of another kind"
                self.arrivals.append(Arrival(action=Action.SKIP, path=written, reason=reason))
            return
        here = self._forms.get(written) or _digest(path)
        if here in (blob.sha256, master or blob.sha256):
            return
        action, reason = (Action.REPLACE if here else Action.CREATE), what
        if here and here[:12] not in self._published(f"{blob.key.partition('/')[0]}/"):
            action, reason = Action.KEEP, f"{what} is another file here, and is kept"
        self.arrivals.append(
            Arrival(
                action=action,
                path=PurePosixPath(written).as_posix(),
                reason=reason,
                key=blob.key,
                bytes=blob.bytes,
                sha256=blob.sha256,
                here=here,
            )
        )

    def _text(self, written: str, text: str, what: str) -> None:
        """Bring a text that stands in the ledger itself, where there is none here; any other is kept."""
        kind = PurePosixPath(written).suffix
        path = place(self._folder, written, f"text{kind}") if kind in (".css", ".html") else None
        if path is None:
            if written and not _is_there(self._folder, written):
                reason = f"{what} cannot be brought to a place outside the folder, or of another kind"
                self.arrivals.append(Arrival(action=Action.SKIP, path=written, reason=reason))
            return
        here = _digest(path)
        arrival = arrival_of(Action.KEEP if here else Action.CREATE, written, text, what, here=here)
        if here != arrival.sha256:
            reason = f"{what} is another file here, and is kept" if here else what
            self.arrivals.append(replace(arrival, reason=reason))

    def _list(self, prefix: str) -> frozenset[str]:
        """Return the beginnings of the sha256 of everything that was ever published below a prefix."""
        names = (PurePosixPath(stat.key).stem for stat in self._store.list(prefix))
        return frozenset(name.rpartition("-")[2] for name in names)


def _is_there(folder: Path, written: str) -> bool:
    try:
        return (folder / Path(written).expanduser()).is_file()
    except (OSError, RuntimeError, ValueError):
        return False


def _digest(path: Path) -> str:
    """Return the hex sha256 of a file, empty where there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return ""
