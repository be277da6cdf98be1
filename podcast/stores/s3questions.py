"""A bucket that is asked what a publish need not know: credentials, region, clock, policy, CORS, what it compares."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, cast

from podcast.stores import StoreError
from podcast.stores.s3 import S3Store
from podcast.stores.s3digests import as_checksum
from podcast.stores.s3errors import refusal_of

if TYPE_CHECKING:  # these stubs are not installed where folge is: they exist for the type checker alone
    from mypy_boto3_s3.type_defs import CORSRuleTypeDef

Json = dict[str, object]

_FOUND_IN = {
    "env": "the environment (AWS_ACCESS_KEY_ID)",
    "shared-credentials-file": "~/.aws/credentials",
    "config-file": "~/.aws/config",
    "sso": "a single sign-on session",
    "login": "a sign-in with `aws login`",
    "custom-process": "a program named in ~/.aws/config",
    "iam-role": "the role of this machine",
    "container-role": "the role of this container",
    "assume-role": "an assumed role",
    "assume-role-with-web-identity": "a role assumed with a web identity",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What the first answer of a bucket says: its region, empty where it says none, and how far our clock is ahead."""

    region: str
    asked_region: str
    ahead: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The headers an object is kept with; `coding` is its Content-Encoding."""

    media_type: str
    cache_control: str
    coding: str
    sha256: str


class QuestionedBucket(S3Store):
    """A bucket that can be asked about itself. Every method raises StoreError where the answer is a refusal."""

    @property
    def bucket(self) -> str:
        """The name of the bucket."""
        return self._bucket

    @property
    def prefix(self) -> str:
        """What comes before every key, empty or ending with a slash."""
        return self._prefix

    def credentials(self) -> str:
        """Return where boto3's own chain finds credentials, in words; empty where it finds none."""
        import boto3

        with self._telling(""):
            session = boto3.session.Session(profile_name=self._profile or None)
            found = session.get_credentials()
        return _FOUND_IN.get(found.method, found.method) if found else ""

    def contact(self, start: str) -> Contact:
        """Ask for one key that begins with `start`."""
        seen: list[tuple[Mapping[str, str], datetime]] = []

        def note(parsed: Mapping[str, object], **_: object) -> None:
            about = cast("Mapping[str, Mapping[str, str]]", parsed.get("ResponseMetadata", {}))
            seen.append((about.get("HTTPHeaders", {}), datetime.now(UTC)))

        with self._telling(""):
            client = self._client
            client.meta.events.register("after-call.s3.ListObjectsV2", note)
            client.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix + start, MaxKeys=1)
        headers, now = seen[-1]
        told = headers.get("date", "")
        ahead = now - parsedate_to_datetime(told).astimezone(UTC) if told else timedelta()
        return Contact(
            region=headers.get("x-amz-bucket-region", ""), asked_region=client.meta.region_name or "", ahead=ahead
        )

    def kept(self, key: str) -> Kept:
        """Return the headers of an object that is there."""
        with self._telling(key):
            found = self._client.head_object(Bucket=self._bucket, Key=self._name(key))
        return Kept(
            media_type=found.get("ContentType", ""),
            cache_control=found.get("CacheControl", ""),
            coding=found.get("ContentEncoding", ""),
            sha256={name.lower(): value for name, value in found["Metadata"].items()}.get("sha256", ""),
        )

    def compares_checksums(self, key: str) -> bool:
        """Send a body with the SHA-256 of another one, and say whether it was refused."""
        from botocore.exceptions import ClientError

        wrong = as_checksum(hashlib.sha256(b"another body").hexdigest())
        with self._telling(key):
            try:
                self._client.put_object(Bucket=self._bucket, Key=self._name(key), Body=b"a body", ChecksumSHA256=wrong)
            except ClientError as error:
                if refusal_of(error).status != 400:
                    raise
                return True
        return False

    def address(self, key: str = "") -> str:
        """Return the plain address of an object at the endpoint, or of the bucket."""
        with self._telling(key):
            if key:
                asked: str = self._client.generate_presigned_url(
                    "get_object", Params={"Bucket": self._bucket, "Key": self._name(key)}
                )
            else:
                asked = self._client.generate_presigned_url("list_objects_v2", Params={"Bucket": self._bucket})
        return asked.partition("?")[0]

    def policy(self) -> Json:
        """Return the bucket's policy; empty where it has none."""
        from botocore.exceptions import ClientError

        with self._telling(""):
            try:
                text = self._client.get_bucket_policy(Bucket=self._bucket)["Policy"]
            except ClientError as error:
                if refusal_of(error).code == "NoSuchBucketPolicy":
                    return {}
                raise
        try:
            read = json.loads(text)
        except ValueError as error:
            message = f"{self.url}: the policy of the bucket is no JSON"
            raise StoreError(message, hint="look at it at the provider's") from error
        return read if isinstance(read, dict) else {}

    def set_policy(self, policy: Json) -> None:
        """Replace the bucket's policy as a whole."""
        with self._telling(""):
            self._client.put_bucket_policy(Bucket=self._bucket, Policy=json.dumps(policy))

    def cors(self) -> list[Json]:
        """Return the bucket's CORS rules; none where it has none."""
        from botocore.exceptions import ClientError

        with self._telling(""):
            try:
                rules = self._client.get_bucket_cors(Bucket=self._bucket).get("CORSRules", [])
            except ClientError as error:
                if refusal_of(error).code == "NoSuchCORSConfiguration":
                    return []
                raise
        return [dict(rule) for rule in rules]

    def set_cors(self, rules: Sequence[Json]) -> None:
        """Replace the bucket's CORS rules as a whole."""
        with self._telling(""):
            self._client.put_bucket_cors(
                Bucket=self._bucket, CORSConfiguration={"CORSRules": cast("list[CORSRuleTypeDef]", list(rules))}
            )
