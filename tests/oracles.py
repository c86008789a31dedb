"""Published and derived numbers: the rows of oracles.csv, each with its source, and our calls."""

import csv
import json
import statistics
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


def linear_average(i):
    sizes, prices = zip(*i["fills"], strict=True)
    return {"avg": x.average_entry(list(sizes), list(prices))}


def inverse_average(i):
    sizes, prices = zip(*i["fills_usd"], strict=True)
    average = x.average_entry(list(sizes), list(prices), "inverse")
    return {"avg": average, "value_btc": sum(sizes) / average}


def pnl_04(i):
    notional, later = i["qty"] * i["entry"], i["qty"] * i["exit"]
    fees = x.trading_fee([notional, later], i["fee_rate"])
    pnl = x.short_pnl(i["qty"], i["entry"], i["exit"])
    return {
        "open_fee": fees[0],
        "close_fee": fees[1],
        "closed_pnl": pnl - sum(fees) - i["funding_paid"],
    }


def breach(i):
    """The costs per 8 hours, each as the threshold that a settlement just breaches or not."""
    rates = i.get("rates_8h", [i.get("rate")])
    hours, limit = i.get("interval_h", 8), i.get("threshold", i.get("threshold_8h"))
    expected = json.loads(ROWS["FUND-13" if hours == 4 else "FUND-11"]["expected"])
    costs = expected["short_cost_8h"]
    for rate, cost in zip(rates, costs if isinstance(costs, list) else [costs], strict=True):
        assert x.funding_breach([rate], hours, cost * (1 - 1e-9), 1)
        assert not x.funding_breach([rate], hours, cost * (1 + 1e-9), 1)
    return {"breach": x.funding_breach(rates, hours, limit, i.get("n", 1))}


def recursion(i):
    """One step of the recursion, as the third of three tiers whose second has the amount before."""
    floor = i["cum_prev"] / i["mmr_prev"]
    _, amount = x.maintenance_tier(
        i["floor"] * 2, [0, floor, i["floor"]], [0, i["mmr_prev"], i["mmr"]]
    )
    return {"cum": amount, "cum_btc": amount}


def tier_table(i):
    above = [floor + 1 for floor in i["floors"]]
    rows = x.maintenance_tier(above, i["floors"], i["mmr"])
    assert [rate for rate, _ in rows] == i["mmr"]
    return {"cum": [amount for _, amount in rows]}


def mrg_12(i):
    value = i["qty_usd"] / i["price"]
    ends, rates = zip(*i["tiers"], strict=True)
    rate, amount = x.maintenance_tier(value, [0, *ends[:-1]], list(rates))
    return {
        "value_xyz": value,
        "im_xyz": x.initial_margin(value, i["lev"]),
        "mm_xyz": x.maintenance_margin(value, rate, amount),
        "deduction_xyz": amount,
    }


def mrg_13(i):
    """A margin rate before any maintenance: the equity over the position's value."""
    value = x.short_notional(i["contracts"], i["mark"], i["contract_size"])
    entry = i["mark"] + i["upnl"] / (i["contracts"] * i["contract_size"])
    ratio = x.margin_ratio(
        i["contracts"], entry, i["mark"], i["margin"], 0.5, 0, i["contract_size"]
    )
    assert value * 0.5 / ratio == pytest.approx(i["margin"] + i["upnl"])
    return {"margin_rate": value * 0.5 / ratio / value}


def binance_tier(notional):
    table = json.loads(ROWS["MRG-11"]["inputs"])
    rate, amount = x.maintenance_tier(notional, table["floors"], table["mmr"])
    return {"mmr": rate, "cum": amount}


def cross_liquidation(i):
    """Cross margin is isolated margin with what the other positions leave of the wallet."""
    left = i["wb"] - i["tmm"] + i["upnl"]
    return liquidation(i | {"margin": left})


def inverse_bankruptcy(i):
    """The fee of closing is taken at the bankruptcy price: a maintenance rate of that size."""
    return {
        "bankruptcy": x.liquidation_price(
            -i["usd"], i["entry"], i["balance_btc"], i["taker"], 0, 1, "inverse"
        )
    }


def legacy_liquidation(i):
    """The page takes the maintenance margin at entry and the fee at the bankruptcy price."""
    fee = i["usd"] / inverse_bankruptcy(i)["bankruptcy"] * i["taker"]
    margin = i["balance_btc"] - fee
    price = x.liquidation_price(-i["usd"], i["entry"], margin, i["mmr"], 0, 1, "inverse", "entry")
    return {"lp": price}


def forward(i):
    return x.fair_futures(i["spot"], i["r"], i["t"] * 365, "compound")


