"""The archive on S3, or on what speaks its protocol, through s3fs. An object is there whole or not at all."""

import os
from collections.abc import Iterator
from typing import Any

import fsspec

from core.errors import ArchiveUnavailable, MissingPart
from core.settings import S3Settings

# What went wrong, by the server's code or, where no answer came, by the name of botocore's exception.
DENIED = (
    "access is denied; the key needs s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject and"
    " s3:DeleteObject on what is in it"
)
KEY = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
SLOWER = "the server asks for fewer requests; run again later"
ADVICE = {
    "NoSuchBucket": "there is no such bucket; make it, or set another archive_url",
    "AccessDenied": DENIED,
    "403": DENIED,
    "InvalidAccessKeyId": f"the server does not know the key; {KEY}",
    "SignatureDoesNotMatch": f"the server refuses the key; {KEY}",
    "ExpiredToken": f"the key has expired; {KEY}",
    "RequestTimeTooSkewed": "the clock of this machine is wrong; set it",
    "NoCredentialsError": f"there is no key; {KEY}",
    "PartialCredentialsError": f"there is half a key; {KEY}",
    "ProfileNotFound": "there is no such profile; see AWS_PROFILE",
    "SlowDown": SLOWER,
    "ServiceUnavailable": SLOWER,
    "503": SLOWER,
    "PermanentRedirect": "the bucket is in another region; set s3.region",
    "AuthorizationHeaderMalformed": "the bucket is in another region; set s3.region",
    "SSLError": "its certificate is not trusted; set s3.ca_file to the authority's",
    "QuotaExceeded": "the bucket is full; make room",
    "XMinioStorageFull": "the server's disks are full; make room",
}


class Bucket:
    """`s3://BUCKET/PREFIX`. The key comes from where AWS's own programs take it; none is in the settings."""

    def __init__(self, location: str, s3: S3Settings) -> None:
        """Make ready; nothing is asked yet. Raises MissingPart when s3fs is not installed."""
        options: dict[str, Any] = {
            "endpoint_url": s3.endpoint or None,
            "client_kwargs": {
                **({"region_name": s3.region} if s3.region else {}),
                **({"verify": str(s3.ca_file)} if s3.ca_file else {}),
            },
            "config_kwargs": {
                "connect_timeout": s3.timeout_s,
                "read_timeout": s3.timeout_s,
                "retries": {"mode": "standard", "total_max_attempts": s3.retries + 1},
                **({"s3": {"addressing_style": "path"}} if s3.path_style else {}),
                # Partitions bear their SHA-256, and servers other than AWS stumble over these.
                "request_checksum_calculation": "when_required",
                "response_checksum_validation": "when_required",
            },
            "use_listings_cache": False,  # other processes write
            "max_concurrency": 1,  # a partition is read by one request, not by a HEAD and ranges
        }
        try:
            self.fs, root = fsspec.core.url_to_fs(location, **options)
        except ImportError as error:
            raise MissingPart(
                f"archive {location} needs the extra `s3`: pip install 'langnghe[s3]'"
            ) from error
        self.fs.retries = 2  # botocore retries by itself; here only a body that broke off is asked for again
        self.bucket, _, prefix = root.partition("/")
        self.prefix = f"{prefix}/" if prefix else ""
        self.shown = f"s3://{root}"
        self.endpoint = s3.endpoint or os.environ.get("AWS_ENDPOINT_URL", "AWS")

    def put(self, path: str, body: bytes) -> None:
        """Write a file by one request; where it is there already it stays what it is."""
        try:
            self.fs.pipe_file(self._key(path), body)
        except Exception as error:  # botocore's and aiohttp's have no base in common
            raise self._unavailable(error, f"{path} can't be written") from error

    def get(self, path: str) -> bytes:
        """Return a file. Raises FileNotFoundError when it is gone."""
        try:
            body: bytes = self.fs.cat_file(self._key(path))
        except Exception as error:
            if _code(error) == "NoSuchKey":
                raise FileNotFoundError(path) from error
            raise self._unavailable(error, f"{path} can't be read") from error
        return body

    def remove(self, path: str) -> None:
        """Remove a file; S3 does not say whether there was one."""
        try:
            self.fs.rm_file(self._key(path))
        except Exception as error:
            raise self._unavailable(error, f"{path} can't be removed") from error

    def folders(self) -> list[str]:
        """Return what stands before the first slash below the prefix, sorted."""
        return sorted(
            found["Prefix"].removeprefix(self.prefix).rstrip("/")
            for answer in self._pages(self.prefix, Delimiter="/")
            for found in answer.get("CommonPrefixes", ())
        )

    def files(self, folder: str) -> Iterator[str]:
        """Yield the paths of the files below `folder`, sorted; each request brings up to 1,000."""
        for answer in self._pages(f"{self.prefix}{folder}/"):
            for found in answer.get("Contents", ()):
                yield str(found["Key"]).removeprefix(self.prefix)

    def _pages(self, prefix: str, **given: str) -> Iterator[dict[str, Any]]:
        while True:
            try:
                answer = self.fs.call_s3("list_objects_v2", Bucket=self.bucket, Prefix=prefix, **given)
            except Exception as error:
                raise self._unavailable(error, "can't be listed") from error
            yield answer
            if not answer.get("IsTruncated"):
                return
            given["ContinuationToken"] = answer["NextContinuationToken"]

    def _key(self, path: str) -> str:
        return f"{self.bucket}/{self.prefix}{path}"

    def _unavailable(self, error: Exception, what: str) -> ArchiveUnavailable:
        name = _code(error) or type(error).__name__
        advice = ADVICE.get(name)
        if advice is None and _code(error):
            advice = f"the server answers {name}; see its log"
        elif advice is None:
            advice = f"no answer from {self.endpoint} ({name}); see that it is up, and s3.endpoint"
        return ArchiveUnavailable(
            f"archive {self.shown}: {what}: {advice}; nothing that was archived is lost"
        )


def _code(error: BaseException) -> str:
    """Return the server's code for what went wrong, or nothing if it did not answer."""
    for found in (error, error.__cause__):  # s3fs makes Python's own errors of botocore's
        response = getattr(found, "response", None)
        if isinstance(response, dict):
            return str(response.get("Error", {}).get("Code", ""))
    return ""
