# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Decompress chunks, messages and files."""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

import lz4.frame  # type: ignore[import-untyped]
from backports import zstd

from octo_ros.data.bags.stamps import HEAD_SIZE
from octo_ros.data.bags.storage import DamagedFileError

ZSTD_MAGIC = b'\x28\xb5\x2f\xfd'
# A block of zstd is at most this long, so it holds the first bytes of a message.
ZSTD_BLOCK = 1 << 18
LARGEST_CHUNK = 1 << 31


def checked(content: bytes, size: int, crc: int) -> bytes:
    """Check the content of an MCAP chunk.

    Args:
        content: The content.
        size: Length that it should have.
        crc: CRC-32 that it should have; 0 if there is none.

    Raises:
        DamagedFileError: Wrong length or checksum.
    """
    if len(content) != size:
        msg = f'it has {len(content)} bytes of {size}'
        raise DamagedFileError(msg)
    if crc and zlib.crc32(content) != crc:
        msg = 'it has a wrong checksum'
        raise DamagedFileError(msg)
    return content


def unpack_start(data: bytes, compression: str, size: int) -> bytes:
    """As much of an MCAP chunk as is there: up to `size` bytes, and one more if it is longer.

    Raises:
        DamagedFileError: Unknown compression, or not decompressible.
    """
    if size > LARGEST_CHUNK:
        msg = f'it claims to hold {size} bytes'
        raise DamagedFileError(msg)
    if compression == '':
        return data
    try:
        if compression == 'lz4':
            unpacked = lz4.frame.LZ4FrameDecompressor().decompress(data, max_length=size + 1)
            return bytes(unpacked)
        if compression == 'zstd':
            return zstd.ZstdDecompressor().decompress(data, max_length=size + 1)
    except (RuntimeError, EOFError, zstd.ZstdError) as error:
        msg = f'it cannot be decompressed ({compression})'
        raise DamagedFileError(msg) from error
    msg = f'it is compressed with {compression!r}; known are lz4 and zstd'
    raise DamagedFileError(msg)


def unpack_message(data: bytes | memoryview) -> bytes | memoryview:
    """A message without rosbag2's own compression.

    A serialised message begins with a zero byte and zstd's magic does not, so the bytes tell, even
    where metadata is missing or wrong.

    Raises:
        DamagedFileError: It cannot be decompressed.
    """
    if data[:4] != ZSTD_MAGIC:
        return data
    try:
        return zstd.decompress(data)
    except zstd.ZstdError as error:
        msg = 'a compressed message cannot be decompressed'
        raise DamagedFileError(msg) from error


def message_head(read: Callable[[int], bytes | memoryview]) -> bytes:
    """First bytes of a message, compressed or not.

    Args:
        read: Gives up to so many bytes from the start of the message as stored.
    """
    head = bytes(read(HEAD_SIZE))
    if head[:4] != ZSTD_MAGIC:
        return head
    try:
        return zstd.ZstdDecompressor().decompress(read(ZSTD_BLOCK), max_length=HEAD_SIZE)
    except zstd.ZstdError:
        return b''  # Reading the whole message will say that it is damaged.


def unpack_file(source: Path, target: Path) -> str:
    """Decompress a zstd file piece by piece.

    Returns:
        '' if it was whole, else what is wrong with it; what could be decompressed is kept.
    """
    with source.open('rb') as packed, zstd.open(packed, 'rb') as content, target.open('wb') as out:
        try:
            shutil.copyfileobj(content, out)
        except EOFError:
            return 'its compressed data is cut off'
        except zstd.ZstdError:
            return 'its compressed data is damaged'
    return ''
