"""Of an upload that several would go on with, one does."""

import os
import subprocess
import sys
from pathlib import Path

from podcast.stores.claims import Claims

ROOT = Path(__file__).parents[2]
_TAKE = """
import sys, pathlib
from podcast.stores.claims import Claims
claim = Claims(pathlib.Path(sys.argv[1])).take("one")
print(claim is not None, flush=True)
sys.stdin.read()
"""


def test_what_is_taken_is_taken_until_it_is_released(tmp_path: Path) -> None:
    ours, theirs = Claims(tmp_path / "uploads"), Claims(tmp_path / "uploads")
    claim = ours.take("one")
    assert claim is not None
    assert (theirs.take("one"), theirs.has("one"), theirs.has("two")) == (None, True, False)
    claim.release(done=False)
    again = theirs.take("one")
    assert again is not None
    again.release(done=True)
    assert not ours.has("one")


def test_what_a_killed_process_had_is_free_and_known(tmp_path: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-c", _TAKE, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert running.stdout is not None
    assert running.stdout.readline() == b"True\n"
    claims = Claims(tmp_path)
    assert claims.has("one")
    assert claims.take("one") is None
    running.kill()
    running.communicate()
    assert claims.has("one")
    claim = claims.take("one")
    assert claim is not None
    claim.release(done=True)


def test_without_a_cache_everything_can_be_taken_and_nothing_is_known() -> None:
    claims = Claims(Path("/dev/null/nowhere"))
    claim = claims.take("one")
    assert claim is not None
    claim.release(done=False)
    assert not claims.has("one")


def test_marks_of_long_ago_are_forgotten_and_others_kept(tmp_path: Path) -> None:
    claims = Claims(tmp_path)
    for name in ("old", "young"):
        claim = claims.take(name)
        assert claim is not None
        claim.release(done=False)
        if name == "old":
            for path in tmp_path.iterdir():
                os.utime(path, (1, 1))
    assert (claims.has("old"), claims.has("young")) == (False, True)
