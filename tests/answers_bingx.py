"""What BingX answers, in the shape of its documentation: linear and inverse perpetuals, spot."""

from venue_world import BASIS


def told(data):
    return {"code": 0, "msg": "", "data": data}


def answers(world):
    bases = {coin: "1000SHIB" if coin == "SHIB" else coin for coin in world.coins}
    linear = {f"{base}-USDT": coin for coin, base in bases.items()}
    inverse = {f"{coin}-USD": coin for coin in world.coins if coin != "SHIB"}
    coins = linear | inverse

    def times(symbol):
        return 1000 if symbol.startswith("1000") else 1

    def contracts(_):
        return told([
            {"contractId": str(100 + number), "symbol": symbol, "size": "0",
             "quantityPrecision": 4, "pricePrecision": 1, "feeRate": 0.0005,
             "makerFeeRate": 0.00021, "takerFeeRate": 0.00052, "tradeMinLimit": 0,
             "tradeMinQuantity": 0.0001, "tradeMinUSDT": 2, "maxLongLeverage": 125,
             "maxShortLeverage": 100, "currency": "USDT", "asset": bases[coin], "status": 1,
             "apiStateOpen": "true", "apiStateClose": "true", "ensureTrigger": True,
             "triggerFeeRate": "0.0005"}
            for number, (symbol, coin) in enumerate(linear.items())
        ])  # fmt: skip

    def coin_m(_):
        return told([
            {"symbol": symbol, "pricePrecision": 1, "minTickSize": "100" if coin == "BTC" else "10",
             "minTradeValue": "100" if coin == "BTC" else "10", "minQty": "1.00000000", "status": 1,
             "timeOnline": 1713175200000}
            for symbol, coin in inverse.items()
        ])  # fmt: skip

    def spot(_):
        return told({"symbols": [
            {"symbol": f"{coin}-USDT", "minQty": 0.0001, "maxQty": 18, "minNotional": 5,
             "maxNotional": 500000, "status": 1, "tickSize": 0.01, "stepSize": 0.00001,
             "apiStateSell": True, "apiStateBuy": True, "timeOnline": 0, "offTime": 0,
             "maintainTime": 0}
            for coin in world.coins
        ]})  # fmt: skip

    def premium(symbols, more):
        return lambda _: told([
            {"symbol": symbol, "markPrice": f"{world.mark(coin) * times(symbol)!r}",
             "indexPrice": f"{world.index(coin) * times(symbol)!r}",
             "lastFundingRate": f"{world.rate(coin):.8f}",
             "nextFundingTime": world.next_settlement(coin), "updateTime": world.now,
             **({"fundingIntervalHours": world.interval(coin)} if more else {})}
            for symbol, coin in symbols.items()
        ])  # fmt: skip

    def tickers(symbols):
        return lambda _: told([
            {"symbol": symbol, "priceChange": "1", "priceChangePercent": "4.15%",
             "lastPrice": f"{world.mark(coin) * times(symbol) * 1.0001!r}", "lastQty": "10",
             "highPrice": "1", "lowPrice": "1", "volume": "1", "quoteVolume": "1",
             "openPrice": "1", "openTime": world.now, "closeTime": world.now, "askPrice": "1",
             "askQty": "1", "bidPrice": "1", "bidQty": "1"}
            for symbol, coin in symbols.items()
        ])  # fmt: skip

    def funding(asked):
        coin = linear[asked["symbol"]]
        found = world.settled(coin, asked["startTime"], asked["endTime"])[::-1]
        return told([
            {"symbol": asked["symbol"], "fundingRate": f"{world.rate(coin, at):.8f}",
             "fundingTime": at} for at in found
        ][: int(asked["limit"])])  # fmt: skip

    def klines(shape):
        def answer(asked):
            symbol = asked["symbol"]
            coin = symbol.split("-")[0] if shape == "spot" else coins[symbol]
            basis = 1.0 if shape == "spot" else BASIS
            hours = int(asked["interval"].removesuffix("h"))
            bars = world.bars(lambda at: world.index(coin, at) * basis * times(symbol),
                              asked["startTime"], asked["endTime"], hours)  # fmt: skip
            rows = []
            for opens, first, high, low, close, volume in bars:
                if shape == "spot":
                    rows.append([opens, first, high, low, close, volume, opens + 1, 1])
                else:
                    rows.append({"open": f"{first!r}", "high": f"{high!r}", "low": f"{low!r}",
                                 "close": f"{close!r}", "volume": f"{volume}",
                                 "time": opens})  # fmt: skip
            return told(rows[: int(asked["limit"])][::-1])

        return answer

    return {
        "/openApi/swap/v2/quote/contracts": contracts,
        "/openApi/cswap/v1/market/contracts": coin_m,
        "/openApi/spot/v1/common/symbols": spot,
        "/openApi/swap/v2/quote/premiumIndex": premium(linear, more=True),
        "/openApi/cswap/v1/market/premiumIndex": premium(inverse, more=False),
        "/openApi/swap/v2/quote/ticker": tickers(linear),
        "/openApi/cswap/v1/market/ticker": tickers(inverse),
        "/openApi/swap/v2/quote/fundingRate": funding,
        "/openApi/swap/v3/quote/klines": klines("swap"),
        "/openApi/cswap/v1/market/klines": klines("swap"),
        "/openApi/spot/v1/market/kline": klines("spot"),
    }
