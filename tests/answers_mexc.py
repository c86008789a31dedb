"""What MEXC answers, in the shape of its documentation: linear and inverse perpetuals, and spot."""

from venue_world import BASIS

SIZES = {"BTC": 0.0001, "ETH": 0.01, "SHIB": 1000}
"""Coins of a linear contract; 1 of other coins."""
INVERSE_SIZES = {"BTC": 100}
"""Dollars of an inverse one; 10 of other coins."""
CUSTOM = (
    {"level": 1, "maxVol": 50_000, "mmr": 0.001, "imr": 0.002, "maxLeverage": 500},
    {"level": 2, "maxVol": 310_000, "mmr": 0.0025, "imr": 0.005, "maxLeverage": 200},
)
"""Tiers that are listed one by one: those of ETH."""


def told(data):
    return {"success": True, "code": 0, "data": data}


def answers(world):
    linear = {f"{coin}_USDT": coin for coin in world.coins}
    inverse = {f"{coin}_USD": coin for coin in world.coins if coin != "SHIB"}
    coins = linear | inverse

    def contracts(_):
        rows = []
        for symbol, coin in coins.items():
            is_linear = symbol in linear
            size = SIZES.get(coin, 1) if is_linear else INVERSE_SIZES.get(coin, 10)
            listed = coin == "ETH" and is_linear
            rows.append({
                "symbol": symbol, "displayName": symbol, "displayNameEn": symbol,
                "positionOpenType": 3, "baseCoin": coin,
                "quoteCoin": "USDT" if is_linear else "USD",
                "settleCoin": "USDT" if is_linear else coin, "contractSize": size,
                "minLeverage": 1, "maxLeverage": 125, "priceScale": 2, "volScale": 0,
                "amountScale": 4, "priceUnit": 0.5, "volUnit": 1, "minVol": 1, "maxVol": 1000000,
                "bidLimitPriceRate": 0.1, "askLimitPriceRate": 0.1, "takerFeeRate": 0.0006,
                "makerFeeRate": 0.0002, "maintenanceMarginRate": 0.004,
                "initialMarginRate": 0.008, "riskBaseVol": 10_000, "riskIncrVol": 200_000,
                "riskIncrMmr": 0.004, "riskIncrImr": 0.004, "riskLevelLimit": 3,
                "riskLimitType": "BY_VOLUME", "riskLimitMode": "CUSTOM" if listed else "INCREASE",
                "riskLimitCustom": list(CUSTOM) if listed else None,
                "priceCoefficientVariation": 0.1, "indexOrigin": ["BINANCE"], "state": 0,
                "isNew": False, "isHot": True, "isHidden": False, "apiAllowed": True,
            })  # fmt: skip
        return told(rows)

    def spot(_):
        rows = [{
            "symbol": f"{coin}USDT", "status": "1", "baseAsset": coin, "baseAssetPrecision": 8,
            "quoteAsset": "USDT", "quotePrecision": 8, "quoteAssetPrecision": 8,
            "baseCommissionPrecision": 8, "quoteCommissionPrecision": 8,
            "orderTypes": ["LIMIT"], "isSpotTradingAllowed": True,
            "isMarginTradingAllowed": False, "quoteAmountPrecision": "1",
            "baseSizePrecision": "0.00001", "permissions": ["SPOT"], "filters": [],
            "maxQuoteAmount": "2000000", "makerCommission": "0", "takerCommission": "0.0005",
            "fullName": coin, "tradeSideType": 1,
        } for coin in world.coins]  # fmt: skip
        return {"timezone": "CST", "serverTime": world.now, "rateLimits": [],
                "exchangeFilters": [], "symbols": rows}  # fmt: skip

    def tickers(_):
        return told([
            {"contractId": 1, "symbol": symbol, "lastPrice": world.mark(coin) * 1.0001,
             "bid1": 1, "ask1": 2, "volume24": 1, "amount24": 1, "holdVol": 1,
             "lower24Price": 1, "high24Price": 1, "riseFallRate": -0.0176, "riseFallValue": -562,
             "indexPrice": world.index(coin), "fairPrice": world.mark(coin),
             "fundingRate": world.rate(coin), "maxBidPrice": 1, "minAskPrice": 1,
             "timestamp": world.now}
            for symbol, coin in coins.items()
        ])  # fmt: skip

    def rate(symbol):
        coin = coins[symbol]
        return {"symbol": symbol, "fundingRate": world.rate(coin), "maxFundingRate": 0.003,
                "minFundingRate": -0.003, "collectCycle": world.interval(coin),
                "nextSettleTime": world.next_settlement(coin), "timestamp": world.now}  # fmt: skip

    def history(asked):
        coin = coins[asked["symbol"]]
        page, size = int(asked["page_num"]), int(asked["page_size"])
        every = world.settled(coin, world.now - 400 * 86_400_000, world.now)[::-1]
        rows = [{"symbol": asked["symbol"], "fundingRate": world.rate(coin, at), "settleTime": at}
                for at in every[(page - 1) * size : page * size]]  # fmt: skip
        pages = -(-len(every) // size)
        return told({"pageSize": size, "totalCount": len(every), "totalPage": pages,
                     "currentPage": page, "resultList": rows})  # fmt: skip

    def klines(kind):
        def answer(asked):
            coin = coins[asked["symbol"]]
            basis = 1.0 if kind == "index" else BASIS
            hours = {"Min60": 1, "Hour4": 4}[asked["interval"]]
            start, end = (int(asked[name]) * 1000 for name in ("start", "end"))
            bars = world.bars(lambda at: world.index(coin, at) * basis, start, end, hours)
            columns = list(zip(*bars, strict=True)) or [[]] * 6
            names = ("time", "open", "high", "low", "close", "vol")
            found = {name: list(column) for name, column in zip(names, columns, strict=True)}
            return told({**found, "time": [at // 1000 for at in found["time"]]})

        return answer

    def spot_klines(asked):
        coin, hours = asked["symbol"][: -len("USDT")], {"60m": 1, "4h": 4}[asked["interval"]]
        bars = world.bars(lambda at: world.index(coin, at), asked["startTime"], asked["endTime"],
                          hours)  # fmt: skip
        return [
            [opens, *(f"{price!r}" for price in prices), f"{volume}", opens, "1"]
            for opens, *prices, volume in bars
        ][: int(asked["limit"])]

    return {
        "/api/v1/contract/detail": contracts,
        "/api/v3/exchangeInfo": spot,
        "/api/v1/contract/ticker": tickers,
        "/api/v1/contract/funding_rate": lambda _: told(list(map(rate, coins))),
        "/api/v1/contract/funding_rate/history": history,
        "/api/v1/contract/funding_rate/{symbol}": lambda asked: told(rate(asked["symbol"])),
        "/api/v1/contract/kline/{symbol}": klines("contract"),
        "/api/v1/contract/kline/index_price/{symbol}": klines("index"),
        "/api/v3/klines": spot_klines,
    }
