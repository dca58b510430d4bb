# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Parameter names and layouts: this network's against those of the official checkpoints.

One table of names, and three rules of layout: a linear layer's `kernel` is (in, out), with
attention heads on an axis of their own; a convolution's `kernel` is (height, width, in, out);
everything else lies alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from octo_ros.errors import CheckpointError
from octo_ros.model.config import ImageTokenizerConfig
from octo_ros.model.t5 import T5Norm
from octo_ros.model.transformer import Attention

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.model.config import OctoConfig
    from octo_ros.model.octo import Octo

_NAMES = (  # applied in this order to the dotted name
    (r'\btransformer\.blocks\.(\d+)', r'BlockTransformer_0.Transformer_0.encoderblock_\1'),
    (r'\btransformer\.final_norm', r'BlockTransformer_0.Transformer_0.encoder_norm'),
    (r'(encoderblock_\d+)\.attention_norm', r'\1.LayerNorm_0'),
    (r'(encoderblock_\d+)\.attention', r'\1.MultiHeadDotProductAttention_0'),
    (r'(encoderblock_\d+)\.mlp_norm', r'\1.LayerNorm_1'),
    (r'(encoderblock_\d+)\.mlp\.hidden', r'\1.MlpBlock_0.Dense_0'),
    (r'(encoderblock_\d+)\.mlp\.output', r'\1.MlpBlock_0.Dense_1'),
    (r'\bconvs\.(\d)', r'StdConv_\1'),
    (r'\bnorms\.(\d)', r'GroupNorm_\1'),
    (r'(hf_model)\.embedding', r'\1.shared'),
    (r'(hf_model)\.final_norm', r'\1.encoder.final_layer_norm'),
    (
        r'(hf_model)\.position_bias',
        r'\1.encoder.block.0.layer.0.SelfAttention.relative_attention_bias',
    ),
    (r'(hf_model)\.blocks\.(\d+)\.attention_norm', r'\1.encoder.block.\2.layer.0.layer_norm'),
    (r'(hf_model)\.blocks\.(\d+)\.attention', r'\1.encoder.block.\2.layer.0.SelfAttention'),
    (r'(hf_model)\.blocks\.(\d+)\.mlp_norm', r'\1.encoder.block.\2.layer.1.layer_norm'),
    (r'(hf_model)\.blocks\.(\d+)\.(w[io])', r'\1.encoder.block.\2.layer.1.DenseReluDense.\3'),
    (r'\bfilm\.scale', r'FilmConditioning_0.Dense_0'),
    (r'\bfilm\.shift', r'FilmConditioning_0.Dense_1'),
    (r'(TokenLearner_0)\.positions', r'\1.pos_embed'),
    (r'(TokenLearner_0)\.norm', r'\1.LayerNorm_0'),
    (r'(TokenLearner_0)\.pooling', r'\1.MAPHead_0'),
    (r'(MAPHead_0|map_head)\.attention', r'\1.MultiHeadDotProductAttention_0'),
    (r'(MAPHead_0|map_head)\.norm', r'\1.LayerNorm_0'),
    (r'(MAPHead_0|map_head)\.mlp\.hidden', r'\1.MlpBlock_0.Dense_0'),
    (r'(MAPHead_0|map_head)\.mlp\.output', r'\1.MlpBlock_0.Dense_1'),
    (r'^head\.map_head', r'heads_action.map_head'),
    (r'^head\.mean_projection', r'heads_action.mean_proj'),
    (r'^head\.vocabulary_projection', r'heads_action.vocab_proj'),
    (r'^head\.network', r'heads_action.diffusion_model'),
    (r'\btime_features', r'time_preprocess'),
    (r'\btime_mlp\.0', r'cond_encoder.Dense_0'),
    (r'\btime_mlp\.2', r'cond_encoder.Dense_1'),
    (r'(diffusion_model)\.input', r'\1.reverse_network.Dense_0'),
    (r'(diffusion_model)\.output', r'\1.reverse_network.Dense_1'),
    (
        r'(diffusion_model)\.blocks\.(\d+)\.norm',
        r'\1.reverse_network.MLPResNetBlock_\2.LayerNorm_0',
    ),
    (r'(diffusion_model)\.blocks\.(\d+)\.hidden', r'\1.reverse_network.MLPResNetBlock_\2.Dense_0'),
    (r'(diffusion_model)\.blocks\.(\d+)\.output', r'\1.reverse_network.MLPResNetBlock_\2.Dense_1'),
)


@dataclass(frozen=True)
class CheckpointLeaf:
    """One parameter as the checkpoint holds it.

    Attributes:
        path: Its keys joined by '/'.
        shape: Its shape there.
        parameter: Its dotted name in this network.
        module: The layer that owns it, which decides the layout.
    """

    path: str
    shape: tuple[int, ...]
    parameter: str
    module: nn.Module

    def to_torch(self, array: NDArray) -> Tensor:
        """The checkpoint's array in this network's layout, a contiguous float32 copy."""
        # In a mapped file arrays lie at odd addresses. Copied, torch may turn them, which it does
        # three times as fast as numpy.
        tensor = torch.from_numpy(np.array(array, dtype=np.float32, order='C'))
        if self._is_kernel(nn.Linear):
            tensor = tensor.reshape(self.module.in_features, -1).T
        elif self._is_kernel(nn.Conv2d):
            tensor = tensor.permute(3, 2, 0, 1)
        elif isinstance(self.module, nn.Linear):
            tensor = tensor.reshape(-1)  # the bias of attention heads is (heads, head_dim)
        return tensor.contiguous()

    def to_flax(self, tensor: Tensor) -> NDArray:
        """This network's parameter as the checkpoint holds it: the inverse of `to_torch`."""
        tensor = tensor.detach().to('cpu', torch.float32)
        if self._is_kernel(nn.Linear):
            tensor = tensor.T
        elif self._is_kernel(nn.Conv2d):
            tensor = tensor.permute(2, 3, 1, 0)
        return tensor.contiguous().numpy().reshape(self.shape)

    def _is_kernel(self, kind: type[nn.Module]) -> bool:
        return isinstance(self.module, kind) and self.path.endswith('/kernel')


