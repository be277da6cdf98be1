"""What a bucket's refusals mean, in sentences: by error code, HTTP status and exception name, without boto3."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from podcast.stores import StoreError

if TYPE_CHECKING:  # these stubs are not installed where folge is: they exist for the type checker alone
    from botocore.exceptions import ClientError

_CREDENTIALS = (
    "look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, at AWS_PROFILE, and at ~/.aws/credentials: "
    "the first of them that is set is used"
)
_RIGHTS = "the account needs the rights to list, get, put and delete in this bucket"
_REGION = "set the bucket's region in podcast.toml"
_LATER = "wait a little and run the command again"
_NETWORK = "look at the network and at endpoint_url, then run the command again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An answer that is no success: S3's error code (or the status as text), HTTP status, the bucket's region."""

    code: str
    status: int
    region: str = ""

    @property
    def is_absent(self) -> bool:
        """Whether the object is not there. A HEAD says 404 for a missing bucket as well."""
        return self.code in ("NoSuchKey", "404", "NotFound")

    @property
    def is_condition(self) -> bool:
        """Whether a conditional write was refused because the object is another by now, or is being written."""
        if self.status == 412 or self.code == "PreconditionFailed":
            return True
        return self.is_absent or self.code in ("ConditionalRequestConflict", "OperationAborted")

    @property
    def is_gone(self) -> bool:
        """Whether an upload in parts is completed, given up or expired. Ceph misses the object where it means that."""
        return self.code in ("NoSuchUpload", "NoSuchKey")

    @property
    def is_not_offered(self) -> bool:
        """Whether the provider or the account's rights do not know this kind of request."""
        return self.code in ("AccessDenied", "NotImplemented", "MethodNotAllowed") or self.status in (405, 501)

    @property
    def is_digest(self) -> bool:
        """Whether what arrived had another digest than was declared."""
        return self.code in ("BadDigest", "XAmzContentSHA256Mismatch", "InvalidDigest")


def refusal_of(error: "ClientError") -> Refusal:
    """Return what boto3 made an exception of."""
    answer = error.response
    about = answer.get("ResponseMetadata", {})
    return Refusal(
        code=str(answer.get("Error", {}).get("Code", "")),
        status=int(about.get("HTTPStatusCode", 0)),
        region=about.get("HTTPHeaders", {}).get("x-amz-bucket-region", ""),
    )


def is_not_implemented(error: StoreError) -> bool:
    """Say whether a store answered that it cannot do what it was asked for."""
    return _answered(error) in ("501", "NotImplemented")


def is_answer(error: StoreError) -> bool:
    """Say whether an error is what a store answered, and not that none could be reached."""
    return bool(_answered(error))


def _answered(error: StoreError) -> str:
    answer = getattr(error.__cause__, "response", None)
    return str(answer.get("Error", {}).get("Code", "unknown")) if isinstance(answer, dict) else ""


_BY_CODE = {
    "NoSuchBucket": ("there is no such bucket", "create the bucket first, or correct its name in podcast.toml"),
    "InvalidBucketName": ("a bucket cannot have this name", "correct the bucket in podcast.toml"),
    "InvalidAccessKeyId": ("the store does not know this access key", _CREDENTIALS),
    "SignatureDoesNotMatch": ("the secret key does not belong to this access key", _CREDENTIALS),
    "InvalidToken": ("the session token is not valid", _CREDENTIALS),
    "ExpiredToken": ("the credentials have expired", "sign in again"),
    "ExpiredTokenException": ("the credentials have expired", "sign in again"),
    "AccessDenied": ("access denied", _RIGHTS),
    "AllAccessDisabled": ("the provider has closed this bucket", "ask the provider"),
    "AccountProblem": ("the provider reports a problem with the account", "ask the provider"),
    "RequestTimeTooSkewed": ("this computer's clock is wrong", "set the clock and run the command again"),
    "QuotaExceeded": ("the account's storage is full", "make room or ask the provider for more"),
    "EntityTooLarge": ("the store does not take a file of this size", "make the file smaller or change the store"),
    "BadDigest": ("what arrived is not what was sent", "run the command again"),
    "XAmzContentSHA256Mismatch": ("what arrived is not what was sent", "run the command again"),
    "InvalidDigest": ("what arrived is not what was sent", "run the command again"),
    "SlowDown": ("the store is overloaded", _LATER),
    "NotImplemented": ("the store cannot do this", "use a store that speaks S3 fully"),
}

