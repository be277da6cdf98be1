"""Notes take memory while they are rendered, and none afterwards."""

import subprocess
import sys

RENDER = """
from pathlib import Path
from episodes.notes import page_html

def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

text = "Worum es *geht*, und [mehr](https://example.org/).\\n\\n| a | b |\\n|---|---|\\n| 1 | 2 |\\n\\n" * 50
for number in range(20):
    page_html(text + str(number))
before = held()
for number in range(300):
    page_html(text + str(number))
print(held() - before)
"""


def test_notes_that_were_rendered_take_no_memory() -> None:
    done = subprocess.run([sys.executable, "-c", RENDER], capture_output=True, text=True, timeout=60, check=True)

    assert int(done.stdout) < 300 * 1000
