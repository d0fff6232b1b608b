"""The smallest images there are, made by code: a crawler that asks for one is noticed, and gets nothing."""

import struct
import zlib
from functools import cache

from langnghe.demo.site.answers import Answer


@cache
def _grey_pixel() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    # PNG (ISO/IEC 15948): one pixel of one grey byte, preceded by its filter byte.
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixel = zlib.compress(b"\x00\xcc")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


def picture(kind: str = "image") -> Answer:
    """Return one grey pixel."""
    return Answer(kind, _grey_pixel(), content_type="image/png")
