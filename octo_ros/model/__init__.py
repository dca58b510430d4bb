# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Octo in PyTorch: official checkpoints give the original's numbers.

The network, in reading order: config, batch, stem, t5, tokenizers, attention_mask, transformer,
diffusion, octo. What fills it: config_file, flax_msgpack, parameters, checkpoint. And text, which
turns instructions into token ids.
"""

from octo_ros.model.checkpoint import load_octo

__all__ = ['load_octo']
