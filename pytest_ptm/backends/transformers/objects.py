# pyright: basic
# transformers' models and torch's modules are only partly typed.
"""A model in memory beside what reads for it, loaded by somebody else: no folder."""

from __future__ import annotations

import copy
import importlib
import json
from collections.abc import Iterator, Set
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import torch
import transformers
from transformers.image_processing_utils import BaseImageProcessor

from pytest_ptm.backends.protocol import AnyPredictor, LoadRequest
from pytest_ptm.backends.transformers.abilities import WITH_ENCODERS
from pytest_ptm.backends.transformers.checkpoint import (
    InHands,
    LoadedCheckpoint,
    completed,
)
from pytest_ptm.backends.transformers.checkpoint_loading import (
    reads_of,
    refuse_large_vocabulary,
)
from pytest_ptm.backends.transformers.identity import Skeleton
from pytest_ptm.backends.transformers.image_identity import ImageSkeleton
from pytest_ptm.backends.transformers.loading import quiet
from pytest_ptm.backends.transformers.module_state import ModuleState
from pytest_ptm.backends.transformers.outputs import meaning
from pytest_ptm.backends.transformers.padding import Loaded
from pytest_ptm.backends.transformers.snapshot import Snapshot
from pytest_ptm.ground.content import content_digest_of, is_installed
from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError, ModelError
from pytest_ptm.results import ModelCard
from pytest_ptm.spec import ModelSpec
from pytest_ptm.tasks import find_task, known_tasks
from pytest_ptm.tasks.task import usual

# Where files lay, and what the last call left in a tokenizer: no answer depends on it.
_UNHEARD = {
    "_name_or_path",
    "is_local",
    "local_files_only",
    "name_or_path",
    "padding",
    "tokenizer_file",
    "transformers_version",
    "truncation",
    "vocab_file",
}
_OF_A_CONFIG = (bool, int, float, str, type(None))


def bound(
    model: object, reader: object, *, name: str | None, task: str | None = None
) -> AnyPredictor:
    """The model bound to a task of its head, as its checkpoint would be.

    ``reader``: its tokenizer, its image processor, or a processor that holds both.

    Raises:
        ArgumentError: it is no model of transformers, or not what reads for it; its
            head is of another task.
        ModelError: PTM302, PTM304, PTM309, PTM312, PTM314, PTM320.
    """
    _refuse_no_model(model)
    found: Loaded = model
    tokenizer, processor = _readers(reader)
    reads = {
        kind
        for kind, held in (("texts", tokenizer), ("images", processor))
        if held is not None
    }
    asked, module = _task_of(found, task, reads)
    sees = reads_of(module) == "images"
    held = _held(found, processor if sees else tokenizer, asked, name, sees=sees)
    return module.bind(held)


def _held(
    model: Loaded, reader: Loaded, task: str, name: str | None, *, sees: bool
) -> LoadedCheckpoint:
    kind = type(model).__name__
    reference = f"from_pretrained({kind})"
    _refuse_alike(model.config, reference)
    if not sees:
        refuse_large_vocabulary(reference, model, reader)
    own = InHands(Snapshot(model))
    content = content_digest_of(dict(_content(model, reader)), of=reference)
    device, dtype = str(model.device), str(model.dtype).removeprefix("torch.")
    attention = str(getattr(model.config, "_attn_implementation", None))
    # A copy: ours may get a padding token, and calls leave truncation in it.
    copied = copy.deepcopy(reader)
    skeleton = (ImageSkeleton if sees else Skeleton)(
        model.config, copied, model, attention
    )
    card = ModelCard(name or kind, reference, content, device=device, dtype=dtype)
    request = LoadRequest(
        spec=ModelSpec(card.name, "", reference),
        folder=None,
        task=task,
        device=device,
        dtype=dtype,
    )
    identity = skeleton.identity(request, content)
    return completed(
        LoadedCheckpoint(identity, model, card, ModuleState(model), None, own=own)
    )


def _refuse_no_model(model: object) -> None:
    if isinstance(model, transformers.PreTrainedModel):
        _refuse_absent(model)
        return
    advice = (
        "; call model.merge_and_unload() and bring what it gives"
        if hasattr(model, "merge_and_unload")
        else "; of any other model make a function: from_function(f, classes=[…])"
    )
    raise ArgumentError(
        f"from_pretrained: expected a model of transformers, got "
        f"{type(model).__name__}{advice}"
    )


def _refuse_absent(model: Loaded) -> None:
    """Refuse weights that are not in memory: nothing would show that they change."""
    absent = [name for name, each in model.named_parameters() if each.is_meta]
    if absent:
        raise ModelError(
            f"{len(absent):,} weights of {type(model).__name__} are on torch's device "
            f"'meta', such as {absent[0]}: it was never loaded, or is offloaded to "
            "disk. Load all of it into memory",
            code="PTM310",
        )


