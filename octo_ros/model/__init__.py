# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Octo in PyTorch: official checkpoints give the original's numbers.

The network, in reading order: config and head_config, batch, stem, image_tokenizer (and
token_learner), bins, lowdim_tokenizer, t5, language_tokenizer, attention_mask, transformer,
octo_transformer (value_checks refuses inputs); the heads map_pooling, loss, sampling,
score_network, diffusion, continuous, discrete; octo. What fills it: config_file (and json_values,
tokenizer_specs, head_specs), layout, hub,
flax_msgpack (and msgpack_items) or ocdbt, blank, parameters, checkpoint; or initialization. What
saves it: config_writer, flax_writer, run_files, save. And text, which turns instructions into
token ids.
"""

from octo_ros.model.checkpoint import CheckpointDirectory, load_octo
from octo_ros.model.run_files import RunFiles
from octo_ros.model.save import resave_octo, save_octo

__all__ = ['CheckpointDirectory', 'RunFiles', 'load_octo', 'resave_octo', 'save_octo']