def hull(i):
    ratio = x.min_variance_ratio(i["dS"], i["dF"])
    return {
        "h": ratio,
        "r2": x.hedge_effectiveness(i["dS"], i["dF"]),
        "rho": x.hedge_effectiveness(i["dS"], i["dF"]) ** 0.5,
        "sigmaF": statistics.stdev(i["dF"]),
        "sigmaS": statistics.stdev(i["dS"]),
    }


def hr_03(i):
    return {
        "var_reduction": x.hedge_effectiveness(i["dS"], i["dF"], i["h"]),
        "var_reduction_h1": x.hedge_effectiveness(i["dS"], i["dF"], 1),
    }


def correlated(rho, sigma_s=1, sigma_f=1):
    """Changes with exactly this correlation and these deviations (to a common factor)."""
    f, other = [1, -1, 1, -1], [1, 1, -1, -1]
    s = [rho * a + (1 - rho**2) ** 0.5 * b for a, b in zip(f, other, strict=True)]
    return [sigma_s * a for a in s], [sigma_f * a for a in f]


def hr_05(i):
    return {"h": x.min_variance_ratio(*correlated(i["rho"], i["sigmaS"], i["sigmaF"]))}


def hr_06(i):
    reduction = x.hedge_effectiveness(*correlated(i["r2"] ** 0.5))
    return {"rho": reduction**0.5, "var_reduction": reduction}


def seed_07(i):
    profit = x.short_pnl(i["short_qty"], i["short_entry"], i["p"])
    bought = x.redeploy_qty(profit, i["p"])
    return {
        "short_pnl": profit,
        "bought": bought,
        "q1": i["q0"] + bought,
        "avg_cost_accounting": x.redeploy_avg_cost(i["q0"], i["c0"], profit, i["p"]),
        "avg_cost_economic": x.redeploy_avg_cost(i["q0"], i["c0"], profit, i["p"], profit),
    }


def avg_01(i):
    (first, cost), (second, price) = i["lots"]
    return {"avg": x.redeploy_avg_cost(first, cost, second * price, price)}


def schedule(i):
    above = [floor + 1 for floor in i["floors"]]
    return {"amounts": [a for _, a in x.maintenance_tier(above, i["floors"], i["mm_rates"])]}


def tiered_margin(i):
    rate, amount = x.maintenance_tier(i["value"], i["floors"], i["mm_rates"])
    return {"mm": x.maintenance_margin(i["value"], rate, amount)}


CASES = {
    "N17": schedule,
    "N18": tiered_margin,
    "FUND-11": breach,
    "FUND-13": breach,
    "PNL-01": linear_average,
    "PNL-04": pnl_04,
    "PNL-06": lambda i: {
        "fee": x.trading_fee(
            x.short_notional(i["contracts"], i["price"], i["contract_size"]), i["fee_rate"]
        )
    },
    "PNL-07": inverse_average,
    "PNL-23": lambda i: {"target": x.target_price(i["entry"], i["roe"] / i["lev"])},
    "MRG-05": recursion,
    "MRG-06": recursion,
    "MRG-07": lambda i: {"mm": x.maintenance_margin(i["notional"], i["mmr"], i["cum"])},
    "MRG-09": lambda i: {
        "mmr": x.maintenance_tier(i["notional"], [0, 50_000, 250_000], [0.004, 0.005, 0.01])[0]
    },
    "MRG-11": tier_table,
    "MRG-12": mrg_12,
    "MRG-13": mrg_13,
    "MRG-14": lambda i: {
        "bankruptcy": x.bankruptcy_price(-1, i["entry"], x.initial_margin(i["entry"], i["lev"]))
    },
    "MRG-15": lambda i: {
        "bankruptcy": x.bankruptcy_price(1, i["entry"], x.initial_margin(i["entry"], i["lev"]))
    },
    "MRG-16": lambda i: binance_tier(i["notional"]),
    "LIQ-03": cross_liquidation,
    "LIQ-24": inverse_bankruptcy,
    "LIQ-25": legacy_liquidation,
    "BAS-01": lambda i: {"fwd": forward(i)},
    "BAS-02": lambda i: {"profit": -x.locked_carry(i["fut"], i["fut"], forward(i))},
    "HR-01": hull,
    "HR-03": hr_03,
    "HR-05": hr_05,
    "HR-06": hr_06,
    "SEED-07": seed_07,
    "AVG-01": avg_01,
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


def called(row):
    """A row whose inputs are a function's arguments, in order."""
    return lambda inputs: {"value": getattr(x, row["topic"].lower())(*inputs)}


CASES |= {name: called(row) for name, row in ROWS.items() if row["inputs"].startswith("[")}


UNANSWERED = {
    "FUND-05": "how a venue makes its rate from a premium; we take the rate that it publishes",
    "FUND-06": "as FUND-05, from two interest rates",
    "FUND-09": "as FUND-05, inside the clamp",
    "FUND-10": "as FUND-05, Deribit's damper",
}
