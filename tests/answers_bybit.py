"""What Bybit answers, in the shape of its documentation: v5, linear and inverse, and spot."""

from venue_world import BASIS, DATED

STEPS = (("2000000", "0.005", "0.01", "100"), ("3000000", "0.0075", "0.015", "66.6"),
         ("5000000", "0.01", "0.02", "50"))  # fmt: skip
"""Where a tier ends, its maintenance and initial margin, its leverage; of inverse ones in coins."""
INVERSE_STEPS = (("150", "0.5", "1", "100"), ("300", "1", "2", "50"))
"""The same of inverse contracts, in percent as in its example."""


def told(world, result):
    return {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": world.now}


def answers(world):
    day = f"{world.expiry:%d%b%y}".upper().lstrip("0")
    bases = {coin: "SHIB1000" if coin == "SHIB" else coin for coin in world.coins}
    linear = {f"{base}USDT": coin for coin, base in bases.items()}
    inverse = {f"{coin}USD": coin for coin in world.coins if coin != "SHIB"}
    dated = {"linear": {f"BTCUSDT-{day}": "BTC"}, "inverse": {"BTCUSDZ99": "BTC"}}
    dated = dated if "BTC" in world.coins else {"linear": {}, "inverse": {}}
    coins = {"linear": linear | dated["linear"], "inverse": inverse | dated["inverse"]}

    def times(symbol):
        return 1000 if symbol.startswith("SHIB1000") else 1

    def is_dated(symbol):
        return symbol in dated["linear"] or symbol in dated["inverse"]

    def listed(asked):
        kind = asked["category"]
        if kind == "spot":
            rows = [{"symbol": f"{coin}USDT", "baseCoin": coin, "quoteCoin": "USDT",
                     "status": "Trading", "marginTrading": "none",
                     "lotSizeFilter": {"basePrecision": "0.000001", "minOrderQty": "0.00001",
                                       "quotePrecision": "0.0000001", "maxOrderQty": "71",
                                       "minOrderAmt": "1", "maxOrderAmt": "2000000"},
                     "priceFilter": {"tickSize": "0.01"}} for coin in world.coins]  # fmt: skip
            return told(world, {"category": kind, "list": rows})
        rows = []
        for symbol, coin in coins[kind].items() if "status" not in asked else ():
            lots = {"maxOrderQty": "100000", "maxMktOrderQty": "100000", "minOrderQty": "0.001",
                    "qtyStep": "0.001", "minNotionalValue": "5"}  # fmt: skip
            if kind == "inverse":  # the smallest order of ETH is 5 contracts of 1 dollar
                least = "5" if coin == "ETH" else "1"
                lots = {"maxOrderQty": "25000000", "minOrderQty": least, "qtyStep": "1"}
            rows.append({
                "symbol": symbol, "status": "Trading", "baseCoin": bases[coin],
                "contractType": kind.title() + ("Futures" if is_dated(symbol) else "Perpetual"),
                "quoteCoin": "USDT" if kind == "linear" else "USD",
                "settleCoin": "USDT" if kind == "linear" else coin,
                "launchTime": "1585526400000", "deliveryFeeRate": "", "priceScale": "2",
                "deliveryTime": str(world.expiry_ms if is_dated(symbol) else 0),
                "leverageFilter": {"minLeverage": "1", "maxLeverage": "100.00",
                                   "leverageStep": "0.01"},
                "priceFilter": {"minPrice": "0.10", "maxPrice": "1999999.80", "tickSize": "0.10"},
                "lotSizeFilter": lots, "unifiedMarginTrade": True,
                "fundingInterval": 0 if is_dated(symbol) else world.interval(coin) * 60,
                "copyTrading": "none", "upperFundingRate": "0.00375",
                "lowerFundingRate": "-0.00375",
            })  # fmt: skip
        return told(world, {"category": kind, "list": rows, "nextPageCursor": ""})

    def tickers(asked):
        rows = []
        for symbol, coin in coins[asked["category"]].items():
            mark = world.mark(coin, basis=DATED if is_dated(symbol) else BASIS) * times(symbol)
            rows.append({
                "symbol": symbol, "lastPrice": f"{mark * 1.0001!r}", "markPrice": f"{mark!r}",
                "indexPrice": f"{world.index(coin) * times(symbol)!r}", "prevPrice24h": "1",
                "price24hPcnt": "0.008", "highPrice24h": "2", "lowPrice24h": "1",
                "openInterest": "3", "openInterestValue": "3", "turnover24h": "2",
                "volume24h": "4", "bid1Price": "1", "ask1Price": "2", "bid1Size": "1",
                "ask1Size": "1", "predictedDeliveryPrice": "", "basisRate": "", "basis": "",
                "deliveryTime": "0", "deliveryFeeRate": "",
                "fundingRate": "" if is_dated(symbol) else f"{world.rate(coin):.8f}",
                "nextFundingTime": str(0 if is_dated(symbol) else world.next_settlement(coin)),
            })  # fmt: skip
        return told(world, {"category": asked["category"], "list": rows})

    def limits(asked):
        # Two a page, though an answer of one symbol has all of them today.
        kind, at = asked["category"], int(asked.get("cursor", 0))
        steps = STEPS if kind == "linear" else INVERSE_STEPS
        rows = [
            {"id": number, "symbol": asked["symbol"], "riskLimitValue": ends,
             "maintenanceMargin": rate, "initialMargin": initial, "maxLeverage": leverage,
             "isLowestRisk": int(number == 0), "mmDeduction": ""}
            for number, (ends, rate, initial, leverage) in enumerate(steps)
        ][at : at + 2]  # fmt: skip
        more = str(at + 2) if at + 2 < len(steps) else ""
        return told(world, {"category": kind, "list": rows, "nextPageCursor": more})

    def funding(asked):
        coin = coins[asked["category"]][asked["symbol"]]
        found = world.settled(coin, asked["startTime"], asked["endTime"])[::-1]
        rows = [{"symbol": asked["symbol"], "fundingRate": f"{world.rate(coin, at):.8f}",
                 "fundingRateTimestamp": str(at)} for at in found]  # fmt: skip
        return told(world, {"category": asked["category"], "list": rows[: int(asked["limit"])]})

    def klines(kind):
        def answer(asked):
            symbol, category = asked["symbol"], asked["category"]
            spot = category == "spot"
            coin = symbol[: -len("USDT")] if spot else coins[category][symbol]
            basis = DATED if is_dated(symbol) else BASIS
            basis = 1.0 if spot or kind == "index" else basis
            hours = int(asked["interval"]) // 60
            bars = world.bars(lambda at: world.index(coin, at) * basis * times(symbol),
                              asked["start"], asked["end"], hours)  # fmt: skip
            rows = [
                [str(opens), *(f"{price!r}" for price in prices), f"{volume}", "1"]
                for opens, *prices, volume in bars
            ][::-1]
            return told(world, {"symbol": symbol, "category": category,
                                "list": rows[: int(asked["limit"])]})  # fmt: skip

        return answer

    return {
        "/v5/market/instruments-info": listed,
        "/v5/market/tickers": tickers,
        "/v5/market/risk-limit": limits,
        "/v5/market/funding/history": funding,
        "/v5/market/kline": klines("contract"),
        "/v5/market/index-price-kline": klines("index"),
    }
