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


def close(a, b, scale, rel=1e-9):
    """Whether two numbers agree, relative to the largest term that made them."""
    return math.isclose(a, b, rel_tol=0, abs_tol=rel * max(abs(scale), 1e-300))
