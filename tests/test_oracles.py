"""Published and derived numbers (oracles.csv, a source in each row) against our functions."""

import csv
import json
import re
from pathlib import Path

import pytest

import xlhedge as x

ROWS = {
    row["id"]: row
    for row in csv.DictReader(
        (Path(__file__).parent / "oracles.csv").read_text(encoding="utf-8").splitlines()
    )
}


def liquidation(i, **given):
    """LIQUIDATION_PRICE of a linear position, from the names that the rows use."""
    margin = i.get("margin", i.get("wb", i["entry"] * i["qty"] / i.get("lev", 1)))
    return {
        "lp": x.liquidation_price(
            -i["side"] * i["qty"], i["entry"], margin, i["mmr"], i.get("cum", 0), **given
        )
    }


def inverse_liquidation(i, margin, **given):
    contracts = -i["side"] * i.get("contracts", i.get("usd"))
    return x.liquidation_price(
        contracts,
        i["entry"],
        margin,
        i["mmr"],
        i.get("cum_btc", 0),
        i.get("contract_usd", 1),
        "inverse",
        **given,
    )


def fund_01(i):
    notional = x.short_notional(i["qty"], i["mark"])
    return {
        "position_value": notional,
        "cashflow_long": -x.funding_drag(-notional, i["rate"], 1, 24),
        "cashflow_short": -x.funding_drag(notional, i["rate"], 1, 24),
    }


def fund_02(i):
    notional = x.short_notional(i["contracts"], i["mark"], i["contract_size"])
    return {"cashflow_long": -x.funding_drag(-notional, i["rate"], 8 / 24)}


def fund_04(i):
    notional = x.short_notional(i["usd_contracts"], i["mark"], 1, "inverse")
    received = -x.funding_drag(notional, i["rate"], 1 / 24, 1)
    return {"usd": received, "btc": received / i["mark"]}


def fund_07(i):
    return {
        "apr_simple": x.funding_apr(i["rate"], i["interval_h"]),
        "apy_compound": x.funding_apr(i["rate"], i["interval_h"], "compound"),
    }


def inverse_pnl(side, key):
    def case(i):
        face = i.get("usd", i.get("usd_contracts", i.get("qty_btc", 0) * i["entry"]))
        pnl = x.short_pnl(-side * face, i["entry"], i["exit"], 1, "inverse")
        return {key: pnl if key == "pnl_btc" else pnl / i["margin_btc"]}

    return case


def synthetic_usd(i):
    pnl = x.short_pnl(i["usd_short"], i["entry"], i["price"], 1, "inverse")
    equity = i["btc"] + pnl
    result = {"pnl_btc": pnl, "equity_btc": equity, "equity_usd": equity * i["price"]}
    delta = x.net_delta(equity, i["price"], i["usd_short"])
    assert delta == pytest.approx(0, abs=1e-9 * i["usd_short"])
    return result


def pnl_22(i):
    equity = i["wallet_btc"] + x.short_pnl(i["usd_short"], i["entry"], i["price"], 1, "inverse")
    delta = x.net_delta(equity, i["price"], i["usd_short"]) / i["price"]
    return {
        "equity_btc": equity,
        "delta_btc_from_equity": delta,
        "delta_btc_from_wallet": i["wallet_btc"] - i["usd_short"] / i["entry"],
    }


def beta_contracts(i):
    notional = x.hedge_notional(1, i["value"], 1, i["beta"])
    exact = -x.hedge_contracts(notional, i["index"], i["mult"])
    return {
        "n_raw": exact,
        "n": exact,
        "n_round": -x.hedge_contracts(notional, i["index"], i["mult"], "linear", 1),
    }


def hr_02(i):
    notional = x.hedge_notional(i["qty"], 2, i["h"])  # any price: it cancels
    return {
        "n_raw": x.hedge_contracts(notional, 2, i["unit"]),
        "n_round": x.hedge_contracts(notional, 2, i["unit"], "linear", 1),
    }


def inverse_margin(i):
    face = i.get("usd", i.get("contracts", 0) * i.get("contract_usd", 0))
    return {"im_btc": x.initial_margin(face / i["price"], i["lev"])}


def scenario(i):
    shock = i["p1"] / i["p0"] - 1
    legs = x.scenario_attribution(i["qty"], i["p0"], i["short_qty"] * i["p0"], shock)
    assert legs[-1] == x.scenario_pnl(i["qty"], i["p0"], i["short_qty"] * i["p0"], shock)
    return {"spot": legs[0], "short": legs[1], "net": legs[-1]}


def seed_06(i):
    naive = x.hedge_notional(1, i["alt_value"])
    return {
        "naive_short": naive,
        "beta_short": x.hedge_notional(1, i["alt_value"], 1, i["beta"]),
        "residual_beta_usd_if_naive": x.net_delta(1, i["alt_value"], naive, i["beta"]),
    }


