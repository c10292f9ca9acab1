"""Zero-shot classes of 1,000 images: against a loop over batches, and one by one.

    python benchmarks/tasks/seeing.py [--images N] [--classes N] [--rounds N] [--cpu]

A random CLIP of ViT-B/32's shape, smaller (6 layers of 256, 224 px), and 100 prompts:
how fast it is does not depend on what it says. The images are PNG files of 256 x 256.
The loop is what a person writes with transformers: 32 images at a time through the
image processor and ``get_image_features``, the prompts once. All ways run in one
process, in interleaved rounds; medians are compared. Loading is not timed; reading
files and scaling images is. With ``--cpu`` and OMP_NUM_THREADS=1 it may run beside
other work.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import transformers
from PIL import Image
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from pytest_ptm import load_images, load_model, zero_shot_images
from pytest_ptm.engine.ask import ask
from pytest_ptm.session import Session, activated

TARGETS = {"a loop over batches": 0.97, "one image at a time": 3.0}
BATCH, SIDE, STORED = 32, 224, 256
APART = 1e-4
TEMPLATE = "a photo of a {}."

Logits = np.ndarray
"""float32[images, classes]."""

Way = Callable[[], Callable[[], Logits]]
"""Makes ready for a round, which is not timed; what it gives is."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=1_000)
    parser.add_argument("--classes", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--cpu", action="store_true", help="CPU time, where others work"
    )
    arguments = parser.parse_args()
    classes = [f"thing {number}" for number in range(arguments.classes)]
    with tempfile.TemporaryDirectory() as temporary:
        model, pictures = Path(temporary) / "model", Path(temporary) / "pictures"
        save_model(model, classes)
        files = draw(pictures, arguments.images)
        ways = {
            "pytest-ptm": own(model, files, classes),
            "a loop over batches": loop(model, files, classes, batch=BATCH),
            "one image at a time": loop(model, files, classes, batch=1),
        }
        clock = time.process_time if arguments.cpu else time.perf_counter
        report(ways, arguments.rounds, clock)


def save_model(folder: Path, classes: list[str]) -> None:
    """A random CLIP with its image processor, and a tokenizer of the prompts' words."""
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    words = {name: at for at, name in enumerate([*names, *["a", "photo", "of", "."]])}
    for each in " ".join(classes).split():
        words.setdefault(each, len(words))
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=77,
        pad_token="[PAD]",
        unk_token="[UNK]",
    ).save_pretrained(folder)
    tower = {
        "hidden_size": 256,
        "intermediate_size": 1024,
        "num_hidden_layers": 6,
        "num_attention_heads": 4,
        "projection_dim": 128,
    }
    special = {"pad_token_id": 0, "bos_token_id": 2, "eos_token_id": 3}
    config = transformers.CLIPConfig(
        text_config=tower | special | {"vocab_size": len(words)},
        vision_config=tower | {"image_size": SIDE, "patch_size": 32},
        projection_dim=128,
    )
    torch.manual_seed(0)
    transformers.CLIPModel(config).save_pretrained(folder)
    transformers.CLIPImageProcessorPil().save_pretrained(folder)


def draw(folder: Path, count: int) -> list[Path]:
    """PNG files of smooth colours, each of its own."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    files = [folder / f"{number:05}.png" for number in range(count)]
    for file in files:
        small = Image.fromarray(rng.integers(0, 256, (8, 8, 3), dtype=np.uint8))
        large = small.resize((STORED, STORED), Image.Resampling.BICUBIC)
        large.save(file, compress_level=1)
    return files


def own(folder: Path, files: list[Path], classes: list[str]) -> Way:
    """Ours, with nothing known of the round before."""
    rows = load_images([{"image": str(file)} for file in files], label=None)
    asked = zero_shot_images(load_model(folder), classes, templates=TEMPLATE)

    def ready() -> Callable[[], Logits]:
        session = Session()
        with activated(session):
            predictor = asked.predictor(asked.task)

        def logits() -> Logits:
            with activated(session):
                return ask(predictor, rows).predictions.logits

        return logits

    return ready


def loop(folder: Path, files: list[Path], classes: list[str], *, batch: int) -> Way:
    """A hand-written loop."""
    model = transformers.CLIPModel.from_pretrained(folder).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    processor = transformers.CLIPImageProcessorPil.from_pretrained(folder)

    @torch.inference_mode()
    def logits() -> Logits:
        prompts = [TEMPLATE.format(name) for name in classes]
        told = tokenizer(prompts, padding=True, return_tensors="pt")
        told.pop("token_type_ids", None)
        texts = unit(model.get_text_features(**told).pooler_output)
        found: list[torch.Tensor] = []
        for start in range(0, len(files), batch):
            images = [
                Image.open(file).convert("RGB") for file in files[start : start + batch]
            ]
            seen = processor(images, return_tensors="pt")
            vectors = unit(model.get_image_features(**seen).pooler_output)
            found.append(model.logit_scale.exp() * vectors @ texts.T)
        return torch.cat(found).numpy()

    return lambda: logits


def unit(vectors: torch.Tensor) -> torch.Tensor:
    """The vectors, each of length 1."""
    return torch.nn.functional.normalize(vectors)


def report(ways: dict[str, Way], rounds: int, clock: Callable[[], float]) -> None:
    """Time all ways in turn, and print their medians."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    logits: dict[str, Logits] = {}
    for _ in range(rounds):
        for name, way in ways.items():
            ask_all = way()
            began = clock()
            logits[name] = ask_all()
            seconds[name].append(clock() - began)
    first, *_ = ways
    shape, threads = logits[first].shape, torch.get_num_threads()
    print(f"{shape[0]:,} images x {shape[1]} prompts, {threads} threads\n")
    print("| way | s | times ours | target | largest difference |")
    print("|---|--:|--:|--:|--:|")
    for name, spent in seconds.items():
        ratio = statistics.median(spent) / statistics.median(seconds[first])
        apart = float(np.abs(logits[name] - logits[first]).max())
        target = f"{TARGETS[name]:g}" if name in TARGETS else ""
        print(
            f"| {name} | {statistics.median(spent):.2f} | {ratio:.2f} | {target} "
            f"| {apart:.1e} |"
        )
        if apart > APART:
            raise SystemExit(f"logits differ by {apart:.1e}, more than {APART}")


if __name__ == "__main__":
    main()
