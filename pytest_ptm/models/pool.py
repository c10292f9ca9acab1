"""Who is loaded, and who must go when another comes."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from threading import RLock

from pytest_ptm.backends import find_backend
from pytest_ptm.backends.protocol import AnyPredictor, LoadRequest
from pytest_ptm.devices import choose, divide_threads
from pytest_ptm.models.preflight import check_folder
from pytest_ptm.session import current_session
from pytest_ptm.spec import ModelSpec

SLOTS = 2
"""Models kept loaded: enough for comparing one with another."""


class Pool:
    """The loaded models of this process, the least recently used first to leave.

    A model that failed to load is not tried again: every later test gets the same
    error at once.
    """

    def __init__(self) -> None:
        self._loaded: OrderedDict[tuple[ModelSpec, str], AnyPredictor] = OrderedDict()
        self._failed: dict[tuple[ModelSpec, str], Exception] = {}
        self._lock = RLock()

    def predictor(self, spec: ModelSpec, task: str) -> AnyPredictor:
        """The model bound to the task, loaded unless it is.

        Raises:
            ModelError: what keeps it from being loaded, the same at every call.
        """
        key = (replace(spec, name="", text=""), task)
        with self._lock:
            if key in self._failed:
                raise self._failed[key].with_traceback(None)
            if key not in self._loaded:
                self._make_room()
                try:
                    self._loaded[key] = _load(spec, task)
                except Exception as error:
                    # Whatever it is, also a factory's own: it would come again.
                    self._failed[key] = error
                    raise
            self._loaded.move_to_end(key)
            return self._loaded[key]

    def _make_room(self) -> None:
        while len(self._loaded) >= SLOTS:
            self._loaded.popitem(last=False)


def _load(spec: ModelSpec, task: str) -> AnyPredictor:
    session = current_session()
    settings = session.settings
    backend = find_backend(spec.backend)
    folder = backend.locate(spec, offline=settings.offline)
    if folder is not None:
        check_folder(folder)
    divide_threads(session.workers)
    return backend.load(
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
        )
    )
