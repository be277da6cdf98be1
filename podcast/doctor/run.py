"""The examination of a show's store, from near to far; and the mending of what a bucket lacks."""

from collections.abc import Iterator
from contextlib import contextmanager

from episodes.problems import Severity, UserError
from podcast.conditions import Conditions
from podcast.doctor.bucket import can_be_reached, compares, keeps_objects, refuses_what_is_gone
from podcast.doctor.folder import has_good_disk, is_not_made_yet
from podcast.doctor.policy import Json, merged_cors, merged_policy
from podcast.doctor.probes import held, private_probe, sample, sweep
from podcast.doctor.public import Public
from podcast.doctor.report import Need, Notes
from podcast.fetching import Fetcher
from podcast.opening import settings_store
from podcast.settings import FILE, PREVIEW_URL, Settings
from podcast.stores import Store, StoreError
from podcast.stores.folder import FolderStore
from podcast.stores.s3errors import is_answer
from podcast.stores.s3questions import QuestionedBucket


def examined_store(settings: Settings) -> Store:
    """Return the show's store, as one that can be questioned where it is a bucket."""
    store = settings.store
    if not store.url.startswith("s3:"):
        return settings_store(settings)
    settings_store(settings)  # for what it says about the address
    bucket, _, prefix = store.url.removeprefix("s3://").partition("/")
    return QuestionedBucket(
        bucket,
        prefix,
        endpoint_url=store.endpoint_url,
        region=store.region,
        profile=store.profile,
        path_style=store.path_style,
    )


def examine(settings: Settings, store: Store, fetcher: Fetcher) -> Notes:
    """Look at everything a publish, a listener and a rival producer rely on. What is written is deleted again."""
    notes = Notes(place=store.url)
    if isinstance(store, QuestionedBucket) and not can_be_reached(store, settings.store, notes):
        return notes
    if isinstance(store, FolderStore) and is_not_made_yet(store, notes):
        return notes
    try:
        sweep(store, notes)
        _inside(settings, store, notes)
        _outside(settings, store, fetcher, notes)
    except StoreError as error:
        notes.wrong(error.message, error.hint, place="")
        notes.reached = is_answer(error) or isinstance(store, FolderStore)
    return notes


def _inside(settings: Settings, store: Store, notes: Notes) -> None:
    """Look at what needs no public address."""
    key, body = private_probe()
    with held(store, notes, {key: body}):
        if isinstance(store, QuestionedBucket):
            keeps_objects(store, key, body, notes)
            compares(store, key, notes)
        elif isinstance(store, FolderStore):
            notes.well("the folder can be written to")
            has_good_disk(store, notes)
    fault = Conditions(store, settings.store).probe()
    if fault:
        _no_conditions(settings, store, fault, notes)
        return
    notes.well("conditions of writes are kept: two producers cannot overwrite each other")
    if isinstance(store, QuestionedBucket):
        key, _ = private_probe()
        with held(store, notes, {}):
            refuses_what_is_gone(store, key, notes)
            store.delete(key)
    if settings.store.single_producer:
        notes.wrong(
            "single_producer = true is not needed: this store keeps conditions",
            f"take the line out of {FILE}",
            severity=Severity.NOTE,
        )


def _no_conditions(settings: Settings, store: Store, fault: str, notes: Notes) -> None:
    notes.wrong(
        f"conditions of writes are not kept ({fault}): of two producers at once one loses episodes",
        "publish from one computer only, one publish at a time"
        if settings.store.single_producer
        else "use a store that keeps them; or, if nobody else ever publishes, write single_producer = true",
        severity=Severity.WARNING if settings.store.single_producer else Severity.ERROR,
        place=store.url,
    )


def _outside(settings: Settings, store: Store, fetcher: Fetcher, notes: Notes) -> None:
    base = settings.store.public_url
    if base == PREVIEW_URL:
        notes.wrong(
            "the show has no public address yet, so nothing was asked from outside",
            f'write public_url = "https://…/" below [store] in {FILE}, the address the store is read at',
            severity=Severity.NOTE,
        )
        return
    key, body = private_probe()
    is_bucket = isinstance(store, QuestionedBucket)
    public = Public(base, fetcher, notes, is_bucket=is_bucket)
    with (
        held(store, notes, {key: body}),
        sample(store, notes, base, directory_index=settings.store.directory_index) as looked_at,
    ):
        public.shows(looked_at)
        direct = store.address(key) if isinstance(store, QuestionedBucket) else ""
        public.hides(key, body, direct)
        public.lists_nothing(key, looked_at.audio, store.address() if isinstance(store, QuestionedBucket) else "")


def mended(store: QuestionedBucket, need: Need) -> tuple[Json | list[Json], Json | list[Json]]:
    """Return the policy or the CORS rules that are there and those that should be. Raises UserError."""
    with _told_apart("read"):
        if need is Need.POLICY:
            policy = store.policy()
            return policy, merged_policy(policy, store.bucket, store.prefix.rstrip("/"))
        rules = store.cors()
        return rules, merged_cors(rules)


def mend(store: QuestionedBucket, wanted: Json | list[Json]) -> None:
    """Set a policy, or CORS rules. Raises UserError where the provider does not take them from here."""
    with _told_apart("set"):
        if isinstance(wanted, dict):
            store.set_policy(wanted)
        else:
            store.set_cors(wanted)


@contextmanager
def _told_apart(done: str) -> Iterator[None]:
    """Say of a refusal that the provider's own console is another way."""
    try:
        yield
    except StoreError as error:
        raise UserError(
            f"it could not be {done}: {error.message}",
            hint="set it at the provider's: 'folge doctor --print-policy' prints it; at Amazon, 'Block public access' "
            "of the bucket must be off for a public policy",
        ) from error
