# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from octo_ros.errors import CheckpointError
from octo_ros.model.blank import blank_octo
from octo_ros.model.octo import Octo


def test_the_network_is_the_usual_one_without_values(lang):
    blank, full = blank_octo(lang.model.config, 'x'), Octo(lang.model.config)
    shapes = {name: (p.shape, p.dtype) for name, p in full.named_parameters()}
    assert {name: (p.shape, p.dtype) for name, p in blank.named_parameters()} == shapes
    assert all(p.is_meta and p.requires_grad for p in blank.parameters())
    assert {n: b.shape for n, b in blank.named_buffers()} == {
        n: b.shape for n, b in full.named_buffers()
    }


def test_loading_does_not_import_torch_s_compiler(lang):
    code = (
        'import sys\n'
        'from octo_ros.model import load_octo\n'
        f'load_octo({str(lang.checkpoint)!r})\n'
        'assert "torch._dynamo" not in sys.modules\n'
    )
    done = subprocess.run(
        [sys.executable, '-W', 'ignore', '-c', code],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize('size', [10**6, 10**12, 10**30])
def test_absurd_sizes_are_refused_at_once(lang, size):
    config = lang.model.config
    language = config.language
    for absurd in (
        replace(config, transformer=replace(config.transformer, num_layers=size)),
        replace(config, head=replace(config.head, num_blocks=size)),
        replace(config, head=replace(config.head, diffusion_steps=size)),
        replace(config, language=replace(language, t5=replace(language.t5, num_layers=size))),
    ):
        with pytest.raises(CheckpointError, match='config describes a network that is too large'):
            blank_octo(absurd, 'config')
    if size > 10**9:
        with pytest.raises(CheckpointError, match='too large'):
            blank_octo(replace(config, token_embedding_size=4 * size), 'config')
