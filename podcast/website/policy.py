"""What a page may load: from the show's own address, and from nowhere else."""


def content_policy(base_url: str, *, searches: bool = False) -> str:
    """Return the Content-Security-Policy of pages below `base_url`, which ends with a slash.

    The page that `searches` may run a worker and WebAssembly of its own.

    The address stands there as a path, beside `'self'`: pages and audio may be read through two names of one store.
    """
    own = f"'self' {base_url.replace(';', '%3B').replace(',', '%2C')}" if base_url.isascii() else "'self'"
    loads = ("script-src", "style-src", "img-src", "media-src", "connect-src", "frame-src")
    sources = "; ".join(f"{what} {own}" for what in loads)
    if searches:
        sources = sources.replace("script-src", "script-src 'wasm-unsafe-eval'", 1) + f"; worker-src {own}"
    return f"default-src 'none'; {sources}; base-uri 'none'; form-action 'none'"
