"""Venues, through ccxt: their contracts, prices, funding and positions as rows of our tables."""
