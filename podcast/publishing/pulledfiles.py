"""What a pull does with the files that texts name: covers and transcripts, and audio that was asked for."""

from collections.abc import Collection
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath

from podcast.layout import TEASER_TEMPLATES
from podcast.newsletter.templating import NAMES
from podcast.publishing.arrivals import Action, Arrival
from podcast.publishing.arrivals import written as arrival_of
from podcast.publishing.ledger import Entry
from podcast.publishing.measuring import Files
from podcast.publishing.places import place
from podcast.publishing.strayaudio import is_stray, named_file, own_path, sha256_of
from podcast.release import Blob, ShowRelease
from podcast.settings import Settings
from podcast.site_settings import TEMPLATE_KINDS
from podcast.stores import Store

_TEASER_KINDS = tuple({PurePosixPath(name).suffix for name in NAMES})


class PulledFiles:
    """Gathers `arrivals`, and in `paths` where audio of episodes is whose texts name another place.

    A file that is here is replaced only where it was published once and nobody changed it.

    What is published of audio is mostly a tagged copy: that copy is what a pull brings, and what a publish then knows
    as the same.
    """

    def __init__(self, folder: Path, store: Store, files: Files | None) -> None:
        """`files` are those measured in the folder: a transcript with mistakes is not published as it is."""
        texts = files.transcripts if files else {}
        self.arrivals: list[Arrival] = []
        self.paths: dict[str, str] = {}
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
        for template in release.newsletter:
            self._text(f"{TEASER_TEMPLATES}/{template.name}", template.text, "a template of teasers", _TEASER_KINDS)

    def episode(self, entry: Entry, *, audio: bool, here: str, text_comes: bool) -> None:
        """Decide about the files of an episode; about its `audio` and other forms only if they are wanted.

        `here` is the path of the audio in the text of this folder; `text_comes` says that the pull writes the text.
        """
        release, episode = entry.release, entry.release.episode
        if release.cover:
            self._file(episode.cover, release.cover, f"the cover of {episode.title}")
        for image in release.images:
            if image.blob:
                self._file(image.path, image.blob, f"a picture of {episode.title}")
        if len(episode.transcripts) == len(release.transcripts):
            for written, transcript in zip(episode.transcripts, release.transcripts, strict=True):
                if not transcript.url:
                    self._file(written.path, transcript, f"a transcript of {episode.title}")
        ours = audio and not release.audio.url
        own = own_path(self._folder, entry, here) if ours or text_comes else ""  # what is large is read for that
        if own:
            self.paths[entry.guid] = own
        is_here = own and _outside(self._folder, own) in (release.audio.sha256, release.audio.master)
        if ours and not is_here and is_stray(self._folder, episode.audio, release.audio):
            self._stray(entry, own or episode.audio, text_comes=text_comes)
        elif ours and not is_here:
            self._file(episode.audio, release.audio, f"the audio of {episode.title}", release.audio.master)
        for form in release.alternates if audio else ():
            if form.blob:
                self._file(form.path, form.blob, f"another form of {episode.title}", form.master)

    def _stray(self, entry: Entry, named: str, *, text_comes: bool) -> None:
        """Bring audio that a text names outside the folder under its published name, unless it is in that place.

        `named` is the path in the text here.
        """
        episode, blob = entry.release.episode, entry.release.audio
        there = _outside(self._folder, episode.audio)
        if there in (blob.sha256, blob.master or blob.sha256):
            return
        what = f"the audio of {episode.title}"
        if there and not text_comes:
            reason = f"{what} is another file here, and is kept"
            self.arrivals.append(Arrival(action=Action.KEEP, path=episode.audio, reason=reason, here=there))
            return
        self.paths[entry.guid] = blob.key
        if text_comes:
            self._file(blob.key, blob, what)
            return
        use = f"its text names {named}; to use this file: folge set {episode.slug} audio={blob.key}"
        count = len(self.arrivals)
        self._file(blob.key, blob, f"{what}; {use}")
        if len(self.arrivals) == count:
            reason = f"{what} is here; {use}"
            self.arrivals.append(Arrival(action=Action.SKIP, path=blob.key, reason=reason))

    def _file(self, written: str, blob: Blob, what: str, master: str = "") -> None:
        """Decide about one file. `master` is the hex sha256 of the producer's own, of which a copy is published."""
        if not written or written in self._seen:
            return
        self._seen.add(written)
        path = place(self._folder, written, blob.key)
        if path is None:
            if not _outside(self._folder, written):
                reason = f"{what} cannot be brought to a place outside the folder, or of another kind"
                self.arrivals.append(Arrival(action=Action.SKIP, path=written, reason=reason))
            return
        here = self._forms.get(written) or sha256_of(path)
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

    def _text(self, written: str, text: str, what: str, kinds: Collection[str] = (".css", *TEMPLATE_KINDS)) -> None:
        """Bring a text that stands in the ledger itself, where there is none here; any other is kept."""
        kind = PurePosixPath(written).suffix
        path = place(self._folder, written, f"text{kind}") if kind in kinds else None
        if path is None:
            if written and not _outside(self._folder, written):
                reason = f"{what} cannot be brought to a place outside the folder, or of another kind"
                self.arrivals.append(Arrival(action=Action.SKIP, path=written, reason=reason))
            return
        here = sha256_of(path)
        arrival = arrival_of(Action.KEEP if here else Action.CREATE, written, text, what, here=here)
        if here != arrival.sha256:
            reason = f"{what} is another file here, and is kept" if here else what
            self.arrivals.append(replace(arrival, reason=reason))

    def _list(self, prefix: str) -> frozenset[str]:
        """Return the beginnings of the sha256 of everything that was ever published below a prefix."""
        names = (PurePosixPath(stat.key).stem for stat in self._store.list(prefix))
        return frozenset(name.rpartition("-")[2] for name in names)


def _outside(folder: Path, written: str) -> str:
    """Return the hex sha256 of a file that a text names anywhere, empty where there is none that can be read."""
    path = named_file(folder, written)
    try:
        return sha256_of(path) if path else ""
    except OSError:
        return ""
