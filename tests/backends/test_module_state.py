"""What a forward leaves behind in a model is put back."""

from __future__ import annotations

import pytest
import torch
import transformers

from pytest_ptm.backends.transformers.module_state import ModuleState


class Remembering(torch.nn.Module):
    """Remembers what it was asked, in each way that a module can."""

    def __init__(self):
        super().__init__()
        self.config = transformers.BertConfig()
        self.config.task_specific_params = transformers.GPT2Config()
        self.part = torch.nn.Linear(2, 2)
        self.mode, self.seen, self.cache, self.kinds = "sparse", [1], {"a": 1}, {1}
        self.longest = torch.tensor(3)
        self.register_buffer("table", torch.zeros(3))
        self.register_buffer("total", torch.zeros(3))
        self.register_buffer("nothing", None)

    def state(self):
        return {
            "mode": getattr(self, "mode", None),
            "containers": ([*self.seen], {**self.cache}, {*self.kinds}),
            "buffers": [name for name, _ in self.named_buffers()],
            "names": sorted(vars(self)),
            "parts": {name: id(part) for name, part in self.named_modules()},
            "longest": self.longest.item(),
            "table": id(self.table),
            "total": self.total.tolist(),
            "config": self.config.to_dict(),
        }


def mode(model):
    model.mode = "full"


def new_attribute(model):
    model.last = 7


def attribute_gone(model):
    del model.mode


def grown_list(model):
    model.seen.append(2)


def filled_cache(model):
    model.cache["b"] = 2


def changed_cache(model):
    model.cache["a"] = 2


def set_grown(model):
    model.kinds.add(2)


def a_tensor_for_another(model):
    model.longest = torch.tensor(9)


def another_part(model):
    model.part = torch.nn.Dropout(0.5)


def a_buffer_for_another(model):
    model.table = torch.ones(5)


def a_buffer_written_to(model):
    model.total += 1


def a_new_buffer(model):
    model.register_buffer("late", torch.ones(2))


def a_config_field(model):
    model.config.hidden_size = 3


def a_field_of_a_part_of_the_config(model):
    model.config.task_specific_params.n_embd = 3


def two_at_once(model):
    model.seen.append(2)
    model.seen = [9]


CHANGES = [
    mode,
    new_attribute,
    attribute_gone,
    grown_list,
    filled_cache,
    changed_cache,
    set_grown,
    a_tensor_for_another,
    another_part,
    a_buffer_for_another,
    a_buffer_written_to,
    a_new_buffer,
    a_config_field,
    a_field_of_a_part_of_the_config,
    two_at_once,
]


@pytest.mark.parametrize("change", CHANGES, ids=[one.__name__ for one in CHANGES])
def test_what_a_forward_changes_is_put_back_each_time(change):
    model = Remembering()
    state, before = ModuleState(model), model.state()
    for _ in range(2):
        with state.kept(), torch.inference_mode():
            change(model)
            assert model.state() != before
        assert model.state() == before


def test_it_is_put_back_where_the_forward_fails():
    model = Remembering()
    before = model.state()
    with pytest.raises(ValueError, match="broken"):
        changed_and_broken(model)
    assert model.state() == before


def changed_and_broken(model):
    with ModuleState(model).kept():
        mode(model)
        a_buffer_written_to(model)
        raise ValueError("broken")


@pytest.mark.parametrize("change", CHANGES, ids=[one.__name__ for one in CHANGES])
def test_what_somebody_changes_between_two_questions_stays(change):
    model = Remembering()
    state = ModuleState(model)
    with state.kept():
        pass
    change(model)
    changed = model.state()
    with state.kept():
        model.total += 1
    assert model.state() == changed
