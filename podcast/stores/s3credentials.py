"""Credentials as they were found: kept out of every text, and refused where no request can carry them."""

import re
from typing import TYPE_CHECKING

from podcast.masking import hide
from podcast.stores import StoreError

if TYPE_CHECKING:  # these stubs are not installed where folge is: they exist for the type checker alone
    from botocore.credentials import Credentials

_NAMES = ("access key id", "secret access key", "session token")


def require_sendable(credentials: "Credentials | None", place: str) -> None:
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
