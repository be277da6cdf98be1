"""A show in a bucket of its own that everybody may read, and a proxy before the server: round after round of news."""

import json
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from mypy_boto3_s3 import S3Client

from podcast.doctor.policy import public_policy
from podcast.publishing.apply import SILENT, Listener
from podcast.publishing.ledger import Ledger, decode_ledger
from podcast.publishing.publish import Outcome
from podcast.stores import Store
from podcast.stores.s3 import S3Store
from tests.podcast.builders import ShowFolder, later, make_show
from tests.podcast.listener import heard
from tests.servers.faultproxy import FaultProxy, fault_proxy
from tests.servers.running import S3Server


@dataclass(slots=True, kw_only=True)
class Station:
    """`before` is what an app found when the round began, `after` what it should find when it is published."""

    show: ShowFolder
    client: S3Client
    server: S3Server
    proxy: FaultProxy
    bucket: str
    store: S3Store
    hours: int = 0
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"{self.server.http}/{self.bucket}/"

    def publish(self, store: Store | None = None, *, listener: Listener = SILENT, thorough: bool = False) -> Outcome:
        self.hours += 1
        publisher = self.show.publisher(store or self.store, now=later(self.hours))
        outcome = publisher.run(lambda prepared: True, listener, thorough=thorough)
        assert outcome is not None
        return outcome

    def begin(self) -> None:
        """Put right what a broken test left, then change one episode and add another."""
        self.proxy.faults.clear()
        self.publish(thorough=True)
        self.before = self.heard()
        number = len(self.before) + 1
        _write(self.show, 1, f"Stand {number}")
        _write(self.show, number, f"Mut {number}")
        self.proxy.seen.clear()
        self.after = sorted(
            [f"Mut {number}", *(f"Stand {number}" if title.startswith("Stand") else title for title in self.before)]
        )

    def heard(self) -> list[str]:
        return sorted(heard(self.base))

    def ledger(self) -> Ledger:
        return decode_ledger(self.client.get_object(Bucket=self.bucket, Key=".folge/ledger.json")["Body"].read())

    def stored(self) -> set[str]:
        return {item["Key"] for item in self.client.list_objects_v2(Bucket=self.bucket).get("Contents", ())}

    def make_bucket(self) -> None:
        self.client.create_bucket(Bucket=self.bucket)
        self.client.put_bucket_policy(Bucket=self.bucket, Policy=json.dumps(public_policy(self.bucket)))

    def lose_bucket(self) -> None:
        for key in self.stored():
            self.client.delete_object(Bucket=self.bucket, Key=key)
        self.client.delete_bucket(Bucket=self.bucket)

    def assert_the_next_publish_puts_all_right(self, versions: int) -> None:
        """Publish without a fault, look as an app, and publish again for nothing.

        `versions` is how often episode 1 was published before this round: once more by now, and not twice.
        """
        self.proxy.faults.clear()
        self.publish()
        assert self.heard() == self.after
        assert len(self.ledger().entries[0].history) == versions + 1
        self.proxy.seen.clear()
        assert self.publish().plan.empty
        assert [seen for seen in self.proxy.seen if not seen.startswith(("GET", "HEAD"))] == []


@contextmanager
def station(server: S3Server, folder: Path) -> Iterator[Station]:
    """Publish two episodes."""
    show = make_show(folder / "show")
    show.publish_files_as_they_are()
    _write(show, 1, "Stand 0")
    _write(show, 2, "Mut 2")
    client = server.client()
    bucket = f"faults-{uuid.uuid4().hex[:12]}"
    with fault_proxy(server.http) as proxy, closing(S3Store(bucket, endpoint_url=proxy.url)) as store:
        made = Station(show=show, client=client, server=server, proxy=proxy, bucket=bucket, store=store)
        made.make_bucket()
        text = (show.path / "podcast.toml").read_text(encoding="utf-8").replace("https://cdn.example.org/", made.base)
        text = text.replace('url = "public"', f'url = "s3://{bucket}"\nendpoint_url = "{proxy.url}"', 1)
        (show.path / "podcast.toml").write_text(text, encoding="utf-8")
        yield made
    client.close()


def _write(show: ShowFolder, number: int, title: str) -> None:
    day = date(2024, 1, 1) + timedelta(days=number)
    guid = f"{number:08}-aaaa-4bbb-8ccc-000000000000"
    show.episode(number, title=title, guid=guid, published=f"{day} 06:00")
