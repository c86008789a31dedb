"""FUNCTIONS, the registry: everything a host, a page of help or a test needs to know of a function.

A function added here appears in every host, in ``xlhedge functions`` and in the docs. Its name,
syntax and defaults are the body's, its help is the body's docstring, its arguments' help and
domains are those of `quantities`.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from xlhedge.errors import HedgeError
from xlhedge.formulas import basis, funding, margin, pnl, scenario, sizing
from xlhedge.quantities import QUANTITIES, RULES, Quantity, Rule

__all__ = ["FUNCTIONS", "Function", "Parameter", "function"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of one function.

    Args:
        quantity: what it is: name, unit, domain, help.
        default: its value when left out or blank; `inspect.Parameter.empty` if it is required.
    """

    quantity: Quantity
    default: Any

    @property
    def name(self) -> str:
        """The argument's name."""
        return self.quantity.name

    @property
    def required(self) -> bool:
        """Whether it must be given."""
        return self.default is inspect.Parameter.empty


@dataclass(frozen=True)
class Function:
    """One spreadsheet function.

    Args:
        body: the formula, a plain function of floats, arrays or Excel text.
        group: the heading it stands under.
        example: arguments of an example call.
        value: what the example gives.
        columns: for a function that returns a row: what its cells hold.
        overrides: arguments that are narrower here than in the vocabulary.
    """

    body: Callable[..., Any]
    group: str
    example: tuple[Any, ...]
    value: Any
    columns: tuple[str, ...] = ()
    overrides: Mapping[str, Quantity] = field(default_factory=dict)

    @cached_property
    def name(self) -> str:
        """The name in a spreadsheet, such as NET_DELTA; the Python name in capitals."""
        return self.body.__name__.upper()

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The arguments, in order."""
        return tuple(
            Parameter(self.overrides.get(name) or QUANTITIES[name], parameter.default)
            for name, parameter in inspect.signature(self.body).parameters.items()
        )

    @cached_property
    def rules(self) -> tuple[tuple[Rule, tuple[int, ...]], ...]:
        """Conditions on several arguments, each with the places of its arguments."""
        names = [parameter.name for parameter in self.parameters]
        return tuple(
            (rule, tuple(names.index(argument) for argument in rule.arguments))
            for rule in RULES
            if set(rule.arguments) <= set(names)
        )

    @property
    def summary(self) -> str:
        """One line on what it is for."""
        return inspect.getdoc(self.body).splitlines()[0]  # type: ignore[union-attr]  # a test asserts that each has one

    @property
    def syntax(self) -> str:
        """How to type it: ``NAME(required, [optional=default])``."""
        return f"{self.name}({', '.join(map(_typed, self.parameters))})"


def _typed(parameter: Parameter) -> str:
    if parameter.required:
        return parameter.name
    default = parameter.default
    if isinstance(default, str):
        return f'[{parameter.name}="{default}"]'
    if not math.isfinite(default):  # NEVER, UNGIVEN: a way to say "left out", not a number to type
        return f"[{parameter.name}]"
    return f"[{parameter.name}={default:g}]"


FUNCTIONS: tuple[Function, ...] = (
    Function(sizing.spot_notional, "Sizing and exposure", (2, 60_000), 120_000),
    Function(sizing.hedge_notional, "Sizing and exposure", (1, 60_000, 0.5), 30_000),
    Function(
        sizing.hedge_contracts,
        "Sizing and exposure",
        (60_000, 60_500, 1, "linear", 0.001, "down"),
        0.991,
    ),
    Function(sizing.short_notional, "Sizing and exposure", (600, 60_500, 100, "inverse"), 60_000),
    Function(sizing.hedge_ratio, "Sizing and exposure", (60_000, 45_000), 0.75),
    Function(sizing.net_delta, "Sizing and exposure", (1, 60_000, 45_000), 15_000),
    Function(basis.basis, "Basis and carry", (61_500, 60_000), 1_500),
    Function(basis.basis_pct, "Basis and carry", (61_500, 60_000), 0.025),
    Function(basis.basis_annualized, "Basis and carry", (61_500, 60_000, 73), 0.125),
    Function(basis.basis_regime, "Basis and carry", (59_900, 60_000), "backwardation"),
    Function(basis.days_to_expiry, "Basis and carry", (46_000.5, 46_090), 89.5),
    Function(funding.funding_drag, "Basis and carry", (60_000, 0.0001, 30), -540),
    Function(
        funding.funding_apr,
        "Basis and carry",
        (0.0000125, 1),
        0.1095,
        overrides={
            "compounding": replace(QUANTITIES["compounding"], options=("simple", "compound"))
        },
    ),
    Function(pnl.short_pnl, "P&L and scenarios", (0.4, 6_000, 5_000), 400),
    Function(scenario.scenario_pnl, "P&L and scenarios", (1, 60_000, 30_000, -0.2), -6_000),
    Function(
        scenario.scenario_attribution,
        "P&L and scenarios",
        (1, 60_000, 60_000, -0.2, -0.01),
        (-12_000, 12_000, 600, 0, 0, 600),
        columns=scenario.LEGS,
    ),
    Function(margin.initial_margin, "Margin", (60_000, 10), 6_000),
    Function(margin.liquidation_price, "Margin", (1, 100, 10, 0.005), 109.45273631840796),
    Function(margin.liquidation_buffer, "Margin", (60_000, 75_000), 0.25),
)
"""Every function, in the order in which people read about them."""

_BY_NAME = {entry.name: entry for entry in FUNCTIONS}


def function(name: str) -> Function:
    """The registry's entry of a function, by its spreadsheet or Python name.

    Raises:
        HedgeError: no function has that name.

    Example:
        >>> function("net_delta").syntax
        'NET_DELTA(spot_qty, spot_price, short_notional, [beta=1])'
    """
    found = _BY_NAME.get(name.strip().upper())
    if found is None:
        raise HedgeError(f"no function is called {name!r}; `xlhedge functions` lists them")
    return found
