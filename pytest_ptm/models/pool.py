"""Who is loaded, and who must go when another comes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import RLock

from pytest_ptm.backends import find_backend
from pytest_ptm.backends.protocol import (
    AnyPredictor,
    Backend,
    LoadRequest,
    SaysWhatItCan,
    SharesWeights,
)
from pytest_ptm.devices import choose, divide_threads
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.models.mistyped import around, is_of_the_run, refuse_mistyped
from pytest_ptm.results import ModelCard
from pytest_ptm.session import current_session
from pytest_ptm.settings import Settings
from pytest_ptm.spec import ModelSpec
from pytest_ptm.tasks.given import what_to_write

_Key = tuple[ModelSpec, str | None]
"""Which model, and bound to what; None: to what it says itself."""
_Place = tuple[ModelSpec, str | None]
"""Which model, and what of it is loaded: the same for several tasks, or one task's."""

_Bound = dict[str | None, AnyPredictor]
"""By task, what answers with the weights of one place."""

_NEEDED = ("task", "card", "fingerprint", "encode", "forward")

SLOTS = 2
"""Models kept loaded: enough for comparing one with another. Bound to several tasks
that share what is loaded, a model is still one."""


class Pool:
    """The loaded models of this process, the least recently used first to leave.

    A model that failed to load is not tried again: every later test gets the same
    error at once.
    """

    def __init__(self) -> None:
        self._loaded: OrderedDict[_Place, _Bound] = OrderedDict()
        self._failed: dict[_Key, Exception] = {}
        self._folders: dict[tuple[object, ...], Path | Exception | None] = {}
        self._promised: dict[tuple[str, str], tuple[ModelSpec, ModelCard]] = {}
        self._lock = RLock()

    def predictor(self, spec: ModelSpec, task: str) -> AnyPredictor:
        """The model bound to the task, loaded unless it is.

        Raises:
            ModelError: what keeps it from being loaded, the same at every call.
        """
        own_task = find_backend(spec.backend).SCHEME.own_task
        found = self._known(spec, None if own_task else task)
        _refuse_another_task(spec, found, task)
        return found

    def can(self, spec: ModelSpec) -> frozenset[str] | None:
        """The tasks that the model can be asked, before its weights are loaded.

        None where only loading tells. A model that says itself what it answers is
        loaded for it.

        Raises:
            ModelError: its files are not to be found, or it cannot be made: what
                ``predictor`` raises, and as often.
        """
        backend = find_backend(spec.backend)
        if backend.SCHEME.own_task:
            return frozenset({self._known(spec, None).task})
        if not isinstance(backend, SaysWhatItCan):
            return None
        with self._lock:
            folder = self._folder(backend, spec, current_session().settings)
        return backend.can(spec, folder)

    def _known(self, spec: ModelSpec, task: str | None) -> AnyPredictor:
        """The model as it is kept: for a task, or for the one that it has itself."""
        plain = replace(spec, name="", text="")
        key, place = (plain, task), (plain, _loaded_for(spec, task))
        with self._lock:
            if key in self._failed:
                raise self._failed[key].with_traceback(None)
            bound = self._loaded.get(place, {})
            if task not in bound:
                if not bound:
                    self._make_room()
                try:
                    found = self._load(spec, task or "", [*bound.values()])
                except Exception as error:
                    # Whatever it is, also a factory's own: it would come again.
                    self._failed[key] = error
                    raise
                bound = {**self._loaded.get(place, {}), task: found}
                self._loaded[place] = bound
            self._loaded.move_to_end(place)
            return bound[task]

    def _make_room(self) -> None:
        while len(self._loaded) >= SLOTS:
            self._loaded.popitem(last=False)

    def _load(
        self, spec: ModelSpec, task: str, others: Sequence[AnyPredictor]
    ) -> AnyPredictor:
        """The model bound to the task, with what is loaded for others, if anything."""
        session = current_session()
        settings = session.settings
        backend = find_backend(spec.backend)
        folder = self._folder(backend, spec, settings)
        backend.check(spec, folder, allow_pickle=settings.allow_pickle)
        divide_threads(session.workers)
        if folder is not None and not others:
            # torch, and the weights: seconds in which nothing else is said.
            session.progress.loading(f"{spec.name} … {_megabytes(folder)}")
        predictor = backend.load(
            LoadRequest(
                spec=spec,
                folder=folder,
                task=task,
                device=(
                    choose(
                        settings.device,
                        index=session.device_index,
                        workers=session.workers,
                    )
                    if folder is not None
                    else "cpu"
                ),
                dtype=settings.dtype,
                trust_remote_code=settings.trust_remote_code,
                allow_pickle=settings.allow_pickle,
                beside=others[0] if others else None,
            )
        )
        session.progress.loading("")
        _refuse_unaskable(spec, predictor)
        if folder is None:
            # A model of files has one of its content; this one is a promise.
            promised = predictor.task, predictor.fingerprint
            own = spec, predictor.card
            _refuse_shared(self._promised.setdefault(promised, own), own)
        else:
            asked_for = str(
                spec.folder or f"{spec.reference}@{spec.revision or 'main'}"
            )
            found = session.contents.setdefault(asked_for, set())
            found.add(predictor.card.fingerprint)
        return predictor

    def _folder(
        self, backend: Backend, spec: ModelSpec, settings: Settings
    ) -> Path | None:
        """Where the model's files are; a hub id means one commit for the whole run."""
        key = (spec.backend, spec.reference, spec.revision, spec.folder)
        if key not in self._folders:
            try:
                self._folders[key] = _located(backend, spec, settings)
            except Exception as error:
                self._folders[key] = error
                raise
        found = self._folders[key]
        if isinstance(found, Exception):
            raise found.with_traceback(None)
        return found


