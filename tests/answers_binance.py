"""What Binance answers, in the shape of its documentation: USDⓈ-M, COIN-M, and spot."""

from venue_world import BASIS, DATED, HOUR

PERPETUAL = 4133404800000
SIZES = {"BTC": 100}
"""Dollars of a COIN-M contract; 10 of other coins."""


def filters(step, least, notional=None):
    found = [
        {"filterType": "PRICE_FILTER", "minPrice": "0.1", "maxPrice": "1000000", "tickSize": "0.1"},
        {"filterType": "LOT_SIZE", "minQty": least, "maxQty": "1000", "stepSize": step},
        {"filterType": "MARKET_LOT_SIZE", "minQty": least, "maxQty": "120", "stepSize": step},
    ]
    return found + [{"filterType": "MIN_NOTIONAL", "notional": notional}] * bool(notional)


def contract(symbol, pair, base, quote, margin, kind, expires, **more):
    return {
        "symbol": symbol, "pair": pair, "contractType": kind, "deliveryDate": expires,
        "onboardDate": 1569398400000, "baseAsset": base, "quoteAsset": quote,
        "marginAsset": margin, "pricePrecision": 2, "quantityPrecision": 3,
        "baseAssetPrecision": 8, "quotePrecision": 8, "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000", "liquidationFee": "0.012500", **more,
    }  # fmt: skip


