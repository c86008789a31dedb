"""What WEEX answers, in the shape of its documentation: linear perpetuals, names of pairs."""

from venue_world import BASIS, HOUR


def answers(world):
    bases = {coin: "1000SHIB" if coin == "SHIB" else coin for coin in world.coins}
    coins = {f"{base}USDT": coin for coin, base in bases.items()}

    def times(symbol):
        return 1000 if symbol.startswith("1000") else 1

    def contracts(_):
        rows = [{
            "symbol": symbol, "baseAsset": bases[coin], "quoteAsset": "USDT",
            "marginAsset": "USDT", "pricePrecision": 1, "quantityPrecision": 6,
            "baseAssetPrecision": 3, "quotePrecision": 8, "contractVal": 0.000001,
            "delivery": ["00:00:00", "08:00:00", "16:00:00"], "forwardContractFlag": True,
            "minLeverage": 1, "maxLeverage": 400, "buyLimitPriceRatio": 0.016,
            "sellLimitPriceRatio": 0.015, "makerFeeRate": 0.0002, "takerFeeRate": 0.0008,
            "minOrderSize": 0.0001, "maxOrderSize": 10000, "maxPositionSize": 20000000,
            "marketOpenLimitSize": 12000,
        } for symbol, coin in coins.items()]  # fmt: skip
        return {"assets": [{"asset": "USDT", "marginAvailable": True}], "symbols": rows}

    def spot(_):
        rows = [{
            "symbol": f"{coin}USDT", "status": "TRADING", "baseAsset": coin,
            "baseAssetPrecision": "8", "quoteAsset": "USDT", "quoteAssetPrecision": "8",
            "tickSize": "0.01", "stepSize": "0.00001", "minTradeAmount": "0.0001",
            "maxTradeAmount": "99999", "takerFeeRate": "0.001", "makerFeeRate": "0.001",
            "enableTrade": True, "enableDisplay": True,
        } for coin in world.coins]  # fmt: skip
        return {"symbols": rows}

    def premium(_):
        return [{
            "symbol": symbol, "markPrice": f"{world.mark(coin) * times(symbol)!r}",
            "indexPrice": f"{world.index(coin) * times(symbol)!r}",
            "lastFundingRate": f"{world.rate(coin):.8f}", "forecastFundingRate": "0.00025",
            "interestRate": "0.0001", "nextFundingTime": world.next_settlement(coin),
            "time": world.now, "collectCycle": world.interval(coin) * 60,
        } for symbol, coin in coins.items()]  # fmt: skip

    def tickers(_):
        return [{
            "symbol": symbol, "priceChange": "150.5", "priceChangePercent": "0.22",
            "lastPrice": f"{world.mark(coin) * times(symbol) * 1.0001!r}", "openPrice": "1",
            "highPrice": "1", "lowPrice": "1", "volume": "1", "quoteVolume": "1",
            "markPrice": f"{world.mark(coin) * times(symbol)!r}",
            "indexPrice": f"{world.index(coin) * times(symbol)!r}", "openTime": world.now,
            "closeTime": world.now,
        } for symbol, coin in coins.items()]  # fmt: skip

    def funding(asked):
        coin = coins[asked["symbol"]]
        found = world.settled(coin, asked["startTime"], asked["endTime"])[::-1]
        # It settles some seconds after the full hour, and says so.
        return [
            {"symbol": asked["symbol"], "fundingRate": f"{world.rate(coin, at):.8f}",
             "fundingTime": at + 5456, "markPrice": "1"} for at in found
        ][: int(asked["limit"])]  # fmt: skip

    def klines(asked):
        symbol = asked["symbol"]
        basis = 1.0 if asked.get("priceType") == "INDEX" else BASIS
        hours = int(asked["interval"].removesuffix("h"))
        bars = world.bars(lambda at: world.index(coins[symbol], at) * basis * times(symbol),
                          asked["startTime"], asked["endTime"], hours)  # fmt: skip
        return [
            [opens, *(f"{price!r}" for price in prices), f"{volume}", opens + hours * HOUR,
             "1", 1, "1", "1"] for opens, *prices, volume in bars
        ][:100]  # fmt: skip

    return {
        "/capi/v3/market/exchangeInfo": contracts,
        "/api/v3/exchangeInfo": spot,
        "/capi/v3/market/premiumIndex": premium,
        "/capi/v3/market/ticker/24hr": tickers,
        "/capi/v3/market/fundingRate": funding,
        "/capi/v3/market/historyKlines": klines,
    }
