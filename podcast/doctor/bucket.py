"""What is looked at in a bucket before anything is public: reach, region, clock, rights, what it keeps."""

from datetime import timedelta
from urllib.parse import urlsplit

from episodes.problems import Severity
from podcast.conditions import NOBODYS_TAG
from podcast.doctor.report import Notes
from podcast.layout import NEVER, PRIVATE, cache_control, content_type
from podcast.settings import StoreSettings
from podcast.stores import Moved, Store, StoreError
from podcast.stores.s3errors import is_answer
from podcast.stores.s3questions import QuestionedBucket

_REFUSED_CLOCK = timedelta(minutes=15)
_WRONG_CLOCK = timedelta(minutes=2)


def can_be_reached(bucket: QuestionedBucket, settings: StoreSettings, notes: Notes) -> bool:
    """Look at credentials, address, certificate, region and clock, and say whether it is any use to go on."""
    _address(bucket, settings, notes)
    if not _credentials(bucket, notes):
        return False
    try:
        contact = bucket.contact(PRIVATE)
    except StoreError as error:
        notes.wrong(error.message, error.hint, place="")
        notes.reached = is_answer(error)
        return False
    notes.well("the bucket is there, and the credentials open it")
    if contact.region and contact.asked_region not in (contact.region, ""):
        notes.wrong(
            f"the bucket is in the region {contact.region}, and {contact.asked_region} is asked: each request goes "
            "the long way round",
            f'write region = "{contact.region}" below [store]',
            severity=Severity.WARNING,
        )
    _clock(contact.ahead, notes)
    return True


def _credentials(bucket: QuestionedBucket, notes: Notes) -> bool:
    try:
        found = bucket.credentials()
    except StoreError as error:
        notes.wrong(error.message, error.hint, place="")
        return False
    if found:
        notes.well(f"credentials come from {found}")
        return True
    notes.wrong(
        "no credentials were found",
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write them into ~/.aws/credentials with "
        "`aws configure`, and name another profile than default as profile = … below [store]",
    )
    return False


def _address(bucket: QuestionedBucket, settings: StoreSettings, notes: Notes) -> None:
    endpoint = urlsplit(settings.endpoint_url)
    if endpoint.scheme == "http" and endpoint.hostname not in ("127.0.0.1", "localhost", "::1"):
        notes.wrong(
            f"the endpoint {settings.endpoint_url} is not encrypted: whoever listens sees what waits to be published",
            f'write endpoint_url = "https://{endpoint.netloc}" if the provider has it',
            severity=Severity.WARNING,
            rule="HTTP-1",
        )
    is_host = not endpoint.scheme if settings.path_style is None else not settings.path_style
    if "." in bucket.bucket and is_host:
        notes.wrong(
            f"the bucket's name {bucket.bucket} has a dot, and certificates do not fit the host made of it",
            "write path_style = true below [store], or use a bucket without dots",
            rule="S3-2",
        )


def _clock(ahead: timedelta, notes: Notes) -> None:
    if abs(ahead) < _WRONG_CLOCK:
        notes.well("the clock is right")
        return
    minutes = round(abs(ahead).total_seconds() / 60)
    way = "ahead of" if ahead > timedelta() else "behind"
    notes.wrong(
        f"this computer's clock is {minutes} minutes {way} the store's",
        "set the clock, best by the network; a store refuses whoever is more than 15 minutes off",
        severity=Severity.ERROR if abs(ahead) >= _REFUSED_CLOCK else Severity.WARNING,
    )


def keeps_objects(bucket: QuestionedBucket, key: str, sent: bytes, notes: Notes) -> None:
    """Look at an object that was written to `key`: can it be read and found, has it the headers it was sent with."""
    before = len(notes.problems)
    stored = bucket.get(key)
    if stored is None or stored.body != sent:
        notes.wrong("what is written cannot be read back as it was", "use another store")
        return
    if key not in {stat.key for stat in bucket.list(key)}:
        notes.wrong("what is written is not listed", "give the account the right to list the bucket")
    kept = bucket.kept(key)
    wanted = {
        "Content-Type": (kept.media_type, content_type(key)),
        "Cache-Control": (kept.cache_control, cache_control(key)),
    }
    for name, (found, right) in wanted.items():
        if found != right:
            notes.wrong(
                f"{name} is kept as {found or 'nothing'!r}, and was sent as {right!r}",
                "use a store that keeps the headers objects are sent with",
                rule="S3-4" if name == "Content-Type" else "HTTP-6",
                severity=Severity.ERROR if name == "Content-Type" else Severity.WARNING,
            )
    if kept.coding:
        notes.wrong(
            f"objects are kept with Content-Encoding: {kept.coding}, and would be served to listeners so",
            "use another store, or ask the provider to mend it",
            rule="HTTP-7",
        )
    if not kept.sha256:
        notes.wrong("metadata of objects is not kept", "use a store that keeps x-amz-meta headers")
    if len(notes.problems) == before:
        notes.well("objects are written, read and listed, and kept as they were sent")


def compares(bucket: QuestionedBucket, key: str, notes: Notes) -> None:
    """Look whether the store refuses a body that does not have its declared checksum."""
    if bucket.compares_checksums(key):
        notes.well("a wrong checksum is refused")
        return
    notes.wrong(
        "a body with a wrong x-amz-checksum-sha256 is accepted",
        "nothing need be done: folge signs a digest of every body as well, and compares after each upload",
        severity=Severity.NOTE,
    )


def refuses_what_is_gone(store: Store, key: str, notes: Notes) -> None:
    """Look whether an object that is not there is refused where one with a tag was expected."""
    try:
        store.put(key, b"", media_type="text/plain", cache_control=NEVER, expected=NOBODYS_TAG)
    except Moved:
        notes.well("a write over an object that is gone is refused")
    else:
        notes.wrong(
            "a write that expects an object (If-Match) creates it where it is gone",
            "use a store that keeps conditions, or write single_producer = true if nobody else ever publishes",
        )
