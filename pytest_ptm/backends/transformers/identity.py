# pyright: basic
# transformers' Auto classes and torch's modules are only partly typed.
"""What an answer depends on: config and tokenizer, their limits, one digest of all.

No weights are here. What a model's class makes of a config (the inputs it takes, how
many ids it knows, where its positions begin) is read off a skeleton: the model on
torch's meta device, where tensors have shapes and no numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path

import torch
import transformers

from pytest_ptm.backends.protocol import LoadRequest
from pytest_ptm.backends.transformers.fingerprint import content_digest, digest_of
from pytest_ptm.backends.transformers.loading import quiet, refusals
from pytest_ptm.backends.transformers.padding import (
    Loaded,
    Padding,
    first_choice,
    takes,
)
from pytest_ptm.backends.transformers.tokens import TokenRows, encode
from pytest_ptm.tasks.protocol import Columns, Encoded

# A tokenizer that knows no limit says 1e30.
_NO_LIMIT = 1_000_000
# What configs call it, under a name of its own or one that transformers maps to it; MPT
# alone has the second, and no answer to a longer text.
_POSITIONS = ("max_position_embeddings", "max_seq_len")


@dataclass(frozen=True, slots=True)
class Identity:
    """A checkpoint but for its weights, which stand in the fingerprint by their bytes.

    ``content``: the digest of its files; ``decided``: what else its answers depend on
    but the ``task`` that they are to. ``max_length``: tokens the model can see at
    once, special ones included; None where it knows no limit. ``empty_id``: the token
    that stands for a text without tokens. ``padding``: how rows are padded unless that
    turns out to change answers.
    """

    config: Loaded
    tokenizer: Loaded
    content: str
    task: str
    decided: tuple[str, ...]
    max_length: int | None
    empty_id: int
    takes_type_ids: bool
    pads_itself: bool
    padding: Padding

    @property
    def fingerprint(self) -> str:
        """Everything an answer depends on but the input."""
        return digest_of(self.content, self.task, *self.decided)

    @property
    def class_names(self) -> tuple[str, ...]:
        """What the outputs of a classifier's head are called, in their order."""
        config = self.config
        return tuple(str(config.id2label[index]) for index in range(config.num_labels))

    def encode(self, inputs: Columns) -> Encoded[TokenRows]:
        """The rows tokenised, with special tokens, truncated to what the model sees."""
        return encode(
            self.tokenizer,
            inputs,
            max_length=self.max_length,
            empty_id=self.empty_id,
            type_ids=self.takes_type_ids,
            padding=self.padding,
        )


@dataclass(frozen=True, slots=True)
class Skeleton:
    """What is read of a checkpoint before its weights: all of its identity but bytes.

    ``attention``: the implementation that the files ask for, not the one that is taken.
    """

    config: Loaded
    tokenizer: Loaded
    model: Loaded
    attention: str

    def identity(self, request: LoadRequest, content: str) -> Identity:
        """Who the checkpoint with these bytes is.

        What decides about an answer stands in the fingerprint, not what was decided:
        the precision, attention and class that were asked for, and the versions of the
        libraries that make of them what they do.
        """
        tokenizer, model = self.tokenizer, self.model
        pads_itself = tokenizer.pad_token_id is not None
        padding = first_choice(model, tokenizer)
        max_length = _max_length(model, tokenizer)
        return Identity(
            config=self.config,
            tokenizer=tokenizer,
            content=content,
            task=request.task,
            decided=(
                precision(request, self.config),
                request.device.partition(":")[0],
                str(max_length),
                torch.__version__,
                transformers.__version__,
                class_of(model),
                self.attention,
            ),
            max_length=max_length,
            empty_id=_empty_token(tokenizer, padding.pad_id),
            takes_type_ids="token_type_ids" in tokenizer.model_input_names
            and takes(model, "token_type_ids"),
            pads_itself=pads_itself,
            padding=padding,
        )


def identify(request: LoadRequest, folder: Path, auto_class: str) -> Identity:
    """Who a checkpoint is, without loading it.

    Raises:
        ModelError: PTM310, PTM311, transformers makes nothing of its files; PTM302.
    """
    with quiet():
        skeleton = skeleton_of(request, folder, auto_class)
    return skeleton.identity(request, content_digest(folder))


def skeleton_of(request: LoadRequest, folder: Path, auto_class: str) -> Skeleton:
    """Tokenizer and config, and the model as they describe it.

    Raises:
        ModelError: PTM310, PTM311, transformers makes nothing of them.
    """
    trust = request.trust_remote_code
    with refusals(request, folder):
        tokenizer = transformers.AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=trust
        )
        config = transformers.AutoConfig.from_pretrained(
            folder, local_files_only=True, trust_remote_code=trust
        )
        attention = str(getattr(config, "_attn_implementation", None))
        model = described(getattr(transformers, auto_class), config, trust=trust)
    return Skeleton(config, tokenizer, model, attention)


def described(auto_class: Loaded, config: Loaded, *, trust: bool) -> Loaded:
    """The model that a config describes, with shapes and no numbers."""
    try:
        with torch.device("meta"):
            return auto_class.from_config(config, trust_remote_code=trust)
    # Code that a checkpoint brings may read a number as it builds the model, and finds
    # none there: then built in memory, with numbers that nobody looks at.
    except Exception:
        return auto_class.from_config(config, trust_remote_code=trust)


def precision(request: LoadRequest, config: Loaded) -> str:
    """The number format asked for; of ``auto`` what the config says, if it does."""
    asked = getattr(config, "dtype", None) if request.dtype == "auto" else None
    return str(asked or request.dtype).removeprefix("torch.")


def class_of(model: Loaded) -> str:
    """Which code answers; of code that came along the bytes are in the content."""
    kind = type(model)
    ours = kind.__module__.startswith("transformers.")
    return f"{kind.__module__ if ours else 'of its own'}.{kind.__qualname__}"


def _empty_token(tokenizer: Loaded, pad_id: int) -> int:
    """The id a text starts or ends with, as a language model's empty context has it."""
    known = (tokenizer.bos_token_id, tokenizer.eos_token_id, pad_id)
    return next(token for token in known if token is not None)


def _max_length(model: Loaded, tokenizer: Loaded) -> int | None:
    limits = []
    if tokenizer.model_max_length < _NO_LIMIT:
        limits.append(int(tokenizer.model_max_length))
    # A model of images and texts says of its text tower how much that sees.
    reads = getattr(model.config, "text_config", None)
    for config, name in product((model.config, reads), _POSITIONS):
        positions = getattr(config, name, None)
        if isinstance(positions, int) and positions > 0:
            limits.append(positions - _position_offset(model))
    return min(limits, default=None)


def _position_offset(model: Loaded) -> int:
    """RoBERTa and its kin count positions from the padding id on."""
    for name, module in model.named_modules():
        if name.endswith("position_embeddings"):
            padding = getattr(module, "padding_idx", None)
            return 0 if padding is None else padding + 1
    return 0
