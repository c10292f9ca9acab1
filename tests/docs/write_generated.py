"""Write what the documentation takes from the code.

Run it with: python tests/docs/write_generated.py
"""

import json
import re
from pathlib import Path

from pytest_ptm.backends import BACKENDS, find_backend
from pytest_ptm.runs.document import RunDocument
from pytest_ptm.shell.options import markdown_table

ROOT = Path(__file__).resolve().parent.parent.parent


def model_options() -> str:
    """The options that each backend of ours declares, as a table."""
    rows = [
        "| of | option | kind | what it means | default |",
        "|---|---|---|---|---|",
        "| any model | `task` | text | what it is asked | what its head can do |",
    ]
    for scheme in BACKENDS:
        options = find_backend(scheme).SCHEME.options
        whose = f"`{scheme}:`" if scheme else "a checkpoint"
        if options is None:
            rows.append(f"| {whose} | any | text | given to the factory | its own |")
        for one in options or ():
            default = "none" if one.default is None else f"`{one.default}`"
            rows.append(
                f"| {whose} | `{one.name}` | {one.kind} | {one.means} | {default} |"
            )
    return "\n".join(rows) + "\n"


def main() -> None:
    page = ROOT / "docs/options.md"
    new = f"<!-- model options -->\n\n{model_options()}\n<!-- /model options -->"
    pattern = r"<!-- model options -->\n.*?<!-- /model options -->"
    text = page.read_text(encoding="utf-8")
    page.write_text(re.sub(pattern, lambda _: new, text, flags=re.DOTALL))
    for page in (ROOT / "README.md", ROOT / "docs/options.md"):
        text = page.read_text(encoding="utf-8")
        new = f"<!-- options -->\n\n{markdown_table()}\n<!-- /options -->"
        pattern = r"<!-- options -->\n.*?<!-- /options -->"
        page.write_text(re.sub(pattern, lambda _, new=new: new, text, flags=re.DOTALL))
    schema = json.dumps(RunDocument.model_json_schema(), indent=1)
    (ROOT / "docs/run-document.schema.json").write_text(schema + "\n")


if __name__ == "__main__":
    main()
