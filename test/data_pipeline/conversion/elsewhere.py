# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A file system of Apache Beam with a scheme of its own, whose files lie below a folder."""

from __future__ import annotations

from pathlib import Path

from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.localfilesystem import LocalFileSystem


class ElsewhereFileSystem(LocalFileSystem):
    """elsewhere://data/x is root/data/x; like an object store it needs no mkdirs."""

    root: Path

    @classmethod
    def scheme(cls):
        return 'elsewhere'

    def _local(self, path):
        return str(self.root / path.removeprefix('elsewhere://'))

    def _url(self, path):
        return f'elsewhere://{Path(path).relative_to(self.root).as_posix()}'

    def create(self, path, mime_type='', compression_type=CompressionTypes.AUTO):
        local = Path(self._local(path))
        local.parent.mkdir(parents=True, exist_ok=True)
        return super().create(str(local), mime_type, compression_type)

    def open(self, path, mime_type='', compression_type=CompressionTypes.AUTO):
        return super().open(self._local(path), mime_type, compression_type)

    def exists(self, path):
        return super().exists(self._local(path))

    def delete(self, paths):
        super().delete([self._local(path) for path in paths])

    def rename(self, sources, destinations):
        super().rename(*([self._local(p) for p in paths] for paths in (sources, destinations)))

    def _list(self, dir_or_prefix):
        for found in super()._list(self._local(dir_or_prefix)):
            found.path = self._url(found.path)
            yield found

    def join(self, base, *paths):
        return '/'.join([base, *paths])

    def split(self, path):
        head, _, tail = path.rpartition('/')
        return head, tail
