"""`folge serve`: the published folder on loopback, for a preview and for subscribing."""

import click

from podcast.cli.output import give, say
from podcast.preview import make_preview_server, published_root
from podcast.workspace import open_workspace


@click.command("serve")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes a free one.")
@click.pass_context
def command(ctx: click.Context, port: int) -> None:
    """Serve the published folder on this machine and print the feed's address. Ctrl-C ends it.

    Addresses inside feed and pages lead to this server, whatever the public address is.
    """
    workspace = open_workspace(ctx.obj.folder)
    server = make_preview_server(published_root(workspace), workspace.settings.store.public_url, port)
    give(f"http://127.0.0.1:{server.port}/feed.xml")
    say("subscribe to this address in a podcast app on this machine; Ctrl-C ends the preview")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        say("")
    finally:
        server.server_close()
