"""From settings to the store they name."""

from podcast.settings import Settings
from podcast.stores import Store
from podcast.stores.opening import StoreOptions, open_store


def settings_store(settings: Settings) -> Store:
    """Return the store that settings name."""
    store = settings.store
    options = StoreOptions(
        endpoint_url=store.endpoint_url, region=store.region, profile=store.profile, path_style=store.path_style
    )
    return open_store(store.url, base=settings.folder, options=options)
