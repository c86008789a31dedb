"""What the five venues answer a read-only key, in the shape of their documentation.

One account each: a short of half a BTC at 60,000, one of 100 million SHIB, which most venues have
by the thousand, and an inverse one of 3,000 dollars. Written by hand, so that a test knows what
must come out; times are days before the world's own.
"""

import re

import answers_bybit
from venue_world import HOUR

DAY = 24 * HOUR
KEY, SECRET, PHRASE = "PlantedKeyOfATest", "PlantedSecretOfATest", "PlantedPhraseOfATest"
"""What must not be seen anywhere."""


def variables(venue, account=""):
    """The variables of the environment that give the key."""
    middle = "_".join(filter(None, (venue, account))).upper().replace("-", "_")
    parts = {"KEY": KEY, "SECRET": SECRET} | ({"PASSPHRASE": PHRASE} if venue == "weex" else {})
    return {f"XLHEDGE_{middle}_{name}": part for name, part in parts.items()}


def opened(server):
    """A server whose venues have accounts."""
    for venue in server.answers:
        private = answers(venue, server.world).items()
        server.answers[venue] = [
            *((re.compile(path), answer) for path, answer in private), *server.answers[venue],
        ]  # fmt: skip
    return server


def answers(venue, world):
    """What a venue answers, by path: a function of what is asked."""
    found = globals()[f"_{venue}"](world)
    return {path: each if callable(each) else _always(each) for path, each in found.items()}


def _always(answer):
    return lambda _: answer


def _within(world, rows, asked, *, time="time", start="startTime", end="endTime"):
    """The rows between the times that are asked for."""
    first, last = int(asked.get(start, 0)), int(asked.get(end, world.now))
    return [row for row in rows if first <= int(row[time]) <= last]


def _ago(world, days):
    return world.now - int(days * DAY)


