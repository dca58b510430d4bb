# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from io import StringIO

from rich.console import Console

from octo_ros.cli.conversion_bar import ConversionBar


def test_sentences_are_shown_as_they_are():
    console = Console(file=StringIO(), width=80)
    with ConversionBar(console) as bar:
        bar.say('bags/run[/bold] holds [red].')
    assert 'bags/run[/bold] holds [red].' in console.file.getvalue()