_BY_STATUS = {
    301: ("the bucket is in another region", _REGION),
    307: ("the bucket is in another region", _REGION),
    400: ("the store did not understand the request", "look at region, endpoint_url and path_style in podcast.toml"),
    401: ("access denied", _CREDENTIALS),
    403: ("access denied", f"{_RIGHTS}; {_CREDENTIALS}"),
    405: ("the store cannot do this", "look at endpoint_url"),
    429: ("the store is overloaded", _LATER),
    501: ("the store cannot do this", "use a store that speaks S3 fully"),
    507: ("the account's storage is full", "make room or ask the provider for more"),
}

_ELSEWHERE = ("PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException")

_BY_EXCEPTION = {
    "NoCredentialsError": ("no credentials were found", _CREDENTIALS),
    "PartialCredentialsError": ("half of the credentials is missing", _CREDENTIALS),
    "CredentialRetrievalError": ("the credentials could not be fetched", "sign in again"),
    "SSOError": ("the sign-in has expired", "sign in again, for instance with `aws sso login`"),
    "TokenRetrievalError": ("the sign-in has expired", "sign in again, for instance with `aws sso login`"),
    "ProfileNotFound": ("there is no such profile on this computer", "look at profile and AWS_PROFILE"),
    "ConfigParseError": ("the AWS configuration file cannot be read", "look at ~/.aws/config"),
    "NoRegionError": ("no region is set", _REGION),
    "InvalidRegionError": ("this is no region", _REGION),
    "SSLError": (
        "the server's certificate is not trusted",
        "for a certificate of your own authority set AWS_CA_BUNDLE to its file",
    ),
    "EndpointConnectionError": ("nobody answers there", _NETWORK),
    "ConnectTimeoutError": ("nobody answers there", _NETWORK),
    "ReadTimeoutError": ("the store took too long to answer", _LATER),
    "ProxyConnectionError": ("the proxy does not answer", "look at HTTPS_PROXY"),
    "ConnectionClosedError": ("the connection broke off", _NETWORK),
    "ResponseStreamingError": ("the connection broke off", _NETWORK),
    "IncompleteReadError": ("the connection broke off", _NETWORK),
    "HTTPClientError": ("the connection broke off", _NETWORK),
    "ParamValidationError": ("the store's address is not valid", "look at bucket and prefix in podcast.toml"),
}


def refused(place: str, refusal: Refusal) -> StoreError:
    """Return the sentence for an answer that is no success. `place` is what was asked for."""
    if refusal.code in _ELSEWHERE or refusal.status in (301, 307):
        hint = f"set region = {refusal.region!r} in podcast.toml" if refusal.region else _REGION
        return StoreError(f"{place}: the bucket is in another region", hint=hint)
    unknown = f"the store answered {refusal.status} {refusal.code}".removesuffix(f" {refusal.status}")
    fallback = (unknown, _LATER if refusal.status >= 500 else "ask the provider what this means")
    what, hint = _BY_CODE.get(refusal.code) or _BY_STATUS.get(refusal.status) or fallback
    said = "" if refusal.code.isdigit() or what == unknown else f" ({refusal.code})"
    return StoreError(f"{place}: {what}{said}", hint=hint)


def failed(place: str, error: Exception) -> StoreError:
    """Return the sentence for an exception without an answer, by the nearest class that has one.

    The exception's own text is not used: it may hold what must not be shown.
    """
    for kind in type(error).__mro__:
        if kind.__name__ in _BY_EXCEPTION:
            what, hint = _BY_EXCEPTION[kind.__name__]
            return StoreError(f"{place}: {what}", hint=hint)
    return StoreError(f"{place}: {type(error).__name__}", hint=_NETWORK)
