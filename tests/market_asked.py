"""What tests ask of the venues on this machine, and what came of it."""

from xlhedge.market.fetch import Asked, fetch

COINS = ("BTC", "ETH", "SHIB")


def found(*venues, coins=COINS, warned=None, **asked):
    """What venues told."""
    said = warned if warned is not None else []
    return fetch(Asked(venues, coins, **asked), lambda *_: None, said.append)


def rows(found, table, name="instrument"):
    """The rows of a table by name, a list each."""
    by_name = {}
    for row in found.of(table):
        by_name.setdefault(row.values[name], []).append(row.values)
    return by_name


def instruments(found):
    """The rows of Instruments by name."""
    return {name: values for name, (values,) in rows(found, "Instruments").items()}


def lines(found):
    """All that is told of it."""
    return "\n".join((*found.missing, *found.notes))