def liq_21(i):
    value = i["usd"] / i["entry"]
    margin = x.initial_margin(value, i["lev"])
    return {
        "value_btc": value,
        "im_btc": margin,
        "lp": inverse_liquidation(i, margin, mm_basis="entry"),
    }


def liq_26(i):
    with pytest.raises(x.HedgeError, match="no price liquidates") as caught:
        inverse_liquidation(i, i["wallet_btc"])
    assert caught.value.kind is x.CellError.NA
    return {"lp": None}


def bas_04(i):
    short = x.short_notional(i["qty"], i["fut"])
    return {
        "spot_pnl": x.scenario_pnl(i["qty"], i["spot"], 0, i["settle"] / i["spot"] - 1),
        "fut_pnl": x.short_pnl(i["qty"], i["fut"], i["settle"]),
        # The future converges to spot: its move is spot's, less the basis it starts with.
        "total": x.scenario_pnl(
            i["qty"],
            i["spot"],
            short,
            i["settle"] / i["spot"] - 1,
            i["settle"] / i["fut"] - i["settle"] / i["spot"],
        ),
    }


CASES = {
    "FUND-01": fund_01,
    "FUND-02": fund_02,
    "FUND-04": fund_04,
    "FUND-07": fund_07,
    "PNL-02": lambda i: {"pnl": x.short_pnl(-i["qty"], i["entry"], i["exit"])},
    "PNL-03": lambda i: {"pnl": x.short_pnl(i["qty"], i["entry"], i["exit"])},
    "PNL-09": inverse_pnl(-1, "pnl_btc"),
    "PNL-10": inverse_pnl(1, "pnl_btc"),
    "PNL-11": inverse_pnl(1, "pnl_btc"),
    "PNL-12": inverse_pnl(-1, "roe"),
    "PNL-14": inverse_pnl(1, "roe"),
    "PNL-15": lambda i: {
        "contracts": x.hedge_contracts(
            x.hedge_notional(i["btc"], i["price"]), i["price"], i["contract_usd"], "inverse"
        ),
        "im_100x_btc": x.initial_margin(i["btc"], 100),
    },
    "PNL-16": lambda i: {"contracts": x.hedge_contracts(i["usd"], 1, i["contract_usd"], "inverse")},
    "PNL-17": lambda i: {"contracts": x.hedge_contracts(i["usd"], 1, i["contract_usd"], "inverse")},
    "PNL-18": synthetic_usd,
    "PNL-20": synthetic_usd,
    "PNL-21": synthetic_usd,
    "PNL-22": pnl_22,
    "MRG-01": inverse_margin,
    "MRG-02": inverse_margin,
    "MRG-03": inverse_margin,
    "LIQ-01": liquidation,
    "LIQ-02": liquidation,
    "LIQ-05": liquidation,
    "LIQ-06": liquidation,
    "LIQ-09": liquidation,
    "LIQ-10": liquidation,
    "LIQ-12": liquidation,
    "LIQ-14": liquidation,
    "LIQ-15": liquidation,
    "LIQ-16": liquidation,
    "LIQ-17": lambda i: liquidation(i, mm_basis="entry"),
    "LIQ-19": lambda i: {"lp": inverse_liquidation(i, i["wb_btc"])},
    "LIQ-20": lambda i: {"lp": inverse_liquidation(i, i["wb_btc"])},
    "LIQ-21": liq_21,
    "LIQ-23": lambda i: {"lp": inverse_liquidation(i, i["usd"] / i["entry"] / i["lev"])},
    "LIQ-26": liq_26,
    "BAS-04": bas_04,
    "HR-02": hr_02,
    "HR-07": beta_contracts,
    "HR-09": beta_contracts,
    "SEED-01": lambda i: {"notional": x.hedge_notional(i["qty"], i["price"], i["ratio"])},
    "SEED-02": scenario,
    "SEED-03": scenario,
    "SEED-04": lambda i: {
        "net_return": x.scenario_pnl(1, 1, x.hedge_notional(1, 1, i["ratio"]), i["shock"])
    },
    "SEED-06": seed_06,
}


def allowance(tolerance, expected):
    """How far off a row allows: absolute, or relative where it says so or is tighter than 1e-6."""
    number = re.search(r"[\d.]+(e-?\d+)?", tolerance)
    allowed = 1e-12 if tolerance == "exact" else float(number[0])
    relative = tolerance.startswith("rel") or allowed <= 1e-6
    return allowed * max(1, abs(expected)) if relative else allowed


@pytest.mark.parametrize("name", CASES)
def test_oracle(name):
    row = ROWS[name]
    expected = json.loads(row["expected"])
    found = CASES[name](json.loads(row["inputs"]))
    compared = [key for key in expected if key in found]
    assert compared, f"{name} compares nothing"
    for key in compared:
        if expected[key] is None:
            assert found[key] is None
        else:
            allowed = allowance(row["tolerance"], expected[key])
            assert found[key] == pytest.approx(expected[key], rel=0, abs=allowed), key
