"""Write what the documentation takes from the code.

Run it with: python tests/docs/write_generated.py
"""

import json
import re
from pathlib import Path

from pytest_ptm.runs.document import RunDocument
from pytest_ptm.shell.options import markdown_table

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> None:
    for page in (ROOT / "README.md", ROOT / "docs/options.md"):
        text = page.read_text(encoding="utf-8")
        new = f"<!-- options -->\n\n{markdown_table()}\n<!-- /options -->"
        pattern = r"<!-- options -->\n.*?<!-- /options -->"
        page.write_text(re.sub(pattern, lambda _, new=new: new, text, flags=re.DOTALL))
    schema = json.dumps(RunDocument.model_json_schema(), indent=1)
    (ROOT / "docs/run-document.schema.json").write_text(schema + "\n")


if __name__ == "__main__":
    main()