def _binance(world):
    def position(symbol, amount, entry, notional, **more):
        return {
            "symbol": symbol, "positionSide": "BOTH", "positionAmt": amount, "entryPrice": entry,
            "breakEvenPrice": entry, "markPrice": entry, "unRealizedProfit": "0",
            "liquidationPrice": "0", "isolatedMargin": "0", "notional": notional,
            "marginAsset": "USDT", "isolatedWallet": "0", "initialMargin": "0", "maintMargin": "0",
            "adl": 2, "updateTime": _ago(world, 1), **more,
        }  # fmt: skip

    usd_m = [
        position("BTCUSDT", "-0.500", "60000.0", "-30000", liquidationPrice="95000"),
        position("1000SHIBUSDT", "-100000", "0.025", "-2490", unRealizedProfit="10",
                 isolatedMargin="510", isolatedWallet="500", liquidationPrice="0.0298"),
        position("ETHUSDT", "0.000", "0.0", "0"),
    ]  # fmt: skip
    coin_m = [
        {"symbol": "BTCUSD_PERP", "positionAmt": "-30", "entryPrice": "60000.00000021",
         "breakEvenPrice": "60000", "markPrice": "60000", "unRealizedProfit": "0",
         "liquidationPrice": "150000", "leverage": "20", "maxQty": "50", "marginType": "cross",
         "isolatedMargin": "0.00000000", "isAutoAddMargin": "false", "positionSide": "BOTH",
         "notionalValue": "-0.05", "isolatedWallet": "0", "updateTime": _ago(world, 1)},
    ]  # fmt: skip
    trades = {
        "BTCUSDT": [_trade(world, 20, "SELL", "0.75", "0", "18"),
                    _trade(world, 10, "BUY", "0.25", "250", "6")],
        "1000SHIBUSDT": [_trade(world, 5, "SELL", "100000", "0", "0.002", "BNB")],
        "BTCUSD_PERP": [_trade(world, 9, "SELL", "30", "0", "0.000025", "BTC")],
    }  # fmt: skip
    funding = {
        "fapi": [("BTCUSDT", 30, "99"), ("BTCUSDT", 15, "3.5"), ("BTCUSDT", 2, "-1"),
                 ("1000SHIBUSDT", 1, "0.25")],
        "dapi": [("BTCUSD_PERP", 3, "0.0001")],
    }  # fmt: skip

    def fills(asked):
        return _within(world, trades[asked["symbol"]], asked)

    def income(kind):
        rows = [
            {"symbol": symbol, "incomeType": "FUNDING_FEE", "income": income, "asset": "USDT",
             "info": "", "time": _ago(world, days), "tranId": str(days), "tradeId": ""}
            for symbol, days, income in funding[kind]
        ]  # fmt: skip
        return lambda asked: _within(world, rows, asked)

    def asset(name, cross, wallet):
        return {"asset": name, "walletBalance": wallet, "unrealizedProfit": "10",
                "marginBalance": "9999", "crossWalletBalance": cross, "crossUnPnl": "0",
                "availableBalance": "1", "updateTime": world.now}  # fmt: skip

    return {
        "/sapi/v1/account/apiRestrictions": {
            "ipRestrict": True, "createTime": 1698645219000, "enableReading": True,
            "enableWithdrawals": False, "enableInternalTransfer": False, "enableMargin": False,
            "enableFutures": False, "permitsUniversalTransfer": False,
            "enableVanillaOptions": False, "enableFixApiTrade": False, "enableFixReadOnly": True,
            "enableSpotAndMarginTrading": False, "enablePortfolioMarginTrading": False,
        },
        "/fapi/v1/leverageBracket": [
            {"symbol": "BTCUSDT", "brackets": [
                {"bracket": 1, "initialLeverage": 125, "notionalCap": 50000, "notionalFloor": 0,
                 "maintMarginRatio": 0.004, "cum": 0},
                {"bracket": 2, "initialLeverage": 100, "notionalCap": 600000,
                 "notionalFloor": 50000, "maintMarginRatio": 0.005, "cum": 50}]},
            {"symbol": "1000SHIBUSDT", "brackets": [
                {"bracket": 1, "initialLeverage": 75, "notionalCap": 50000, "notionalFloor": 0,
                 "maintMarginRatio": 0.01, "cum": 0}]},
        ],
        "/dapi/v2/leverageBracket": [
            {"symbol": "BTCUSD_PERP", "notionalCoef": 1, "brackets": [
                {"bracket": 1, "initialLeverage": 125, "qtyCap": 50, "qtyFloor": 0,
                 "maintMarginRatio": 0.004, "cum": 0}]},
        ],
        "/fapi/v3/positionRisk": usd_m,
        "/dapi/v1/positionRisk": coin_m,
        "/fapi/v1/symbolConfig": [
            {"symbol": "BTCUSDT", "marginType": "CROSSED", "isAutoAddMargin": False,
             "leverage": 10, "maxNotionalValue": "1000000"},
            {"symbol": "1000SHIBUSDT", "marginType": "ISOLATED", "isAutoAddMargin": False,
             "leverage": 5, "maxNotionalValue": "1000000"},
        ],
        "/fapi/v1/accountConfig": {
            "feeTier": 0, "canTrade": True, "canDeposit": True, "canWithdraw": True,
            "dualSidePosition": False, "updateTime": 0, "multiAssetsMargin": False,
            "tradeGroupId": -1,
        },
        "/fapi/v3/account": {
            "totalWalletBalance": "5500",
            "assets": [asset("USDT", "5000", "5500"), asset("ETH", "2", "2")], "positions": [],
        },
        "/dapi/v1/account": {"assets": [asset("BTC", "0.2", "0.2")], "positions": []},
        "/api/v3/account": {
            "makerCommission": 15, "updateTime": 123456789, "accountType": "SPOT",
            "balances": [{"asset": "BTC", "free": "1.5", "locked": "0.5"},
                         {"asset": "USDT", "free": "100", "locked": "0"},
                         {"asset": "ETH", "free": "0.0001", "locked": "0"}],
        },
        "/fapi/v1/userTrades": fills,
        "/dapi/v1/userTrades": fills,
        "/fapi/v1/income": income("fapi"),
        "/dapi/v1/income": income("dapi"),
        "/api/v3/ticker/24hr": [
            {"symbol": f"{coin}USDT", "lastPrice": f"{world.index(coin)!r}", "priceChange": "1",
             "bidPrice": "1", "bidQty": "1", "closeTime": world.now} for coin in world.coins
        ],
    }  # fmt: skip


def _trade(world, days, side, quantity, realised, fee, currency="USDT"):
    """A trade of Binance's, which tells the symbol by what was asked."""
    return {"symbol": "", "id": days, "orderId": days, "side": side, "price": "1",
            "qty": quantity, "realizedPnl": realised, "quoteQty": "1", "commission": fee,
            "commissionAsset": currency, "time": _ago(world, days), "positionSide": "BOTH",
            "buyer": side == "BUY", "maker": False}  # fmt: skip


