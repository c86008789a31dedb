"""Venues, through ccxt: their contracts, prices, funding and positions as rows of our tables.

`fetch` takes what is `Asked` for, tells its `Progress`, and gives what was `Found`; a `Contract` is
the same whatever it is called (`contract_of`, `meant`, `names_of`).
"""
