"""Do what a plan says, stage by stage. Besides `tidying`, the only place that writes to a store."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from podcast.publishing.artifacts import Stage
from podcast.publishing.ledger import encode_ledger
from podcast.publishing.ledgercopies import keep_copy
from podcast.publishing.observe import Held, Observed, encode_inventory
from podcast.publishing.plan import Plan, Step, inventory_step
from podcast.stores import Progress, Store, Upload

WORKERS = 8
"""Small objects written side by side: the time goes into waiting for answers."""

Told = Callable[[Step], None]
"""Called after each step that was done, from one thread at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Who wants to hear how an apply comes along: each finished step, and bytes of each file as they are sent."""

    done: Told = lambda step: None
    sent: Progress = lambda key, count: None


SILENT = Listener()


def apply(plan: Plan, observed: Observed, store: Store, listener: Listener = SILENT, *, finishes: bool = True) -> None:
    """Write every step, in stages with a barrier after each, then the inventory; after the ledger a copy of it.

    Raises Moved where a conditional write was refused, StoreError where the store fails. Whatever was written
    until then stays: only the ledger's step commits, and the next publish finishes the rest. A plan that `finishes`
    nothing of a publish which did not come to its end leaves that to the next one.
    """
    # what folge wrote and makes no more is remembered too: tidy takes away only what it knows
    held = {key: held for key, held in observed.held.items() if key in plan.pages or held.sha256}
    ledger_sha256 = observed.ledger_sha256
    ledger = b"" if plan.settled or not observed.ledger else encode_ledger(observed.ledger)
    for stage in Stage:
        steps = [step for step in plan.steps if step.stage is stage]
        _upload([step for step in steps if step.path], store, listener)
        for step, tag in _write([step for step in steps if not step.path], store, listener):
            if stage is Stage.LEDGER:
                ledger_sha256 = step.sha256
                ledger = step.body
            elif step.key in plan.pages:
                held[step.key] = Held(sha256=step.sha256, tag=tag)
        if stage is Stage.LEDGER and ledger:  # before any feed says so: a copy that knows less would lose episodes
            keep_copy(ledger, plan.edition, observed.ledger, store)
    settled = ledger_sha256 if finishes or observed.settled else ""
    _put(inventory_step(encode_inventory(held, settled), observed.inventory_tag), store)


def _upload(steps: Sequence[Step], store: Store, listener: Listener) -> None:
    uploads = [
        Upload(
            key=step.key,
            path=step.path,
            media_type=step.media_type,
            cache_control=step.cache_control,
            sha256=step.sha256,
        )
        for step in steps
        if step.path
    ]
    if uploads:
        store.put_files(uploads, listener.sent)
        for step in steps:
            listener.done(step)


def _write(steps: Sequence[Step], store: Store, listener: Listener) -> list[tuple[Step, str]]:
    if len(steps) < 3:
        written = []
        for step in steps:
            written.append((step, _put(step, store)))
            listener.done(step)
        return written
    with ThreadPoolExecutor(WORKERS) as pool:
        futures = [(step, pool.submit(_put, step, store)) for step in steps]
        try:
            written = []
            for step, future in futures:
                written.append((step, future.result()))
                listener.done(step)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return written


def _put(step: Step, store: Store) -> str:
    return store.put(
        step.key,
        step.body,
        media_type=step.media_type,
        cache_control=step.cache_control,
        expected=step.expected,
    )
