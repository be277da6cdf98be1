"""Reading an object of a bucket into a file: streamed, and gone on with where the line broke."""

from typing import TYPE_CHECKING, BinaryIO

from podcast.stores.s3errors import refusal_of

if TYPE_CHECKING:  # these stubs are not installed where folge is: they exist for the type checker alone
    from mypy_boto3_s3 import S3Client

_CHUNK_BYTES = 1 << 20
_READS = 5


def read_into(client: "S3Client", bucket: str, name: str, file: BinaryIO, most: int) -> bool:
    """Write an object's bytes into an empty file, no more than `most` and one; False where there is no object.

    boto3 repeats requests, not the reading of their answers: a later try asks for the rest only.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    for attempt in range(1, _READS + 1):
        begun = file.tell()
        try:
            ranged = client.get_object(Bucket=bucket, Key=name, Range=f"bytes={begun}-") if begun else None
            answer = ranged or client.get_object(Bucket=bucket, Key=name)
            if begun and answer["ResponseMetadata"]["HTTPStatusCode"] != 206:  # the whole again
                file.seek(0)
                file.truncate()
            while chunk := answer["Body"].read(_CHUNK_BYTES):
                file.write(chunk)
                if file.tell() > most:
                    return True
        except ClientError as error:
            if refusal_of(error).is_absent:
                return False
            raise
        except BotoCoreError:  # the answer was cut short
            if attempt == _READS:
                raise
        else:
            return True
    return True
