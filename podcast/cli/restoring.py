"""`folge import ARCHIVE`: bring a show back that 'folge export' put into one file."""

from pathlib import Path

from podcast.cli.output import emit, give, say
from podcast.cli.progress import show_work
from podcast.cli.publishing import agreed
from podcast.exporting.restoring import Restoration, StoreState, describe_restoration, restoration_data, restore


def bring_back(archive: Path, folder: Path, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Show what an archive would bring into a folder and its store, ask, and bring it."""
    plans: list[Restoration] = []

    def confirm(plan: Restoration) -> bool:
        plans.append(plan)
        if not as_json:
            say(describe_restoration(plan))
        return not dry_run and (yes or plan.empty or agreed("bring this back?"))

    written = restore(archive, folder, confirm, working=show_work) is not None
    plan = plans[0]
    if as_json:
        emit(restoration_data(plan) | {"written": written})
    elif written:
        give(_said(plan))
        if plan.files:
            say(f"next: cd {folder}, then folge status")


def _said(plan: Restoration) -> str:
    if plan.empty:
        return f"nothing to bring back: {plan.folder} has everything"
    objects = f", {len(plan.objects)} objects into {plan.store_url}" if plan.store is StoreState.WRITTEN else ""
    return f"brought back: {len(plan.files)} files into {plan.folder}{objects}"
