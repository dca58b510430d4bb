# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Writes the split network as ONNX graphs: language, tokenizers, layers, readout, head."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from octo_ros.errors import PolicyError
from octo_ros.model.config import ImageTokenizerConfig, LanguageTokenizerConfig
from octo_ros.model.discrete import DiscreteHead
from octo_ros.model.head_config import DiffusionHeadConfig
from octo_ros.model.octo import Octo
from octo_ros.policy.engines import exported as files
from octo_ros.policy.engines.frame_inputs import FrameInputs
from octo_ros.policy.engines.graph_modules import (
    HeadGraph,
    LanguageGraph,
    LastKeyValuesGraph,
    LayerGraph,
    ReadoutGraph,
    given,
)
from octo_ros.policy.engines.head_inputs import kept_numbers
from octo_ros.policy.engines.merge_graphs import merge_newest
from octo_ros.policy.engines.slot_layout import slot_layout
from octo_ros.policy.engines.split_block import KeyValues
from octo_ros.policy.engines.torch_network import TorchNetwork

OPSET = 20  # the first with GELU's tanh form
# Sizes that stand for any while a graph is traced; no two alike, and none 0 or 1.
_BATCH, _TOKENS, _KEYS, _PRIVATE_KEYS = 2, 7, 5, 3
_ANY = torch.export.Dim.DYNAMIC


def split_for_export(octo: Octo) -> TorchNetwork:
    """The network as it can be exported.

    Raises:
        PolicyError: It can only be run by PyTorch.
    """
    layout = slot_layout(octo.config)
    if layout is None or isinstance(octo.head, DiscreteHead):
        what = 'a discrete action head' if layout else 'a head that does not read readouts alone'
        msg = f'A network with {what} cannot be exported; run it with the torch engine.'
        raise PolicyError(msg)
    return TorchNetwork(octo, layout).eval()


@torch.no_grad()
def export_graphs(network: TorchNetwork, directory: Path) -> None:
    """Write all graphs, each with its weights beside it, and the tables of positions."""
    language = network.octo.config.language
    if language is not None:
        _export(LanguageGraph(network), _language_inputs(language), directory / files.LANGUAGE)
    for part in network.tokenizers:
        path = directory / files.tokenizer_file(part.inputs.config.name)
        _export(part, _tokenizer_inputs(part.inputs), path)
    x, before, names = _layer_inputs(network)
    shapes = ({0: _ANY, 1: _ANY}, tuple({0: _ANY, 2: _ANY} for _ in before))
    for number, block in enumerate(network.blocks[:-1]):
        path = directory / files.layer_file(number)
        _export(LayerGraph(block), (x, *before), path, shapes, ('y', *(f'own_{n}' for n in names)))
    last = LastKeyValuesGraph(network.blocks[-1])
    own = tuple(f'own_{name}' for name in names)
    _export(last, (x,), directory / files.LAST_KEY_VALUES, shapes[:1], own)
    _export(ReadoutGraph(network), (x, *before), directory / files.READOUT, shapes, ('tokens',))
    head_inputs, head_shapes = _head_inputs(network)
    _export(HeadGraph(network), head_inputs, directory / files.HEAD, head_shapes)
    tables = {f'readout_{i}': table for i, table in enumerate(network.tables.readouts)}
    for part, table in zip(network.tokenizers, network.tables.observations, strict=True):
        tables[f'obs_{part.inputs.config.name}'] = table
    np.savez(directory / files.TABLES, **{name: t.numpy() for name, t in tables.items()})


def merge_layers(network: TorchNetwork, directory: Path) -> None:
    """Write the graph of the newest slot from the layers' graphs, as they are now."""
    *_, names = _layer_inputs(network)
    merge_newest(directory, network.num_layers, names)


def _export(
    module: nn.Module,
    inputs: Sequence[Tensor],
    path: Path,
    shapes: tuple[object, ...] | None = None,
    outputs: Sequence[str] = ('y',),
) -> None:
    try:
        with _quiet():
            torch.onnx.export(
                module.eval(),
                tuple(inputs),
                str(path),
                dynamo=True,
                external_data=True,
                opset_version=OPSET,
                dynamic_shapes=shapes,
                output_names=list(outputs),
                verbose=False,
            )
    except torch.onnx.OnnxExporterError as error:
        msg = f'{path.stem} of this network cannot be exported; run it with the torch engine.'
        raise PolicyError(msg) from error
    model = onnx.load(path, load_external_data=False)
    _strip(model.graph)
    onnx.save(model, path)


def _strip(graph: onnx.GraphProto) -> None:
    """Remove what tells where on this machine the program lies."""
    for item in (graph, *graph.node, *graph.input, *graph.output, *graph.value_info):
        del item.metadata_props[:]
        item.doc_string = ''


def _language_inputs(language: LanguageTokenizerConfig) -> tuple[Tensor, ...]:
    if language.t5 is None:
        return (torch.zeros(1, language.vector_size),)
    ids = torch.ones(1, language.num_tokens, dtype=torch.int64)
    return ids, ids.clone()


def _tokenizer_inputs(inputs: FrameInputs) -> tuple[Tensor, ...]:
    config = inputs.config
    if not isinstance(config, ImageTokenizerConfig):
        return tuple(torch.zeros(1, size) for _, size in config.inputs)
    n_images = len(config.image_keys) + len(config.goal_keys)
    images = [torch.zeros(1, *config.image_size, 3, dtype=torch.uint8) for _ in range(n_images)]
    if len(config.film_keys) > 1:
        msg = (
            f'Tokenizer {config.name!r} reads several task vectors, whose sizes are not known; '
            'run this network with the torch engine.'
        )
        raise PolicyError(msg)
    return (*images, *(torch.zeros(1, config.film_size) for _ in config.film_keys))


def _layer_inputs(network: TorchNetwork) -> tuple[Tensor, tuple[Tensor, ...], tuple[str, ...]]:
    nothing = network.tables.empty_context()[0].key  # (1, heads, 0, head_dim)
    heads, head_dim = nothing.shape[1], nothing.shape[3]
    common, private = (torch.zeros(_BATCH, heads, n, head_dim) for n in (_KEYS, _PRIVATE_KEYS))
    num_private = len(network.layout.private)
    before = given(KeyValues(common, common.clone(), private, private.clone()), num_private)
    x = torch.zeros(_BATCH, _TOKENS + num_private, heads * head_dim)
    return x, before, KeyValues._fields[: len(before)]


def _head_inputs(network: TorchNetwork) -> tuple[tuple[Tensor, ...], tuple[object, ...]]:
    """The head's inputs, and which of their axes may have any size: the batch's."""
    config = network.octo.config
    tokens = torch.zeros(_BATCH, len(network.layout.head), config.token_embedding_size)
    if not isinstance(config.head, DiffusionHeadConfig):
        return (tokens,), ({0: _ANY},)
    n = config.head.action_horizon * config.head.action_dim
    steps = torch.zeros(config.head.diffusion_steps, _BATCH, n)
    noise = (torch.zeros(_BATCH, n), steps, kept_numbers(config.head, None))
    return (tokens, *noise), ({0: _ANY}, ({0: _ANY}, {1: _ANY}, None))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The exporter warns about optional packages and about itself."""
    logger = logging.getLogger('torch.onnx')
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter('ignore')
            yield
    finally:
        logger.setLevel(level)
