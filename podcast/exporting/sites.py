"""A show as content of a static site: files with front matter for Hugo and for Jekyll, as podcast themes read them."""

import json
import re
from collections.abc import Iterator, Mapping

from episodes.model import Appearance
from episodes.slugs import slugify
from episodes.timecode import type_position
from podcast.exporting.outgoing import Leaving, Outgoing, clock

_BREAKS = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")
"""What JSON leaves as it is, and YAML or TOML take for a line break, or not at all."""


def as_hugo(show: Outgoing) -> Mapping[str, bytes]:
    """Return files for Hugo: episodes, guests and hosts with the front matter in TOML that the theme Castanet reads."""
    found: dict[str, bytes] = {}
    handles = _Handles(show)
    for leaving in show.episodes:
        fields = _hugo_episode(leaving, show, handles)
        found[f"content/episode/{leaving.path}.md"] = _toml_page(fields, _without_shortcodes(leaving.notes))
    for kind, handle, person in handles.pages():
        fields = {"Title": person.name, "Website": person.link, "Type": kind, "Thumbnail": person.picture}
        found[f"content/{kind}/{handle}.md"] = _toml_page(fields, _office(person))
    return found


def _hugo_episode(leaving: Leaving, show: Outgoing, handles: "_Handles") -> dict[str, object]:
    item = leaving.item
    vtt = next((one.url for one in item.transcripts if one.media_type == "text/vtt"), "")
    return {
        "title": item.title,
        "Description": item.summary,
        "date": item.published.isoformat(),
        "author": show.show.author,
        "url": f"/{leaving.path}/",
        "aliases": _aliases(leaving),
        "guid": item.guid,
        "episode": _number(item.number),
        "season": _number(item.season),
        "episode_type": item.kind.value,
        "episode_image": item.image_url,
        "images": [item.image_url] if item.image_url else [],
        "explicit": _yes(item.explicit),
        "hosts": handles.of(_heard(leaving, show), "host"),
        "guests": handles.of(_heard(leaving, show), "guest"),
        "podcast_file": item.enclosure.url,
        "podcast_bytes": str(item.enclosure.bytes),
        "podcast_duration": clock(item.duration),
        "transcript": vtt,
        "chapters": _chapters(leaving),
        "tags": list(leaving.topics),
        "categories": [],
        "series": [],
    }


def as_jekyll(show: Outgoing) -> Mapping[str, bytes]:
    """Return posts for Jekyll, with the front matter in YAML that Octopod and its like read."""
    return {
        f"_posts/{leaving.item.published:%Y-%m-%d}-{leaving.path}.md": _yaml_page(
            _jekyll_episode(leaving, show), leaving.notes
        )
        for leaving in show.episodes
    }


def _jekyll_episode(leaving: Leaving, show: Outgoing) -> dict[str, object]:
    item = leaving.item
    form = _form(item.enclosure.media_type)
    return {
        "layout": "post",
        "title": item.title,
        "date": item.published.isoformat(sep=" "),
        "author": show.show.author,
        "permalink": f"/{leaving.path}/",
        "redirect_from": _aliases(leaving),
        "guid": item.guid,
        "number": item.number,
        "season": item.season,
        "kind": item.kind.value,
        "explicit": _yes(item.explicit),
        "summary": item.summary,
        "duration": clock(item.duration),
        "audio": {form: item.enclosure.url},
        "filesize": {form: item.enclosure.bytes},
        "image": item.image_url,
        "people": [_person(person) for person in _heard(leaving, show)],
        "chapters": _chapters(leaving),
        "transcripts": [{"url": one.url, "type": one.media_type} for one in item.transcripts],
        "tags": list(leaving.topics),
        "render_with_liquid": False,
    }


class _Handles:
    """The names of the files of people, by name and role: the same person is one file, two of one name are one too."""

    def __init__(self, show: Outgoing) -> None:
        self._language = show.show.language
        self._people: dict[tuple[str, str], Appearance] = {}
        for leaving in show.episodes:
            for person in _heard(leaving, show):
                handle = self._handle(person)
                if handle:
                    self._people.setdefault((_kind(person), handle), person)

    def _handle(self, person: Appearance) -> str:
        return slugify(person.name, language=self._language)

    def of(self, people: tuple[Appearance, ...], kind: str) -> list[str]:
        """Return the handles of those who are hosts, or of those who are not."""
        found = (self._handle(person) for person in people if _kind(person) == kind)
        return list(dict.fromkeys(handle for handle in found if handle))

    def pages(self) -> Iterator[tuple[str, str, Appearance]]:
        """Yield kind, handle and person, the newest appearance of each."""
        for (kind, handle), person in sorted(self._people.items(), key=lambda found: found[0]):
            yield kind, handle, person


def _heard(leaving: Leaving, show: Outgoing) -> tuple[Appearance, ...]:
    """Return who is heard in an episode: with the hosts of the show, unless the episode names hosts of its own."""
    people = leaving.item.people
    return people if any(_kind(person) == "host" for person in people) else (*people, *show.show.hosts)


def _kind(person: Appearance) -> str:
    return "host" if person.role in ("host", "co-host") else "guest"


def _office(person: Appearance) -> str:
    return ", ".join(filter(None, (person.function, person.organisation)))


def _person(person: Appearance) -> dict[str, str]:
    told = {
        "name": person.name,
        "role": person.role,
        "function": person.function,
        "organisation": person.organisation,
        "link": person.link,
    }
    return {name: value for name, value in told.items() if value}


def _aliases(leaving: Leaving) -> list[str]:
    """Return the other paths that lead to the page today."""
    return [f"/{path}/" for path in (leaving.short, *leaving.former) if path]


def _chapters(leaving: Leaving) -> list[str]:
    return [f"{_padded(type_position(chapter.start))} {chapter.title}" for chapter in leaving.item.chapters]


def _padded(position: str) -> str:
    """Write a position with hours of two digits, as players want it: `02:10` becomes `00:02:10`."""
    hours, minutes, seconds = ["00", *position.split(":")][-3:]
    return f"{hours:0>2}:{minutes}:{seconds}"


def _form(media_type: str) -> str:
    return {"audio/mpeg": "mp3", "audio/x-m4a": "m4a", "audio/ogg": "ogg"}.get(
        media_type, media_type.rpartition("/")[2]
    )


def _number(number: int | None) -> str:
    return "" if number is None else str(number)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _without_shortcodes(notes: str) -> str:
    """Return notes in which nothing is a call to Hugo: two braces are written as entities, which read the same."""
    return re.sub(r"\{\{(?=[<%])", "&#123;&#123;", notes)


def _toml_page(fields: Mapping[str, object], text: str) -> bytes:
    lines = [f"{name} = {_written(value)}" for name, value in fields.items() if _says(value)]
    return "\n".join(["+++", *lines, "+++", "", text.strip("\n"), ""]).encode()


def _yaml_page(fields: Mapping[str, object], text: str) -> bytes:
    lines = [f"{name}: {_written(value)}" for name, value in fields.items() if _says(value)]
    return "\n".join(["---", *lines, "---", "", text.strip("\n"), ""]).encode()


def _says(value: object) -> bool:
    return value is False or bool(value)


def _written(value: object) -> str:
    """Write a value as JSON, which is YAML as well, and for texts and lists of texts TOML, once breaks are escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return _BREAKS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
