"""One publish of a show folder to its folder store, in a process of its own: what it asked of the store, as JSON.

Arguments: the show folder, the file to write.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from podcast.publishing.publish import Publisher
from podcast.workspace import open_workspace
from tests.podcast.counting import Counting


def main(folder: Path, report: Path) -> None:
    workspace = open_workspace(folder)
    store = Counting(workspace.store())
    now = datetime.now(UTC).replace(microsecond=0)
    Publisher(workspace, store, now=now, by="bench").run(lambda prepared: True)
    figures = {"requests": store.requests.total(), "sent": store.sent, "got": store.got}
    report.write_text(json.dumps(figures), encoding="ascii")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
