# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Pages that hold all they show and open offline."""

from __future__ import annotations

import base64
from pathlib import Path

import jinja2

COMMON = 'octo_ros.data.report'


def data_uri(data: bytes, kind: str) -> str:
    """Bytes as an address that a page can show, of a kind like image/jpeg."""
    return f'data:{kind};base64,{base64.b64encode(data).decode()}'


def render(package: str, template: str, **values: object) -> str:
    """Fill in a template.

    Args:
        package: Package with a folder `templates`; those of this package can be included too.
        template: Name of the template.
        values: What it shows.
    """
    loaders = [jinja2.PackageLoader(name, 'templates') for name in (package, COMMON)]
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(loaders),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**values)


def write_whole(path: Path, text: str) -> None:
    """Write a file that appears only when it is complete.

    Raises:
        OSError: It cannot be written.
    """
    partial = path.with_name(f'.{path.name}.partial')
    try:
        partial.write_text(text, encoding='utf-8')
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
