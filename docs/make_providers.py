"""Write the bucket policy and the CORS rule in `docs/providers/*.md` anew: `python docs/make_providers.py`."""

import json
import re
from pathlib import Path

from podcast.doctor.policy import public_cors, public_policy

PAGES = sorted((Path(__file__).parent / "providers").glob("*.md"))
BUCKET, PREFIX = "my-bucket", "podcast"


def renewed(page: str) -> str:
    """Return a page with its JSON blocks as they should be."""
    blocks = {"policy": public_policy(BUCKET, PREFIX), "cors": [public_cors()]}
    for name, data in blocks.items():
        block = f"<!-- {name} -->\n```json\n{json.dumps(data, indent=2)}\n```\n"
        page = re.sub(rf"<!-- {name} -->\n```json\n.*?\n```\n", lambda _, block=block: block, page, flags=re.DOTALL)
    return page


if __name__ == "__main__":
    for path in PAGES:
        path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")
