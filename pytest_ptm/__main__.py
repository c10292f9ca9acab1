"""`python -m pytest_ptm`: the `ptm` command."""

from pytest_ptm.command.main import main

if __name__ == "__main__":
    raise SystemExit(main())
