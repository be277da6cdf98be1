"""Credentials as they were found: kept out of every text, and refused where no request can carry them."""

import re
from typing import TYPE_CHECKING

from podcast.masking import hide
from podcast.stores import StoreError

if TYPE_CHECKING:  # these stubs are not installed where folge is: they exist for the type checker alone
    from boto3.session import Session
    from botocore.credentials import Credentials

_NAMES = ("access key id", "secret access key", "session token")


def open_session(profile: str, region: str, place: str) -> "Session":
    """Return boto3's session with credentials that can be sent. Raises StoreError."""
    import boto3

    session = boto3.session.Session(profile_name=profile or None, region_name=region or None)
    _require_sendable(session.get_credentials(), place)
    return session


def _require_sendable(credentials: "Credentials | None", place: str) -> None:
    """Raise StoreError where credentials hold a character that no header of a request may: a line break at the end."""
    frozen = credentials.get_frozen_credentials() if credentials else None
    if frozen is None:
        return
    values = (frozen.access_key, frozen.secret_key, frozen.token)
    hide(*values)
    for name, value in zip(_NAMES, values, strict=True):
        if value and not re.fullmatch("[!-~]+", value):
            raise StoreError(
                f"{place}: the {name} holds a blank, a line break or another character that no credentials have",
                hint=f"set {_variable(name)} again, or write it into ~/.aws/credentials again, without that",
            )


def _variable(name: str) -> str:
    return f"AWS_{name.replace(' ', '_').upper()}"
