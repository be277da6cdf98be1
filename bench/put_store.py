"""Our side of an upload: the S3 store alone, with digests that are known.

Arguments: bucket, prefix, endpoint. Standard input: `path sha256` lines.
"""

import sys
from pathlib import Path

from podcast.stores import Upload
from podcast.stores.s3 import S3Store


def main(bucket: str, prefix: str, endpoint_url: str) -> None:
    uploads = []
    for line in sys.stdin:
        path, sha256 = line.split()
        name = Path(path).name
        uploads.append(
            Upload(
                key=f"audio/{name}",
                path=Path(path),
                media_type="audio/mpeg",
                cache_control="public, max-age=31536000, immutable",
                sha256=sha256,
            )
        )
    store = S3Store(bucket, prefix, endpoint_url=endpoint_url)
    store.put_files(uploads)
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
