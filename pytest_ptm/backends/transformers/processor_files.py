"""A checkpoint's image processor, looked at before it is loaded."""

from __future__ import annotations

from pathlib import Path

from pytest_ptm.ground.errors import ModelError

PROCESSORS = ("preprocessor_config.json", "processor_config.json")


def check_processor(folder: Path) -> None:
    """Refuse a folder that does not say how an image is made its model's input.

    Raises:
        ModelError: PTM302.
    """
    if not any((folder / name).is_file() for name in PROCESSORS):
        raise ModelError(
            f"{folder} has no image processor ({' or '.join(PROCESSORS)}), so that "
            "nothing says how large and how bright its images have to be. Save it "
            "with processor.save_pretrained()",
            code="PTM302",
        )
