"""A process of its own that sends one file, to be killed in the middle.

Arguments: bucket, prefix, endpoint, key, file, SHA-256 of the file, bytes of a part.
"""

import sys
from pathlib import Path

from podcast.stores import Upload
from podcast.stores.s3 import S3Store


def main(bucket: str, prefix: str, endpoint_url: str, key: str, path: str, sha256: str, part: str) -> None:
    store = S3Store(bucket, prefix, endpoint_url=endpoint_url, multipart_bytes=int(part))
    it = Upload(key=key, path=Path(path), media_type="audio/mpeg", cache_control="max-age=1", sha256=sha256)
    store.put_files((it,))
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
