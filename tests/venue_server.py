"""The five venues on this machine: a server on 127.0.0.1 that speaks their paths; ccxt sent there.

What it answers stands in `answers_VENUE.py`, a function of the question for each path. It can fail
as venues do: `VenueServer.fail`. For very many questions it answers without a socket.
"""

import importlib
import io
import json
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

from requests import Response
from requests.adapters import BaseAdapter
from venue_world import World

from xlhedge.market import client

VENUES = ("binance", "bybit", "bingx", "weex", "mexc")
CUT = "cut"
"""In the place of a status: the connection ends without an answer."""
HTML = b"<html><body>Service unavailable</body></html>"


@dataclass
class Fault:
    """What goes wrong with a question.

    Args:
        path: a pattern that is found in the venue and the path of it.
        status: what is answered, or `CUT`.
        body: likewise.
        headers: likewise.
        times: how often.
    """

    path: str
    status: object
    body: bytes = b"{}"
    headers: dict = field(default_factory=dict)
    times: int = 1_000_000


class VenueServer:
    """Answers as venues do.

    Args:
        world: what they tell of.

    Attributes:
        calls: the questions that came: method, venue and path, what was asked, headers.
        altered: takes the path and the answer, and gives the answer that is sent.
    """

    def __init__(self, world=None):
        self.world = world or World()
        self.calls, self.faults = [], []
        self.answers = {venue: self._of(venue) for venue in VENUES}
        self.altered = lambda _, answer: answer
        self.headers = {}
        self.base = ""

    def _of(self, venue):
        found = importlib.import_module(f"answers_{venue}").answers(self.world)
        return [(re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), answer)
                for path, answer in found.items()]  # fmt: skip

    def fail(self, path, status, **how):
        """Let questions fail whose venue and path have a pattern in them."""
        self.faults.append(Fault(path, status, **how))

    def respond(self, method, target, headers, asked=b""):
        """The status, the headers and the body that a question is answered with; None: cut off."""
        url = urlsplit(target)
        _, venue, path = url.path.split("/", 2)
        query = dict(parse_qsl(url.query)) | json.loads(asked or b"{}")
        self.calls.append((method, f"{venue}/{path}", query, dict(headers)))
        for fault in self.faults:
            if fault.times and re.search(fault.path, f"{venue}/{path}"):
                fault.times -= 1
                return None if fault.status == CUT else (fault.status, fault.headers, fault.body)
        for pattern, answer in self.answers[venue]:
            if found := pattern.fullmatch(f"/{path}"):
                said = answer({**query, **found.groupdict()})
                said = self.altered(f"{venue}/{path}", said)
                return 200, self.headers, json.dumps(said).encode()
        return 404, {}, json.dumps({"msg": f"no such path: {target}"}).encode()

    def sent_here(self, exchange):
        """A client of ccxt's whose every address is ours."""
        exchange.urls["api"] = self._moved(exchange.urls["api"], exchange.id)
        exchange.enableRateLimit = False
        return exchange

    def _moved(self, urls, venue):
        if isinstance(urls, dict):
            return {name: self._moved(url, venue) for name, url in urls.items()}
        return re.sub(r"^https?://[^/]+", f"{self.base}/{venue}", urls)

    @contextmanager
    def listening(self):
        """While it answers on a port of 127.0.0.1."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.base = f"http://127.0.0.1:{server.server_address[1]}"
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()

    def made(self, exchange_of, *, sockets=True):
        """In the place of `client.exchange_of`: the same, sent here."""
        here = _Here(self)

        def make(venue, settings):
            exchange = self.sent_here(exchange_of(venue, settings))
            if not sockets:
                exchange.session.mount("http://", here)
            return exchange

        return make

    def here(self, monkeypatch, *, sockets=True):
        """Send every client here that is made from now on; nobody waits between questions."""
        self.base = self.base or "http://127.0.0.1:1"
        made = self.made(client.exchange_of, sockets=sockets)
        monkeypatch.setattr(client, "exchange_of", made)
        monkeypatch.setattr(client, "BACKOFF", 0.001)
        return self


class _Here(BaseAdapter):
    """Answers of the server for requests, without a socket."""

    def __init__(self, server):
        super().__init__()
        self.server = server

    def send(self, request, **_):
        answer = self.server.respond(
            request.method, request.url, request.headers, request.body or b""
        )
        response = Response()
        response.status_code, headers, body = answer
        response.headers.update(headers)
        response.raw, response.url, response.request = io.BytesIO(body), request.url, request
        return response

    def close(self):
        """Nothing is open."""


def _handler(server):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):  # the library's name
            asked = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = server.respond(self.command, self.path, self.headers, asked)
            if answer is None:
                self.close_connection = True
                self.connection.close()
                return
            status, headers, body = answer
            self.send_response_only(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Date", headers.get("Date", self.date_time_string()))
            for name, value in headers.items():
                if name != "Date":
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815  # the library's name

        def log_message(self, *_):
            pass

    return Handler
