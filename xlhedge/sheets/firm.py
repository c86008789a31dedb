"""What a firm has its reports say: a title, a line at the foot, a logo, who has checked them."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["PLAIN", "Firm"]


class Firm(NamedTuple):
    """What stands on all reports of a firm.

    Args:
        title: in the place of the portfolio's name at the top of page one.
        footer: a line at the foot of every page.
        checked_by: who has checked the report; a draft while nobody has.
        logo: a PNG file, at the top of page one.
    """

    title: str = ""
    footer: str = ""
    checked_by: str = ""
    logo: bytes = b""

    @property
    def status(self) -> str:
        """Draft, or who has checked it."""
        return f"checked by {self.checked_by}" if self.checked_by else "draft"


PLAIN = Firm()
"""A report of nobody's."""
