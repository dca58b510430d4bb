# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Instructions → T5 token ids."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from huggingface_hub import try_to_load_from_cache
from tokenizers import Tokenizer

from octo_ros.errors import CheckpointError
from octo_ros.model.batch import LanguageTokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from octo_ros.model.checkpoint import CheckpointDirectory
    from octo_ros.model.config import LanguageTokenizerConfig


class TextTokenizer:
    """Splits instructions into the ids that the network's language encoder was trained with.

    Args:
        file: A `tokenizer.json` whose post-processing appends the end mark `</s>`.
        config: Number of ids per instruction, and the vocabulary that they must lie in.

    Raises:
        CheckpointError: The file is damaged, or has more ids than the encoder.
    """

    def __init__(self, file: Path, config: LanguageTokenizerConfig) -> None:
        try:
            self._tokenizer = Tokenizer.from_file(str(file))
        except Exception as error:  # the library raises nothing narrower
            msg = f'{file} is not a tokenizer: {error}.'
            raise CheckpointError(msg) from None
        known = config.t5.vocab_size if config.t5 else 0
        if self._tokenizer.get_vocab_size() > known:
            msg = (
                f'{file} has {self._tokenizer.get_vocab_size()} ids, '
                f'the language encoder only {known}.'
            )
            raise CheckpointError(msg)
        self._tokenizer.enable_truncation(config.num_tokens)
        self._tokenizer.enable_padding(length=config.num_tokens, pad_id=0, pad_token='<pad>')

    def __call__(self, instructions: Sequence[str]) -> LanguageTokens:
        """Ids of each instruction, padded; one that is too long loses its end, as in training."""
        encodings = self._tokenizer.encode_batch(list(instructions))
        return LanguageTokens(
            torch.tensor([encoding.ids for encoding in encodings]),
            torch.tensor([encoding.attention_mask for encoding in encodings]),
        )


def load_text_tokenizer(checkpoint: CheckpointDirectory) -> TextTokenizer | None:
    """The tokenizer of a checkpoint: its own `tokenizer/tokenizer.json`, else the one it names.

    Returns:
        None if the network takes no token ids, or its checkpoint names no tokenizer.

    Raises:
        CheckpointError: The named tokenizer is not on this machine; the message says how to fetch
            it.
    """
    config = checkpoint.config.language
    processor = checkpoint.training.get('text_processor')
    own = checkpoint.path / 'tokenizer' / 'tokenizer.json'
    if config is None or config.t5 is None:
        return None
    if own.exists():
        return TextTokenizer(own, config)
    if processor is None:
        return None
    name = _hub_name(processor)
    cached = _cached(name)
    if cached is None:
        msg = (
            f'The tokenizer of {name!r} is not on this machine. Fetch it once with '
            f'"hf download {name} tokenizer.json", or copy that file to {own}.'
        )
        raise CheckpointError(msg)
    return TextTokenizer(cached, config)


def _cached(name: str) -> Path | None:
    """The tokenizer's file in the hub's cache; nothing is downloaded."""
    try:
        file = try_to_load_from_cache(name, 'tokenizer.json')
    except ValueError:  # no hub has such a name
        return None
    return Path(file) if isinstance(file, str) else None


def _hub_name(processor: Mapping[str, Any]) -> str:
    kwargs = processor.get('kwargs', {})
    name = kwargs.get('tokenizer_name')
    if processor.get('name') != 'HFTokenizer' or not name or kwargs.get('encode_with_model'):
        msg = f'text_processor is {processor}; supported: an HFTokenizer that makes token ids.'
        raise CheckpointError(msg)
    return str(name)
