"""Train the small CLIP that the examples show drawings to.

    python examples/train_shapes.py

Needs no network and no accelerator; takes about six minutes on one core. The same
versions of the libraries on the same machine give the same files.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import torch
from shapes_drawn import (
    GROUNDS,
    HUES,
    OPPOSITES,
    SHAPES,
    THINGS,
    Drawing,
    held_out_pairs,
    held_out_things,
    training_drawings,
)
from training import (
    batches,
    learn,
    make_deterministic,
    one_cycle,
    shuffled_batches,
    train_tokenizer,
)
from transformers import (
    CLIPConfig,
    CLIPImageProcessorPil,
    CLIPModel,
    PreTrainedTokenizerFast,
)

HERE = Path(__file__).parent
LONGEST, PIXELS, PATCH = 24, 48, 8
SIZE, HEADS, SHARED = 64, 4, 48
BATCH, RATE, FIRST = 64, 3e-3, 4
"""In so many epochs at first only drawings of one thing are shown."""

TEMPLATES = ("{}", "a photo of {}.", "a drawing of {}", "there is {} in the picture")


def main() -> None:
    """Write the model, and print how good it is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "models/shapes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--drawings", type=int, default=16_000, help="to learn from")
    parser.add_argument("--epochs", type=int, default=14)
    asked = parser.parse_args()

    make_deterministic(asked.seed)
    tokenizer, processor = readers()
    lessons = [*training_drawings(asked.drawings, seed=asked.seed)]
    model = CLIPModel(configured(tokenizer))
    train(model, tokenizer, processor, lessons, epochs=asked.epochs, seed=asked.seed)
    for each in (model, tokenizer, processor):
        each.save_pretrained(asked.out)
    report(model, tokenizer, processor, seed=asked.seed + 1)


def readers() -> tuple[PreTrainedTokenizerFast, CLIPImageProcessorPil]:
    """What makes tokens of texts, and numbers of images."""
    words = [*HUES, *SHAPES, *OPPOSITES, *(each.format("a") for each in TEMPLATES)]
    side = {"height": PIXELS, "width": PIXELS}
    return (
        train_tokenizer(words, pieces=300, longest=LONGEST),
        CLIPImageProcessorPil(size=side, do_center_crop=False),
    )


def configured(tokenizer: PreTrainedTokenizerFast) -> CLIPConfig:
    """Two small towers; a text is what stands at its last token, as in CLIP."""
    tower = {
        "hidden_size": SIZE,
        "intermediate_size": 2 * SIZE,
        "num_attention_heads": HEADS,
        "projection_dim": SHARED,
        # Of CLIP are deviations for large towers, from which small ones hardly learn.
        "initializer_factor": 2.0,
    }
    return CLIPConfig(
        text_config=tower
        | {
            "num_hidden_layers": 2,
            "vocab_size": len(tokenizer),
            "max_position_embeddings": LONGEST,
            "pad_token_id": tokenizer.pad_token_id,
            "bos_token_id": tokenizer.cls_token_id,
            "eos_token_id": tokenizer.sep_token_id,
        },
        vision_config=tower
        | {"num_hidden_layers": 3, "image_size": PIXELS, "patch_size": PATCH},
        projection_dim=SHARED,
        logit_scale_init_value=2.0,
        initializer_factor=2.0,
    )


def train(
    model: CLIPModel,
    tokenizer: PreTrainedTokenizerFast,
    processor: CLIPImageProcessorPil,
    lessons: Sequence[Drawing],
    *,
    epochs: int,
    seed: int,
) -> None:
    """Learned is which caption of a batch goes with which drawing."""
    rng = random.Random(seed)
    pixels = seen(processor, lessons)
    alone = [row for row, each in enumerate(lessons) if not each.relation]
    shown = [alone if epoch < FIRST else range(len(lessons)) for epoch in range(epochs)]
    steps = sum(-(-len(rows) // BATCH) for rows in shown)

    def loss_of(batch: Sequence[int]) -> torch.Tensor:
        captions = [told(lessons[row], rng) for row in batch]
        logits = model(
            **tokenizer(captions, padding=True, return_tensors="pt"),
            pixel_values=pixels[torch.tensor(batch)],
        ).logits_per_image
        return matching(logits, [lessons[row] for row in batch])

    drawn = (shuffled_batches(rows, BATCH, rng) for rows in shown)
    cycle = one_cycle(model, rate=RATE, steps=steps, decay=0.02, rising=0.1)
    learn(model, drawn, loss_of, cycle)


def told(drawing: Drawing, rng: random.Random) -> str:
    """A caption, from either thing on, in a sentence or not."""
    caption = rng.choice((drawing.caption, drawing.turned))
    return rng.choice(TEMPLATES).format(caption)


def matching(logits: torch.Tensor, batch: Sequence[Drawing]) -> torch.Tensor:
    """CLIP's loss; where several drawings show the same, each caption fits them all."""
    same = [{drawing.caption, drawing.turned} for drawing in batch]
    fits = torch.tensor([[float(bool(a & b)) for b in same] for a in same])
    wanted = fits / fits.sum(dim=1, keepdim=True)
    loss_of = torch.nn.functional.cross_entropy
    return (loss_of(logits, wanted) + loss_of(logits.T, wanted)) / 2


def seen(processor: CLIPImageProcessorPil, drawings: Sequence[Drawing]) -> torch.Tensor:
    """The drawings as the model takes them."""
    made = [
        processor([each.image for each in batch], return_tensors="pt").pixel_values
        for batch in batches(drawings, BATCH)
    ]
    return torch.cat(made)


@torch.inference_mode()
def report(
    model: CLIPModel,
    tokenizer: PreTrainedTokenizerFast,
    processor: CLIPImageProcessorPil,
    *,
    seed: int,
) -> None:
    """Print the figures that the example holds it to."""

    def cosines(drawings: Sequence[Drawing], texts: list[str]) -> torch.Tensor:
        found = model(
            **tokenizer(texts, padding=True, return_tensors="pt"),
            pixel_values=seen(processor, drawings),
        )
        return found.logits_per_image

    alone = held_out_things(20, seed=seed)
    said = cosines(alone, [f"a photo of a {thing}." for thing in THINGS]).argmax(1)
    answers = [THINGS[each] for each in said.tolist()]
    right = [a == d.things[0] for a, d in zip(answers, alone, strict=True)]
    print(f"zero-shot accuracy {sum(right) / len(right):.4f} (n={len(right)})")
    for colour in HUES:
        own = [r for r, d in zip(right, alone, strict=True) if colour in d.things[0]]
        print(f"  {colour:8} {sum(own) / len(own):.3f}")
    for ground in GROUNDS:
        own = [r for r, d in zip(right, alone, strict=True) if d.ground == ground]
        print(f"  {ground:8} {sum(own) / len(own):.3f}")
    pairs = held_out_pairs(200, seed=seed)
    table = cosines(pairs, [each.caption for each in pairs])
    for name, scores in (("image to text", table), ("text to image", table.T)):
        own = scores.diagonal()[:, None]
        rank = (scores > own).sum(1)
        print(f"{name}: recall@1 {(rank < 1).float().mean():.3f} ", end="")
        print(f"recall@5 {(rank < 5).float().mean():.3f}")
    swapped = cosines(pairs, [each.wrong for each in pairs]).diagonal()
    closer = (table.diagonal() > swapped).float().mean()
    print(f"closer to the caption than to the same words turned: {closer:.3f}")


if __name__ == "__main__":
    main()