def _bybit(world):
    public = answers_bybit.answers(world)

    def told(result):
        return {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": world.now}

    def position(symbol, side, size, entry, **more):
        return {
            "positionIdx": 0, "riskId": 1, "riskLimitValue": "150", "symbol": symbol,
            "side": side, "size": size, "avgPrice": entry, "positionValue": "30000",
            "tradeMode": 0, "positionStatus": "Normal", "autoAddMargin": 0, "leverage": "10",
            "positionBalance": "0", "markPrice": entry, "liqPrice": "", "bustPrice": "",
            "positionMM": "150", "positionIM": "3000", "unrealisedPnl": "-7",
            "curRealisedPnl": "1", "cumRealisedPnl": "-99", "seq": 5,
            "createdTime": str(_ago(world, 900)), "updatedTime": str(_ago(world, 1)), **more,
        }  # fmt: skip

    positions = {
        "USDT": [position("BTCUSDT", "Sell", "0.5", "60000", liqPrice="95000.5",
                          openTime=_ago(world, 12)),
                 position("SHIB1000USDT", "Sell", "100000", "0.025")],
        "USDC": [],
        None: [position("BTCUSD", "Sell", "3000", "60000")],
    }  # fmt: skip

    def coin(name, wallet, *, collateral, **more):
        return {"coin": name, "walletBalance": wallet, "equity": "9999", "usdValue": "9999",
                "unrealisedPnl": "-7", "locked": "0", "borrowAmount": "0.0", "totalPositionIM": "1",
                "availableToWithdraw": "", "marginCollateral": True,
                "collateralSwitch": collateral, **more}  # fmt: skip

    def booked(symbol, days, kind, side, qty, **more):
        return {"id": f"{symbol}{days}", "symbol": symbol, "side": side, "funding": "",
                "fee": "0", "change": "0", "cashFlow": "0", "type": kind, "qty": qty,
                "transactionTime": str(_ago(world, days)), **more}  # fmt: skip

    log = {
        "linear": [
            booked("BTCUSDT", 2, "SETTLEMENT", "Sell", "0.5", funding="-1"),
            booked("BTCUSDT", 5, "TRADE", "Buy", "0.25", fee="6", cashFlow="250"),
            booked("BTCUSDT", 9, "SETTLEMENT", "Sell", "0.75", funding="3.5"),
            booked("BTCUSDT", 12, "TRADE", "Sell", "0.75", fee="18"),
            booked("BTCUSDT", 13, "SETTLEMENT", "Buy", "1", funding="-50"),
            booked("SHIB1000USDT", 3, "TRADE", "Sell", "100000", fee="1.25"),
        ],
        "inverse": [booked("BTCUSD", 4, "TRADE", "Sell", "3000", fee="0.00003")],
    }

    def transactions(asked):
        rows = _within(world, log[asked["category"]], asked, time="transactionTime")
        first = int(asked.get("cursor", 0))
        more = str(first + 2) if rows[first + 2 :] else ""
        return told({"nextPageCursor": more, "list": rows[first : first + 2]})

    return {
        "/v5/user/query-api": told({
            "id": "1", "note": "desk", "apiKey": KEY, "readOnly": 1, "secret": "",
            "permissions": {"ContractTrade": ["Order", "Position"], "Spot": [], "Wallet": []},
            "ips": ["*"], "type": 1, "uta": 1, "unified": 0,
        }),
        "/v5/account/info": told({
            "marginMode": "REGULAR_MARGIN", "updatedTime": "1697078946000",
            "unifiedMarginStatus": 6, "dcpStatus": "OFF", "timeWindow": 10, "smpGroup": 0,
        }),
        "/v5/account/wallet-balance": told({"list": [{
            "accountType": "UNIFIED", "totalEquity": "9999",
            "coin": [coin("USDT", "10000", collateral=True), coin("BTC", "0.5", collateral=True),
                     coin("ETH", "3", collateral=False), coin("SHIB", "0", collateral=False)],
        }]}),
        "/v5/account/collateral-info": told({"list": [
            {"currency": "BTC", "collateralRatio": "0.95", "marginCollateral": True},
            {"currency": "USDT", "collateralRatio": "1", "marginCollateral": True},
        ]}),
        "/v5/position/list": lambda asked: told({
            "list": positions[asked.get("settleCoin")], "nextPageCursor": "",
            "category": asked["category"],
        }),
        "/v5/account/transaction-log": transactions,
        "/v5/market/tickers": lambda asked: told({"category": "spot", "list": [
            {"symbol": f"{coin}USDT", "lastPrice": f"{world.index(coin)!r}"}
            for coin in world.coins
        ]}) if asked["category"] == "spot" else public["/v5/market/tickers"](asked),
    }  # fmt: skip


def _bingx(world):
    def told(data):
        return {"code": 0, "msg": "", "data": data}

    def position(symbol, amount, entry, **more):
        return {
            "positionId": "1792480725958881280", "symbol": symbol, "positionAmt": amount,
            "availableAmt": amount, "positionSide": "SHORT", "isolated": False, "avgPrice": entry,
            "initialMargin": "1", "margin": "1", "leverage": 6, "unrealizedProfit": "-2",
            "realisedProfit": "-0.5", "liquidationPrice": 0, "pnlRatio": "0", "markPrice": entry,
            "riskRate": "0.01", "positionValue": "1", "updateTime": _ago(world, 1), **more,
        }  # fmt: skip

    def balance(asset, amount):
        return {"userId": "1", "asset": asset, "balance": amount, "equity": "9999",
                "unrealizedProfit": "-2", "realisedProfit": "0", "availableMargin": "1",
                "usedMargin": "1", "freezedMargin": "0", "maxWithdrawAmount": "1"}  # fmt: skip

    income = [
        {"symbol": "BTC-USDT", "incomeType": kind, "income": amount, "asset": "USDT", "info": "",
         "time": _ago(world, days), "tranId": kind + str(days), "tradeId": ""}
        for kind, amount, days in (
            ("TRADING_FEE", "-18", 12), ("FUNDING_FEE", "3.5", 9), ("TRADING_FEE", "-6", 5),
            ("REALIZED_PNL", "250", 5), ("FUNDING_FEE", "-1", 2), ("FUNDING_FEE", "77", 20),
            ("TRANSFER", "1000", 3),
        )
    ]  # fmt: skip
    return {
        "/openApi/v1/account/apiPermissions": told({
            "apiKey": KEY, "permissions": [2], "ipAddresses": [], "note": "desk",
        }),
        "/openApi/swap/v3/user/balance": told([balance("USDT", "1000"), balance("USDC", "0")]),
        "/openApi/cswap/v1/user/balance": told([balance("BTC", "0.2")]),
        "/openApi/swap/v1/maintMarginRatio": told([
            {"tier": "Tier 1", "symbol": "", "minPositionVal": "0", "maxPositionVal": "900000",
             "maintMarginRatio": "0.0033", "maintAmount": "0"},
            {"tier": "Tier 2", "symbol": "", "minPositionVal": "900000",
             "maxPositionVal": "2400000", "maintMarginRatio": "0.004", "maintAmount": "630"},
        ]),
        "/openApi/swap/v2/user/positions": told([
            position("BTC-USDT", "0.5", "60000", createTime=_ago(world, 12),
                     liquidationPrice=95000.5),
            position("1000SHIB-USDT", "100000", "0.025", isolated=True, margin="48"),
        ]),
        "/openApi/cswap/v1/user/positions": told([position("BTC-USD", "30", "60000")]),
        "/openApi/swap/v2/user/income": lambda asked: told(_within(world, income, asked)),
        "/openApi/spot/v1/account/balance": told({"balances": [
            {"asset": "BTC", "free": "1.5", "locked": "0.5"},
            {"asset": "USDT", "free": "100", "locked": "0"},
        ]}),
        "/openApi/spot/v1/ticker/24hr": told([
            {"symbol": f"{coin}-USDT", "lastPrice": world.index(coin), "openTime": world.now,
             "closeTime": world.now} for coin in world.coins
        ]),
    }  # fmt: skip


def _weex(world):
    def position(symbol, size, value, **more):
        return {
            "id": 1, "asset": "USDT", "symbol": symbol, "side": "SHORT", "marginType": "CROSSED",
            "separatedMode": "COMBINED", "leverage": "10", "size": size, "openValue": value,
            "openFee": "1", "fundingFee": "-2.5", "marginSize": "3000", "isolatedMargin": "0",
            "cumOpenSize": size, "cumOpenValue": value, "cumOpenFee": "18", "cumCloseSize": "0",
            "cumCloseValue": "0", "cumCloseFee": "0", "cumFundingFee": "-2.5",
            "cumLiquidateFee": "0", "createdTime": _ago(world, 12),
            "updatedTime": _ago(world, 1), "unrealizePnl": "-7", "liquidatePrice": "0", **more,
        }  # fmt: skip

    bills = [
        {"billId": str(days), "asset": "USDT", "symbol": symbol, "income": income,
         "incomeType": "position_funding", "balance": "1", "fillFee": "0",
         "time": str(_ago(world, days))}
        for symbol, days, income in (
            ("BTCUSDT", 2, "-1"), ("BTCUSDT", 9, "3.5"), ("BTCUSDT", 20, "77"),
            ("1000SHIBUSDT", 4, "0.25"),
        )
    ]  # fmt: skip
    return {
        "/capi/v3/account/balance": [
            {"asset": "USDT", "balance": "10000", "availableBalance": "1", "frozen": "0",
             "unrealizePnl": "-7"}],
        "/capi/v3/account/position/allPosition": [
            position("BTCUSDT", "0.5", "30000", cumOpenSize="0.75", cumOpenValue="45000",
                     cumCloseSize="0.25", cumCloseValue="14750", cumCloseFee="6",
                     liquidatePrice="95000.5"),
            position("1000SHIBUSDT", "100000", "2500", marginType="ISOLATED",
                     isolatedMargin="500", cumOpenFee="1.25"),
        ],
        "/capi/v3/account/income": lambda asked: {
            "hasNextPage": False, "items": _within(world, bills, asked),
        },
        "/api/v3/account/": {
            "balances": [{"asset": "BTC", "free": "1.5", "locked": "0.5"},
                         {"asset": "USDT", "free": "100", "locked": "0"}],
            "permissions": ["SPOT_TRADING"], "uid": 1,
        },
        "/api/v3/market/ticker/24hr": [
            {"symbol": f"{coin}USDT", "lastPrice": f"{world.index(coin)!r}",
             "closeTime": world.now} for coin in world.coins],
    }  # fmt: skip


def _mexc(world):
    def told(data):
        return {"success": True, "code": 0, "data": data}

    def position(symbol, volume, entry, **more):
        return {
            "positionId": 1394650, "symbol": symbol, "positionType": 2, "openType": 2, "state": 1,
            "holdVol": volume, "frozenVol": 0, "closeVol": 0, "holdAvgPrice": entry,
            "openAvgPrice": entry, "closeAvgPrice": 0, "liquidatePrice": 0, "oim": 1, "im": 1,
            "holdFee": 2.5, "realised": 228.5, "leverage": 10, "createTime": _ago(world, 12),
            "updateTime": _ago(world, 1), "autoAddIm": False, "closeProfitLoss": 250,
            "fee": 24, "totalFee": 24, **more,
        }  # fmt: skip

    def asset(currency, equity):
        return {"currency": currency, "positionMargin": 1, "availableBalance": 1,
                "cashBalance": 1, "frozenBalance": 0, "equity": equity, "unrealized": -7,
                "bonus": 0}  # fmt: skip

    older = position("SHIB_USDT", 100000, 0.000025, openType=1, im=500, realised=-1.25)
    for name in ("closeProfitLoss", "fee", "totalFee"):
        del older[name]
    return {
        "/api/v1/private/account/assets": told([
            asset("USDT", 10493), {**asset("BTC", 0.19), "unrealized": -0.01},
            {**asset("ETH", 0), "unrealized": 0},
        ]),
        "/api/v1/private/position/open_positions": told([
            position("BTC_USDT", 5000, 60000, liquidatePrice=95000.5), older,
            position("BTC_USD", 30, 60000, closeProfitLoss=0, fee=0.00003, holdFee=0),
        ]),
        "/api/v3/account": {
            "canTrade": True, "updateTime": None, "accountType": "SPOT",
            "balances": [{"asset": "BTC", "free": "1.5", "locked": "0.5"},
                         {"asset": "USDT", "free": "100", "locked": "0"}],
        },
        "/api/v3/ticker/24hr": lambda asked: next(
            {"symbol": f"{coin}USDT", "lastPrice": f"{world.index(coin)!r}",
             "closeTime": world.now}
            for coin in world.coins if f"{coin}USDT" == asked.get("symbol")
        ),
    }  # fmt: skip
