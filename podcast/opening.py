"""From settings to the store they name."""

from pathlib import Path

from episodes.problems import UserError
from podcast.settings import Settings
from podcast.stores import Store
from podcast.stores.folder import FolderStore
from podcast.stores.opening import StoreOptions, open_store


def settings_store(settings: Settings) -> Store:
    """Return the store that settings name."""
    opened = open_store(settings.store.url, base=settings.folder, options=store_options(settings))
    if isinstance(opened, FolderStore):
        _refuse_inside_out(opened.root, settings.folder)
    return opened


def store_options(settings: Settings) -> StoreOptions:
    """Return what a bucket's address does not say."""
    store = settings.store
    return StoreOptions(
        endpoint_url=store.endpoint_url,
        region=store.region,
        profile=store.profile,
        path_style=store.path_style,
        single_producer=store.single_producer,
    )


def _refuse_inside_out(root: Path, folder: Path) -> None:
    """Refuse a store that would show the public the show folder itself, drafts and all."""
    root, folder = root.resolve(), folder.resolve()
    if folder.is_relative_to(root) or root.is_relative_to(folder / "episodes"):
        message = f"the store {root} would publish the show folder itself, with drafts and settings"
        raise UserError(message, hint='choose a folder for it alone in podcast.toml, as url = "public"')
