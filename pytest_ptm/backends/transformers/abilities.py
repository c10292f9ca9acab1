"""What a checkpoint can be asked, known from its config.json and nothing else.

Neither torch nor transformers is imported for it, nor a module that imports them: what
the task modules of this folder declare is read off their source.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from typing import cast

from pytest_ptm.backends.transformers.files import names_code
from pytest_ptm.backends.transformers.outputs import meaning
from pytest_ptm.backends.transformers.readable import Json, read_json
from pytest_ptm.backends.transformers.sentence_folder import makes_vectors
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.tasks import known_tasks

BODY = "AutoModel"
"""The class of transformers for models without a head."""

ENCODER = "AutoModelForTextEncoding"
"""Its class for those of which the encoder is a model by itself: ``WITH_ENCODERS``."""
WITH_ENCODERS = ("mt5", "t5", "umt5")

_DECLARED = ("AUTO_CLASS", "HEADS", "OTHERS", "OUTPUTS")
_ELSEWHERE = re.compile(
    r"(For(TokenClassification|QuestionAnswering(Simple)?|MultipleChoice|PreTraining"
    r"|NextSentencePrediction|CausalLM|ConditionalGeneration|ImageClassification"
    r"|AudioClassification)|LMHeadModel)$"
)
"""Heads of transformers, also such as no module here asks. Any other name may be that
of somebody's own class, which loads as what it was made from."""


_BODY = re.compile(r"(?<!Head)(?<!Heads)(?<!PreTrained)Model$")


def abilities(folder: Path) -> frozenset[str] | None:
    """The tasks that the checkpoint's head was trained for.

    None where only loading tells: no config.json that can be read, none that names an
    architecture or one that nobody here knows, or code that comes along.
    """
    try:
        config = read_json(folder, "config.json")
    except (ModelError, OSError):
        return None  # what is wrong with it is said when it is loaded
    names = architectures(config)
    heads = _heads(tuple(sorted(known_tasks())))
    if heads and makes_vectors(folder):
        # Whatever its architecture is called: of a head the weights are not there.
        return frozenset(task for task, head in heads if head.is_none)
    if not names or heads is None or names_code(config):
        return None
    if not all(_is_known(name, heads, config) for name in names):
        return None
    return frozenset(
        task
        for task, head in heads
        if any(head.is_that_of(name, config) for name in names) and head.gives(config)
    )


def only_sees(folder: Path) -> bool:
    """Whether all that it can be asked is asked about images, so that it reads nothing.

    False where only loading tells.
    """
    tasks = known_tasks()
    can = abilities(folder)
    return bool(can) and all(
        {*tasks[name].fields.values()} == {"image"} for name in can
    )


@cache
def auto_class(task: str) -> str | None:
    """The class of transformers that loads models for a task; None if none is known.

    One model in memory answers all tasks of one class.
    """
    try:
        declared = _declared(_module(task)) or {}
    except ValueError:
        return None  # a module that is in no file, or a name that is not plain to see
    return cast("str | None", declared.get("AUTO_CLASS"))


@dataclass(frozen=True, slots=True)
class _Head:
    """What a task's module declares of the heads that it binds.

    ``endings``: ``HEADS``, how the names of their architectures end; without it that of
    ``AUTO_CLASS``. ``others``: ``OTHERS``, those that end so and are none, or that
    the Auto class does not load. ``outputs``: ``OUTPUTS``, what outputs have to mean.
    ``is_none``: what it binds has no head at all.
    """

    endings: tuple[str, ...]
    others: tuple[str, ...]
    outputs: str | None
    is_none: bool

    def is_named(self, architecture: str, config: Json) -> bool:
        if self.is_none:
            return _is_body(architecture, config)
        return architecture.endswith(self.endings)

    def is_that_of(self, architecture: str, config: Json) -> bool:
        return self.is_named(architecture, config) and architecture not in self.others

    def gives(self, config: Json) -> bool:
        if self.outputs is None:
            return True
        found = meaning(_outputs(config), config.get("problem_type"))
        return found == self.outputs


_Heads = tuple[tuple[str, _Head], ...]


def architectures(config: Json) -> tuple[str, ...]:
    """The classes that the checkpoint says it is of."""
    found = config.get("architectures")
    if not isinstance(found, list):
        return ()
    names = cast("list[object]", found)
    return tuple(name for name in names if isinstance(name, str))


def _outputs(config: Json) -> int:
    """How many outputs the head has: a name each, or two where nothing is said."""
    names = config.get("id2label")
    if isinstance(names, Mapping):
        return len(cast("Json", names))
    count = config.get("num_labels")
    return count if isinstance(count, int) else 2


def _is_known(architecture: str, heads: _Heads, config: Json) -> bool:
    if _ELSEWHERE.search(architecture):
        return True
    return any(head.is_named(architecture, config) for _, head in heads)


def _is_body(architecture: str, config: Json) -> bool:
    """Whether a class is the one without a head of the config's own type.

    Somebody's own ScoreModel has a head, whatever it is called.
    """
    kind = config.get("model_type")
    if kind is None:
        return bool(_BODY.search(architecture))
    own = [f"{_plain(str(kind))}model"]
    if kind in WITH_ENCODERS:
        own.append(f"{kind}encodermodel")
    return _plain(architecture) in own


def _plain(name: str) -> str:
    return re.sub("[-_]", "", name).lower()


@cache
def _heads(tasks: tuple[str, ...]) -> _Heads | None:
    """The heads of the tasks that have a module here; None where one cannot be read."""
    found: list[tuple[str, _Head]] = []
    for task in tasks:
        spec = _module(task)
        if spec is None:
            continue
        declared = _declared(spec)
        if declared is None:
            return None
        ending = str(declared.get("AUTO_CLASS", "")).removeprefix("AutoModel")
        endings = cast("tuple[str, ...]", declared.get("HEADS", (ending,)))
        others = cast("tuple[str, ...]", declared.get("OTHERS", ()))
        outputs = cast("str | None", declared.get("OUTPUTS"))
        found.append((task, _Head(endings, others, outputs, is_none=not any(endings))))
    return tuple(found)


def _module(task: str) -> ModuleSpec | None:
    return find_spec(f"pytest_ptm.backends.transformers.{task.replace('-', '_')}")


def _declared(module: ModuleSpec | None) -> dict[str, object] | None:
    """What stands in a task's module under the names that are looked for.

    Also what it takes from another one, as tasks of one head do; None where the source
    of either is not there.

    Raises:
        ValueError: one is made of something, and its value is not plain to see.
    """
    if module is None or module.origin is None or not module.origin.endswith(".py"):
        return None
    found: dict[str, object] = {}
    for line in ast.parse(Path(module.origin).read_bytes()).body:
        match line:
            case (
                ast.Assign(targets=[ast.Name(name)], value=ast.expr() as value)
                | ast.AnnAssign(target=ast.Name(name), value=ast.expr() as value)
            ) if name in _DECLARED:
                found[name] = ast.literal_eval(value)
            case ast.ImportFrom(module=str(other), names=names):
                taken = {each.name for each in names if each.asname is None}
                if not taken.intersection(_DECLARED):
                    continue
                theirs = _declared(find_spec(other))
                if theirs is None:
                    return None
                found |= {name: theirs[name] for name in taken & theirs.keys()}
            case _:
                continue
    return found
