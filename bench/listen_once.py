"""`python listen_once.py FILE`: listen to a file in this process, without its facts, and print what was heard."""

import sys
from pathlib import Path

from episodes.listening.listener import listen

if __name__ == "__main__":
    print(listen(Path(sys.argv[1])).loudness)
