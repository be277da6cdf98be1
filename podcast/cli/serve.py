"""`folge serve`: the show as it would be on loopback, for whoever writes; and what is published, for subscribing."""

import threading
from pathlib import Path

import click
from werkzeug.serving import BaseWSGIServer

from podcast.cli.output import give, say, tell_problems
from podcast.livepreview import LivePreview, Shown, make_live_server
from podcast.preview import make_preview_server, published_root
from podcast.settings import find_folder
from podcast.workspace import open_workspace, producer


@click.command("serve")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes a free one.")
@click.option("--published", is_flag=True, help="Serve the folder store as it is, to subscribe to it.")
@click.pass_context
def command(ctx: click.Context, port: int, published: bool) -> None:
    """Serve the show on this machine as it would be after a publish of everything here, and print its address.

    Drafts and waiting episodes are there too, marked as such. Open pages follow every change of a file. Nothing is
    written to the store. Ctrl-C ends it.
    """
    if published:
        _serve_published(ctx.obj.folder, port)
    else:
        _serve_live(find_folder(ctx.obj.folder.absolute()), port)


def _serve_published(folder: Path, port: int) -> None:
    workspace = open_workspace(folder)
    server = make_preview_server(published_root(workspace), workspace.settings.store.public_url, port)
    give(f"http://127.0.0.1:{server.port}/feed.xml")
    say("subscribe to this address in a podcast app on this machine; Ctrl-C ends the preview")
    _serve(server)


def _serve_live(folder: Path, port: int) -> None:
    live = LivePreview(folder, producer(), _tell)
    server = make_live_server(live, port)
    live.refresh()
    stop = threading.Event()
    threading.Thread(target=live.follow, args=(stop,), daemon=True).start()
    give(f"http://127.0.0.1:{server.port}/")
    say("open this address in a browser; pages follow your files; Ctrl-C ends the preview")
    try:
        _serve(server)
    finally:
        stop.set()


def _serve(server: BaseWSGIServer) -> None:
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        say("")
    finally:
        server.server_close()


def _tell(shown: Shown) -> None:
    tell_problems(shown.problems)
    if shown.version > 1:
        say(f"shows state {shown.version} of your files")
