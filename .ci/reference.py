"""Writes docs/functions.md, the function reference, from the registry."""

from pathlib import Path

from xlhedge.functions.reference import markdown

(Path(__file__).parent.parent / "docs" / "functions.md").write_text(markdown(), "utf-8")
