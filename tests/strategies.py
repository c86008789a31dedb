"""Hypothesis strategies for hedging quantities, shared by the tests of identities."""

import math

from hypothesis import strategies as st


def _between(low, high, **kwargs):
    return st.floats(low, high, allow_nan=False, **kwargs)


quantities = _between(-1e6, 1e6)
prices = _between(1e-6, 1e6)
ratios = _between(0, 5)
betas = _between(-3, 3)
notionals = _between(-1e9, 1e9)
rates = _between(-0.01, 0.01)
shocks = _between(-0.99, 3)
small_shocks = _between(-0.005, 0.005)
days = _between(0, 3650)
hours = st.sampled_from([1, 2, 4, 8])
fees = _between(-0.0005, 0.002)
contract_types = st.sampled_from(["linear", "inverse"])
contracts = st.one_of(_between(1e-3, 1e6), _between(-1e6, -1e-3))
steps = st.sampled_from([1e-8, 1e-4, 0.001, 0.0025, 0.01, 0.1, 0.5, 1, 5, 10, 100])
mm_rates = _between(0, 0.3)
mm_bases = st.sampled_from(["mark", "entry"])
compoundings = st.sampled_from(["simple", "compound", "continuous"])
sizes = st.sampled_from([0.001, 0.1, 1, 10, 100])
sides = st.sampled_from([1, -1])
changes = st.lists(st.tuples(st.integers(-99, 99), st.integers(-99, 99)), min_size=3, max_size=30)
trades = st.lists(st.tuples(_between(1e-3, 1e4), _between(1, 1e5)), min_size=1, max_size=9)
ladders = st.tuples(_between(1e-3, 1e7), _between(1.1, 9), _between(0, 0.1), _between(0, 0.1)).map(
    lambda drawn: (
        [0, drawn[0], drawn[0] * drawn[1]],  # floors
        [0.004, 0.004 + drawn[2], 0.004 + drawn[2] + drawn[3]],  # rates
    )
)


def close(a, b, scale, rel=1e-9):
    """Whether two numbers agree, relative to the largest term that made them."""
    return math.isclose(a, b, rel_tol=0, abs_tol=rel * max(abs(scale), 1e-300))
