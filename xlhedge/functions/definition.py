"""What there is to know of one function: its body, and its arguments as the vocabulary has them."""

from __future__ import annotations

import inspect
import math
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from xlhedge.functions.quantity import Quantity, Rule
from xlhedge.functions.series import Series
from xlhedge.functions.vocabulary import ARGUMENTS, QUANTITIES, RULES, quantity_named
from xlhedge.text import typed

__all__ = ["Function", "Parameter"]

_HEADINGS = ("Equation", "Question", "Errors", "Source")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of one function.

    Args:
        quantity: what it is: name, unit, domain, help.
        default: its value when left out or blank; `Parameter.empty` if it is required.
    """

    quantity: Quantity
    default: Any
    empty = inspect.Parameter.empty

    @property
    def name(self) -> str:
        """The argument's name."""
        return self.quantity.name

    @property
    def required(self) -> bool:
        """Whether it must be given."""
        return self.default is self.empty

    @property
    def stated(self) -> Any:
        """Its default as one could type it; None where there is none, or none but leaving it out.

        That is so of a required argument, and of one that is NEVER or UNGIVEN unless it is given.
        """
        default = self.default
        if isinstance(default, tuple):  # of a range that one number may stand for
            (default,) = default
        infinite = isinstance(default, float) and not math.isfinite(default)
        return None if self.required or infinite else default


@dataclass(frozen=True)
class Function:
    """One spreadsheet function.

    Args:
        body: the formula, a plain function of floats, arrays or Excel text.
        example: arguments of an example call.
        value: what the example gives.
        columns: for a function that returns a row: what its cells hold.
        overrides: arguments that are other here than in the vocabulary.
        group: the heading it stands under.
        rowwise: for a function of whole ranges, whether its other arguments may be arrays.
        share: whether the value is a fraction that reads well as percent.
    """

    body: Callable[..., Any]
    example: tuple[Any, ...]
    value: Any
    columns: tuple[str, ...] = ()
    overrides: Mapping[str, Quantity] = field(default_factory=dict)
    group: str = ""
    rowwise: bool = False
    share: bool = False
    parameters: tuple[Parameter, ...] = field(init=False, compare=False)
    """The arguments, in order; ``*arguments`` of the body are argument_1, argument_2, ..."""

    def __post_init__(self) -> None:
        # Now and not when asked for: an argument that the vocabulary lacks stops the first import.
        object.__setattr__(self, "parameters", tuple(self._declared()))

    def _declared(self) -> Iterator[Parameter]:
        for name, each in inspect.signature(self.body).parameters.items():
            if each.kind is each.VAR_POSITIONAL:
                yield from (Parameter(QUANTITIES[argument], None) for argument in ARGUMENTS)
            else:
                meant = self.overrides.get(name) or quantity_named(name, self.name)
                yield Parameter(meant, each.default)

    @cached_property
    def name(self) -> str:
        """The name in a spreadsheet, such as NET_DELTA; the Python name in capitals."""
        return self.body.__name__.upper()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The arguments' names, in order."""
        return tuple(parameter.name for parameter in self.parameters)

    @cached_property
    def plan(self) -> tuple[tuple[float, float, Any, Parameter], ...]:
        """Each parameter behind its span and its default: what reading an argument looks at."""
        return tuple((*p.quantity.span, p.default, p) for p in self.parameters)

    @cached_property
    def ways(self) -> dict[tuple[Any, ...], Callable[[Sequence[Any]], Any] | None]:
        """How `short_columns` computes calls, by their arguments' types."""
        return {}

    @cached_property
    def rules(self) -> tuple[tuple[Rule, tuple[int, ...]], ...]:
        """Conditions on several arguments, each with the places of its arguments."""
        return tuple(
            (rule, tuple(map(self.names.index, rule.arguments)))
            for rule in RULES
            if set(rule.arguments) <= set(self.names)
        )

    @cached_property
    def series(self) -> tuple[int, ...]:
        """The places of the arguments that are whole ranges."""
        return tuple(at for at, p in enumerate(self.parameters) if p.quantity.series)

    @property
    def ranges(self) -> bool:
        """Whether it works on whole ranges, which its body takes as `Series`."""
        return bool(self.series)

    def found(self, arguments: Sequence[Any]) -> Any:
        """What the body gives for arguments that are read, its ranges as sequences."""
        if not self.series:
            return self.body(*arguments)
        carriers = list(arguments)
        for place in self.series:
            carriers[place] = Series(carriers[place])
        return self.body(*carriers)

    @property
    def traceable(self) -> bool:
        """Whether its body runs on every carrier: floats, arrays and Excel text."""
        return not any(parameter.quantity.whole for parameter in self.parameters)

    @cached_property
    def sections(self) -> Mapping[str, str]:
        """Its docstring by heading: "" (the meaning), Equation, Question, Errors, Source.

        Example:
            >>> from xlhedge.functions.registry import function
            >>> function("BASIS").sections["Equation"]
            'futures_price − spot_price'
        """
        found: dict[str, list[str]] = {heading: [] for heading in ("", *_HEADINGS)}
        at = ""
        for line in (inspect.getdoc(self.body) or "").splitlines():
            if line.removesuffix(":") in _HEADINGS and line.endswith(":"):
                at = line.removesuffix(":")
            else:
                found[at].append(line)
        return {at: textwrap.dedent("\n".join(lines)).strip() for at, lines in found.items()}

    @property
    def summary(self) -> str:
        """One line on what it is for."""
        return self.sections[""].partition("\n")[0]

    @property
    def syntax(self) -> str:
        """How to type it: ``NAME(required, [optional=default])``."""
        listed = [p for p in self.parameters if p.name not in ARGUMENTS[1:]]
        more = ["…"] if len(listed) < len(self.parameters) else []
        return f"{self.name}({', '.join([*map(_in_syntax, listed), *more])})"


def _in_syntax(parameter: Parameter) -> str:
    if parameter.required:
        return parameter.name
    default = "" if parameter.stated is None else f"={typed(parameter.stated)}"
    return f"[{parameter.name}{default}]"
