"""The text of a new `podcast.toml`: every setting a show needs, and comments for those it may have."""

import json
from collections.abc import Mapping, Sequence

_TEMPLATE = """\
# The show. folge reads this file, and writes it only for 'folge cover --set'. Remove the # before a line to use it.

[show]
title = {title}
description = {description}
# as de, de-at, en
language = {language}
author = {author}
# shown in the feed; directories send their codes there
email = {email}
# Apple's list, as ["Government"] or ["Society & Culture > Documentary"]
category = {category}
# the show's website; empty: the page folge publishes
link = {link}
# square JPEG or PNG, 1400 to 3000 pixels, without transparency
cover = {cover}
explicit = false
type = "episodic"               # or "serial", told in order
# copyright = "holder's name"
locked = true                   # other platforms may not import this feed
# what a time without an offset means in episode files
timezone = {timezone}
# hosts = ["anna"]              # handles from [people]
guid = {guid}  # podcast:guid, for life; never change it

# People by a short handle: folge add talk.mp3 --guest anna
# [people.anna]
# name = "Anna Beispiel"
# function = "Amtsleiterin"
# organisation = "Stadt Beispiel"
# link = "https://…"

# How the pages look: docs/site.md
# [site]
# accent = "#0b6e4f"
# logo = "logo.png"
# imprint = "https://…"
# privacy = "https://…"

[store]
# a folder, or s3://bucket/prefix
url = {store}
# the address under which the public reads the store
public_url = {public_url}
# endpoint_url = "https://…"    # an S3 server that is not Amazon's
# region = "eu-central-1"
# profile = "podcast"           # of ~/.aws; keys never stand in this file
# path_style = true
# directory_index = true        # whether …/slug/ answers with …/slug/index.html there
"""


def write_show(values: Mapping[str, str], categories: Sequence[str]) -> str:
    """Return the text of a new `podcast.toml`; `values` are texts by the names of the settings, empty where unknown."""
    written = {name: json.dumps(value, ensure_ascii=False) for name, value in values.items()}
    return _TEMPLATE.format(category=json.dumps(list(categories), ensure_ascii=False), **written)
