"""A checkpoint that writes, held against checks: drawn answers, and likeliest ones."""

from __future__ import annotations

import numpy as np
import pytest
from ptm_architectures import WORDS, build

from pytest_ptm import (
    ArgumentError,
    assert_generates,
    evaluate_generates,
    generating,
    load_model,
)
from pytest_ptm.behaviours.generates import generates
from pytest_ptm.checks import Check, length, stopped

TEXTS = [" ".join(WORDS[n : n + 3]) for n in range(12)]


@pytest.mark.parametrize("task", ["text-generation", "text2text-generation"])
def test_samples_of_a_checkpoint(task, tmp_path, run_with):
    build(task, "gpt2" if task == "text-generation" else "t5", tmp_path)
    seen = []

    def look(answer):
        seen.append(answer)
        return None if len(answer.text) % 2 else "is even"

    odd = Check("odd", look)
    with run_with():
        model = generating(load_model(tmp_path), max_new_tokens=6)
        greedy = evaluate_generates(model, TEXTS, expect=odd)
        assert all(0 < each.tokens <= 6 for each in seen)
        assert [each.prompt for each in seen] == TEXTS
        assert "|expect:odd|greedy|max_new_tokens:6|" in greedy.signature
        with pytest.raises(ArgumentError, match=r"generating\(model, seed=0\)"):
            evaluate_generates(model, TEXTS, expect=odd, samples=4)
        drawn = generating(model, seed=1)
        seen.clear()
        inquiry = generates(drawn, TEXTS, expect=odd, samples=4, k=2)
        every = np.arange(len(TEXTS))
        whole = inquiry.ask(every)
        answers = whole[0].given.predictions.written
        assert any(len(set(answers[n : n + 4])) > 1 for n in range(0, 48, 4))
        result = inquiry.result(whole, every)
    # In a run that knows nothing yet, and window by window in another order.
    with run_with():
        again = generates(drawn, TEXTS, expect=odd, samples=4, k=2)
        parts = [again.ask(every[7:]), again.ask(every[6::-1])]
        joined = again.join(parts)
        assert joined[0].given.predictions.written == answers
        assert again.result(joined, every).measurement == result.measurement
        short = length(of="tokens", most=6) & (stopped("end") | stopped("length"))
        assert_generates(drawn, TEXTS, expect=short, samples=2)