def _loaded_for(spec: ModelSpec, task: str | None) -> str | None:
    """What of the model is loaded for the task, as its backend says."""
    backend = find_backend(spec.backend)
    if task is None or not isinstance(backend, SharesWeights):
        return task
    return backend.loaded_for(task)


def _located(backend: Backend, spec: ModelSpec, settings: Settings) -> Path | None:
    if backend.SCHEME.files:
        refuse_mistyped(spec, settings)
    try:
        return backend.locate(
            spec, offline=settings.offline, allow_pickle=settings.allow_pickle
        )
    except ModelError as error:
        if not backend.SCHEME.files or is_of_the_run(spec, settings):
            raise
        end = "" if error.message.endswith("?") else "."
        raise ModelError(
            f"{error.message}{end} {around(spec, settings)}", code=error.code
        ) from None


def _megabytes(folder: Path) -> str:
    """How much there is to read: a backend reads what it needs of it."""
    size = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    return f"{size / 1e6:z,.0f} MB"


def _refuse_unaskable(spec: ModelSpec, predictor: AnyPredictor) -> None:
    """Refuse what a backend, or a factory of the user's, gave that is no model."""
    missing = [name for name in _NEEDED if not hasattr(predictor, name)]
    if missing:
        instead = what_to_write(predictor)
        advice = "" if instead is None else f"; return {instead}"
        raise ModelError(
            f"{spec.text} gave a {type(predictor).__name__} without "
            f"{', '.join(missing)}; a Predictor has {', '.join(_NEEDED)}{advice}",
            code="PTM313",
        )


def _refuse_another_task(spec: ModelSpec, predictor: AnyPredictor, task: str) -> None:
    if predictor.task != task:
        raise ModelError(
            f"{spec.text} answers {predictor.task!r}, and the test asks {task!r}",
            code="PTM313",
        )


def _refuse_shared(
    first: tuple[ModelSpec, ModelCard], second: tuple[ModelSpec, ModelCard]
) -> None:
    """Refuse two models of the user's own that would be taken for one another.

    Those with one card may well be one: what their classes are is looked at later.
    """
    if first[1] != second[1]:
        raise ModelError(
            f"{first[0].text} and {second[0].text} have one fingerprint and different "
            "cards: one would be given the other's answers. Put into a predictor's "
            "fingerprint what its answers depend on: the options, the classes and "
            "their order",
            code="PTM313",
        )