def answers(world):
    day = f"{world.expiry:%y%m%d}"
    bases = {coin: "1000SHIB" if coin == "SHIB" else coin for coin in world.coins}
    coins = {f"{base}{quote}": coin for coin, base in bases.items() for quote in ("USDT", "USDC")}
    coins |= {f"{base}USDT_{day}": coin for coin, base in bases.items()}
    coins |= {f"{coin}USD_{end}": coin for coin in world.coins for end in ("PERP", day)}

    def times(symbol):
        return 1000 if symbol.startswith("1000") else 1

    def usd_m(_):
        rows = []
        for coin, base in bases.items():
            step = "1" if coin == "SHIB" else "0.001"
            more = {"filters": filters(step, step, "100"), "status": "TRADING"}
            rows.append(contract(f"{base}USDT", f"{base}USDT", base, "USDT", "USDT", "PERPETUAL",
                                 PERPETUAL, **more))  # fmt: skip
            if coin == "BTC":
                rows.append(contract("BTCUSDC", "BTCUSDC", "BTC", "USDC", "USDC", "PERPETUAL",
                                     PERPETUAL, **more))  # fmt: skip
                rows.append(contract(f"BTCUSDT_{day}", "BTCUSDT", "BTC", "USDT", "USDT",
                                     "CURRENT_QUARTER", world.expiry_ms, **more))  # fmt: skip
                # One that has expired and is still listed, one that is about to be settled.
                rows.append(contract("BTCUSDT_250328", "BTCUSDT", "BTC", "USDT", "USDT",
                                     "CURRENT_QUARTER", 1743148800000, **more))  # fmt: skip
                rows.append(contract("BTCUSDT_991231", "BTCUSDT", "BTC", "USDT", "USDT",
                                     "NEXT_QUARTER", world.expiry_ms + 7 * 24 * HOUR,
                                     **{**more, "status": "SETTLING"}))  # fmt: skip
        return {"timezone": "UTC", "serverTime": world.now, "rateLimits": [], "symbols": rows}

    def coin_m(_):
        rows = []
        for coin in world.coins:
            if coin == "SHIB":
                continue
            more = {"filters": filters("1", "1"), "contractStatus": "TRADING",
                    "contractSize": SIZES.get(coin, 10), "quantityPrecision": 0}  # fmt: skip
            rows.append(contract(f"{coin}USD_PERP", f"{coin}USD", coin, "USD", coin, "PERPETUAL",
                                 PERPETUAL, **more))  # fmt: skip
            if coin == "BTC":
                rows.append(contract(f"BTCUSD_{day}", "BTCUSD", "BTC", "USD", "BTC",
                                     "CURRENT_QUARTER", world.expiry_ms, **more))  # fmt: skip
        return {"timezone": "UTC", "serverTime": world.now, "rateLimits": [], "symbols": rows}

    def spot(_):
        rows = [{
            "symbol": f"{coin}USDT", "status": "TRADING", "baseAsset": coin, "quoteAsset": "USDT",
            "baseAssetPrecision": 8, "quotePrecision": 8, "permissions": [],
            "filters": filters("0.00001", "0.00001"), "isMarginTradingAllowed": True,
        } for coin in world.coins]  # fmt: skip
        return {"timezone": "UTC", "serverTime": world.now, "rateLimits": [], "symbols": rows}

    def premium(listed):
        def answer(_):
            rows = []
            for each in listed(None)["symbols"]:
                symbol = each["symbol"]
                coin, dated = coins.get(symbol), each["contractType"] != "PERPETUAL"
                if not coin:
                    continue
                mark = world.mark(coin, basis=DATED if dated else BASIS) * times(symbol)
                rows.append({
                    "symbol": symbol, "pair": each["pair"], "markPrice": f"{mark!r}",
                    "indexPrice": f"{world.index(coin) * times(symbol)!r}",
                    "estimatedSettlePrice": "1",
                    "lastFundingRate": "" if dated else f"{world.rate(coin):.8f}",
                    "interestRate": "" if dated else "0.00010000",
                    "nextFundingTime": 0 if dated else world.next_settlement(coin),
                    "time": world.now,
                })  # fmt: skip
            return rows

        return answer

    def adjusted(_):
        # Only contracts whose interval or bounds were changed stand in this list.
        return [
            {"symbol": f"{bases[coin]}USDT", "adjustedFundingRateCap": "0.02",
             "adjustedFundingRateFloor": "-0.02", "fundingIntervalHours": hours,
             "disclaimer": False}
            for coin, hours in world.hours.items() if coin in bases
        ]  # fmt: skip

    def funding(asked):
        symbol = asked["symbol"]
        start, end = (int(asked.get(name, value)) for name, value in
                      (("startTime", world.now - 200 * HOUR), ("endTime", world.now)))  # fmt: skip
        found = world.settled(coins[symbol], start, end)[: int(asked.get("limit", 100))]
        return [
            {"symbol": symbol, "fundingTime": at + 3, "markPrice": "1",
             "fundingRate": f"{world.rate(coins[symbol], at):.8f}"} for at in found
        ]  # fmt: skip

    def klines(kind):
        def answer(asked):
            symbol = asked.get("symbol") or asked["pair"]
            coin = coins.get(symbol) or coins.get(f"{symbol}_PERP") or symbol[: -len("USDT")]
            basis = {"spot": 1.0, "index": 1.0}.get(kind, DATED if day in symbol else BASIS)
            hours = {"1h": 1, "4h": 4}[asked["interval"]]
            bars = world.bars(lambda at: world.index(coin, at) * basis * times(symbol),
                              asked["startTime"], asked["endTime"], hours)  # fmt: skip
            return [
                [opens, *(f"{price!r}" for price in prices), f"{volume}",
                 opens + hours * HOUR - 1, "1", 1, "1", "1", "0"]
                for opens, *prices, volume in bars
            ][: int(asked["limit"])]  # fmt: skip

        return answer

    return {
        "/fapi/v1/exchangeInfo": usd_m,
        "/dapi/v1/exchangeInfo": coin_m,
        "/api/v3/exchangeInfo": spot,
        "/fapi/v1/premiumIndex": premium(usd_m),
        "/dapi/v1/premiumIndex": premium(coin_m),
        "/fapi/v1/fundingInfo": adjusted,
        "/dapi/v1/fundingInfo": lambda _: [],
        "/fapi/v1/fundingRate": funding,
        "/dapi/v1/fundingRate": funding,
        "/fapi/v1/ticker/24hr": lambda _: [],
        "/dapi/v1/ticker/24hr": lambda _: [],
        "/fapi/v1/klines": klines("contract"),
        "/dapi/v1/klines": klines("contract"),
        "/api/v3/klines": klines("spot"),
        "/fapi/v1/indexPriceKlines": klines("index"),
        "/dapi/v1/indexPriceKlines": klines("index"),
    }