def _readers(reader: object) -> tuple[Loaded, Loaded]:
    """A tokenizer and an image processor, of which one may be None.

    Raises:
        ArgumentError: it is neither, nor holds one.
    """
    if isinstance(reader, transformers.PreTrainedTokenizerBase):
        return reader, None
    if isinstance(reader, BaseImageProcessor):
        return None, reader
    if isinstance(reader, transformers.ProcessorMixin):
        held: Loaded = reader
        both = (
            getattr(held, "tokenizer", None),
            getattr(held, "image_processor", None),
        )
        if any(each is not None for each in both):
            return both
    raise ArgumentError(
        "from_pretrained: expected the model's tokenizer, as in "
        "AutoTokenizer.from_pretrained(…), or its image processor, got "
        f"{type(reader).__name__}"
    )


def _task_of(
    model: Loaded, wanted: str | None, reads: Set[str]
) -> tuple[str, ModuleType]:
    """The task of the model's head, and the module here that asks it.

    ``reads``: "texts", "images" or both, by what was handed over beside the model.
    """
    asked = {
        name: module
        for name, module in _modules()
        if reads_of(module) in reads
        and _is_made_by(getattr(transformers, module.AUTO_CLASS), type(model))
        and (reads_of(module) == "texts" or _names(module, type(model)))
    }
    if not asked:
        raise ModelError(
            f"a {type(model).__name__} has no head that can be asked about "
            f"{' or '.join(sorted(reads))}; expected one for "
            f"{listed(sorted(n for n, each in _modules() if reads_of(each) in reads))}",
            code="PTM314",
        )
    # XLNet's is loaded by an Auto class whose other models answer another task.
    texts = {k: one for k, one in asked.items() if reads_of(one) == "texts"}
    named = {k: one for k, one in texts.items() if _names(one, type(model))}
    if named:
        asked = {k: one for k, one in asked.items() if k in named or k not in texts}
    if wanted is not None:
        if wanted not in asked:
            raise ArgumentError(
                f"task={wanted!r}: a {type(model).__name__} can be asked "
                f"{listed(sorted(asked))}"
            )
        return wanted, asked[wanted]
    meant = meaning(int(model.config.num_labels), model.config.problem_type)
    if len({reads_of(each) for each in asked.values()}) > 1:
        raise ArgumentError(
            f"a {type(model).__name__} and a processor of both can be asked "
            f"{listed(sorted(asked))}; say which with task="
        )
    fits = [find_task(name) for name, each in asked.items() if _gives(each, meant)]
    # Where none fits, the task of numbers says best what such a head gives.
    task = usual(fits)[0].name if fits else sorted(asked)[-1]
    return task, asked[task]


def _modules() -> Iterator[tuple[str, ModuleType]]:
    for name in known_tasks():
        place = f"{__package__}.{name.replace('-', '_')}"
        if find_spec(place) is not None:
            yield name, importlib.import_module(place)


def _is_made_by(auto_class: Loaded, kind: type) -> bool:
    """Whether the Auto class makes models of this class, or of one of its bases."""
    made: set[str] = set()
    for names in auto_class._model_mapping._model_mapping.values():
        made.update([names] if isinstance(names, str) else names)
    ending = auto_class.__name__.removeprefix("AutoModel")
    if not ending:
        encoders = transformers.AutoModelForTextEncoding._model_mapping._model_mapping
        made.update(encoders[kind] for kind in WITH_ENCODERS)
        # Of the class without a head: all names end in nothing.
        return any(each.__name__ in made for each in kind.__mro__)
    return any(
        each.__name__ in made or each.__name__.endswith(ending) for each in kind.__mro__
    )


def _names(module: ModuleType, kind: type) -> bool:
    """Whether the module says by name that it asks models of this class."""
    endings: tuple[str, ...] = getattr(module, "HEADS", ())
    return any(each.__name__.endswith(endings) for each in kind.__mro__)


def _gives(module: ModuleType, meant: str) -> bool:
    outputs = getattr(module, "OUTPUTS", None)
    return outputs is None or outputs == meant


def _refuse_alike(config: Loaded, reference: str) -> None:
    names = [str(name) for name in config.id2label.values()]
    if len(set(names)) < len(names):
        raise ModelError(
            f"{reference}: two classes of model.config.id2label have one name "
            f"({listed(names)})",
            code="PTM309",
        )


def _content(model: Loaded, reader: Loaded) -> Iterator[tuple[str, object]]:
    """Weights, buffers, config, what reads for it, and code that is its own."""
    with torch.no_grad():
        yield "weights", dict(model.named_parameters())
        yield "buffers", dict(model.named_buffers())
    yield "config", _heard(json.loads(json.dumps(model.config.to_dict(), default=str)))
    yield "tokenizer", dict(_files_of(reader))
    for name, part in model.named_modules():
        if not is_installed(type(part).__module__):
            held = vars(part).items()
            plain = {key: one for key, one in held if isinstance(one, _OF_A_CONFIG)}
            plain.pop("training", None)
            yield f"part {name}", (type(part), plain)


def _files_of(reader: Loaded) -> Iterator[tuple[str, object]]:
    """What would be saved of it, by file; JSON without what only this copy has."""
    with TemporaryDirectory() as place, quiet():
        reader.save_pretrained(place)
        for path in sorted(Path(place).rglob("*")):
            if path.is_file():
                data = path.read_bytes()
                is_json = path.suffix == ".json"
                yield path.name, _heard(json.loads(data)) if is_json else data


def _heard(held: object) -> object:
    if not isinstance(held, dict):
        return held
    return {key: held[key] for key in sorted(held) if key not in _UNHEARD}
