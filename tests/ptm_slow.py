"""Models that take the time they say they do, by a clock that nobody waits for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ptm_fakes import FakeClassifier, Texts


@dataclass
class FakeClock:
    """Stands still unless somebody works; ``drift`` makes all work slower by and by."""

    seconds: float = 0.0
    drift: float = 0.0

    def __call__(self) -> float:
        return self.seconds

    def work(self, seconds: float) -> None:
        self.seconds += seconds * (1 + self.drift * self.seconds)


@dataclass
class SlowClassifier(FakeClassifier):
    """Takes some ms to read a text, and as many to answer as ``takes`` says."""

    clock: FakeClock = field(default_factory=FakeClock)
    takes: Callable[[str], float] = lambda text: 1.0
    reads: float = 0.0
    device: str = "cpu"
    log: list[str] = field(default_factory=list)

    def encode(self, inputs):
        self.clock.work(self.reads / 1e3)
        return super().encode(inputs)

    def forward(self, batch: Texts):
        for text in batch.texts:
            self.clock.work(self.takes(text) / 1e3)
            self.log.append(self.name)
        return super().forward(batch)