def checkpoint_leaves(model: Octo) -> dict[str, CheckpointLeaf]:
    """Every parameter of the network as the checkpoint must hold it, by path."""
    leaves = {}
    modules = dict(model.named_modules())
    for name, parameter in model.named_parameters():
        owner, _, leaf = name.rpartition('.')
        module = modules[owner]
        heads = modules.get(owner.rpartition('.')[0])
        path = _path(name, leaf, module, model.config)
        num_heads = heads.num_heads if isinstance(heads, Attention) else None
        leaves[path] = CheckpointLeaf(
            path, _shape(parameter, path, module, num_heads), name, module
        )
    return leaves


class ParameterCheck:
    """Whether stored arrays are a network's parameters, asked one by one.

    Args:
        leaves: What the network needs, by path.
    """

    def __init__(self, leaves: Mapping[str, CheckpointLeaf]) -> None:
        self._missing = dict(leaves)
        self._problems: list[str] = []

    def take(self, path: str, shape: tuple[int, ...], dtype: str) -> CheckpointLeaf | None:
        """The parameter that an array is, or None if it does not fit or is given twice.

        Args:
            path: Its keys joined by '/'.
            shape: Its shape.
            dtype: Name of its type.
        """
        leaf = self._missing.pop(path, None)
        if leaf is None:
            self._problems.append(f'{path} {shape} has no place in the network')
            return None
        if shape != leaf.shape or 'float' not in dtype:
            self._problems.append(f'{path} is {dtype}{shape}, expected float32{leaf.shape}')
            return None
        return leaf

    @property
    def problems(self) -> tuple[str, ...]:
        """What did not fit, in the order of the arrays; then what is missing, in the network's."""
        missing = (f'{leaf.path} {leaf.shape} is missing' for leaf in self._missing.values())
        return (*self._problems, *missing)


def fill_parameters(model: Octo, arrays: Iterable[tuple[str, NDArray]], source: str) -> None:
    """Replace every parameter of the network, which may still be on the meta device.

    Args:
        model: The network.
        arrays: Path and array; each is converted at once and not kept.
        source: Where they come from, for messages.

    Raises:
        CheckpointError: An array belongs nowhere, a parameter stays empty, or a shape differs; all
            are listed.
    """
    check = ParameterCheck(checkpoint_leaves(model))
    state: dict[str, Tensor] = {}
    for path, array in arrays:
        leaf = check.take(path, array.shape, array.dtype.name)
        if leaf is not None:
            state[leaf.parameter] = leaf.to_torch(array)
    if check.problems:
        problems = '; '.join(check.problems)
        msg = f'{source} does not fit the network of its config.json: {problems}.'
        raise CheckpointError(msg)
    model.load_state_dict(state, strict=True, assign=True)


def _path(name: str, leaf: str, module: nn.Module, config: OctoConfig) -> str:
    for pattern, replacement in (*_group_names(config), *_NAMES):
        name = re.sub(pattern, replacement, name)
    if leaf == 'weight' and not isinstance(module, T5Norm):
        kinds = {nn.Linear: 'kernel', nn.Conv2d: 'kernel', nn.Embedding: 'embedding'}
        kind = next((kinds[base] for base in kinds if isinstance(module, base)), 'scale')
        name = name.removesuffix('weight') + kind
    return name.replace('.', '/')


def _group_names(config: OctoConfig) -> list[tuple[str, str]]:
    names = []
    for i, tokenizer in enumerate(config.observation_tokenizers):
        names += [
            (
                rf'\bobservation_embeddings\.{i}\.projection',
                f'obs_{tokenizer.name}_projection',
            ),
            (
                rf'\bobservation_embeddings\.{i}\.positions',
                f'obs_{tokenizer.name}_pos_embedding',
            ),
        ]
        if isinstance(tokenizer, ImageTokenizerConfig):
            theirs = f'observation_tokenizers_{tokenizer.name}'
            names += [
                (rf'\bobservation_tokenizers\.{i}\.stem', f'{theirs}.{tokenizer.stem.kind}_0'),
                (rf'\bobservation_tokenizers\.{i}\.token_learner', f'{theirs}.TokenLearner_0'),
            ]
    if config.language is not None:
        task = config.language.name
        names += [
            (r'\blanguage\.t5', f'task_tokenizers_{task}.hf_model'),
            (r'\blanguage_embedding\.projection', f'task_{task}_projection'),
            (r'\blanguage_embedding\.positions', f'task_{task}_pos_embedding'),
        ]
    return names + [
        (rf'\breadouts\.{i}\b', f'readout_{name}_pos_embedding')
        for i, (name, _) in enumerate(config.readouts)
    ]


def _shape(
    parameter: Tensor, path: str, module: nn.Module, num_heads: int | None
) -> tuple[int, ...]:
    shape = tuple(parameter.shape)
    if isinstance(module, nn.Conv2d) and len(shape) == 4:
        return (*shape[2:], shape[1], shape[0])
    shape = shape[::-1] if path.endswith('/kernel') and isinstance(module, nn.Linear) else shape
    if num_heads is None:
        return shape
    if '/out/' in path:
        return shape if len(shape) == 1 else (num_heads, shape[0] // num_heads, shape[1])
    return (*shape[:-1], num_heads, shape[-1] // num_heads)
