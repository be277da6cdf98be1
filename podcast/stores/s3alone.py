"""A bucket that refuses writes with a condition, used by the only producer there is: it looks, and then writes."""

from podcast.stores import ABSENT, Moved, StoreError
from podcast.stores.s3 import S3Store
from podcast.stores.s3errors import is_not_implemented


class LookingStore(S3Store):
    """A bucket whose conditions are compared here where it does not know them.

    Between looking and writing somebody else may write: only for a show with a single producer.
    """

    looked = False
    """Whether the bucket refused a condition, and was looked at instead."""

    def put(self, key: str, body: bytes, *, media_type: str, cache_control: str, expected: str | None) -> str:
        """Write as S3Store does; where the condition is not understood, look at the object and write without it."""
        if expected is None:
            return super().put(key, body, media_type=media_type, cache_control=cache_control, expected=None)
        if not self.looked:
            try:
                return super().put(key, body, media_type=media_type, cache_control=cache_control, expected=expected)
            except StoreError as error:
                if not is_not_implemented(error):
                    raise
                self.looked = True
        there = self.get(key)
        if there is not None and there.body == body and there.tag != expected:
            return there.tag
        if (there.tag if there else ABSENT) != expected:
            raise Moved(key)
        return super().put(key, body, media_type=media_type, cache_control=cache_control, expected=None)
