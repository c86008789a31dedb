"""No test reaches any machine but this one: a connection to another address is an error."""

import ipaddress
import socket
import sys

HERE = {"", "localhost", "localhost.localdomain", socket.gethostname().casefold()}


class Elsewhere(AssertionError):  # noqa: N818  # it says what is wrong
    """A test wanted to reach another machine."""


def is_here(host):
    """Whether a name or an address is this machine's own."""
    host = host.decode() if isinstance(host, bytes) else host or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.casefold() in HERE


def refuse_others(event, arguments):
    """An audit hook of Python's: it is asked before anything is looked up or reached."""
    if event == "socket.connect":
        reached, address = arguments
        # A datagram socket that is connected sends nothing: so a program learns its own address.
        if isinstance(address, tuple) and reached.type != socket.SOCK_DGRAM:
            host = address[0]
        else:
            return
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if not is_here(host):
        raise Elsewhere(f"a test wanted to reach {host}")


def stay_here():
    """Refuse from now on, in this process."""
    sys.addaudithook(refuse_others)
