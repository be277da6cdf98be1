"""The peer of a publish with nothing to do: read every file of a folder."""

import os
import sys

folder = sys.argv[1]
for name in os.listdir(folder):  # noqa: PTH208  the least a process can do
    with open(f"{folder}/{name}", "rb") as file:  # noqa: PTH123
        file.read()
