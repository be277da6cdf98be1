"""`make demo`: the Kommunen-Podcast with its two episodes, from audio files to a feed in a folder.

Run as `python docs/demo/run.py FOLDER`. Every step is a folge command as a producer would type it.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent.resolve()
FOLGE = Path(sys.executable).with_name("folge")
MARK = ".made-by-make-demo"


def folge(*arguments: str) -> str:
    """Show a command, run it, return what it printed; end with its exit code where it fails."""
    shown = " ".join(f"'{argument}'" if " " in argument else argument for argument in arguments)
    print(f"\n$ folge {shown}", flush=True)
    done = subprocess.run([FOLGE, *arguments], stdout=subprocess.PIPE, text=True, encoding="utf-8", check=False)
    print(done.stdout, end="", flush=True)
    if done.returncode:
        sys.exit(done.returncode)
    return done.stdout


def main(target: Path) -> None:
    """Make the show anew in `target` and tell each of the three users what to do next."""
    if target.exists() and not (target / MARK).exists():
        sys.exit(f"{target} was not made by the demo; it stays as it is. Say another folder.")
    shutil.rmtree(target, ignore_errors=True)
    (target / "audio").mkdir(parents=True)
    (target / "transcripts").mkdir()
    (target / MARK).touch()
    for name in ("diensteid", "schildkroeten"):
        shutil.copy(HERE / f"{name}.mp3", target / "audio")
        shutil.copy(HERE / f"{name}.vtt", target / "transcripts")
    show = str(target)
    folge(
        *("init", show, "--title", "Kommunen-Podcast", "--language", "de", "--category", "Government"),
        *("--description", "Gespräche über Mut, Wandel und Alltag in der kommunalen Verwaltung."),
        *("--author", "Kommune 360°", "--email", "podcast@example.org", "--cover", str(HERE / "cover.png")),
    )
    folge(
        *("-C", show, "add", str(target / "audio" / "diensteid.mp3"), "--notes", str(HERE / "diensteid.md")),
        *("--guest", "Uwe Schneidewind, Oberbürgermeister, Stadt Wuppertal", "--place", "Wuppertal"),
        *("--topic", "Mut", "--topic", "Transformation"),
    )
    folge(
        *("-C", show, "add", str(target / "audio" / "schildkroeten.mp3"), "--notes", str(HERE / "schildkroeten.md")),
        *("--occasion", "K360-Festival 2024", "--place", "Berlin", "--topic", "Agilität"),
    )
    folge("-C", show, "set", "1", "transcripts=transcripts/diensteid.vtt")
    folge("-C", show, "set", "2", "transcripts=transcripts/schildkroeten.vtt")
    folge("-C", show, "publish", "--yes")
    folge("-C", show, "publish", "--yes")
    folge("check", str(target / "public" / "feed.xml"))
    told = json.loads(folge("-C", show, "show", "2", "--json"))
    print(f"""
The show is in {show}, what the public sees of it in {show}/public.

Producer:           folge -C {show} add YOUR.mp3, then folge -C {show} publish
Podcast app:        folge -C {show} serve --published, then subscribe to {told["feed"]}
Newsletter author:  link to {told["short_link"]}, which stays when title or address change

folge is {FOLGE}""")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
