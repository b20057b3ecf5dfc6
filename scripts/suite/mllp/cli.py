# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The command `scripts/mllp_listen`."""

import argparse
import asyncio
import contextlib
import ipaddress
import logging
import os
import signal
import ssl
import sys
from pathlib import Path

from ..rpc import NoAnswer, RpcError

SECRET = "ODOO_API_KEY"
EPILOG = f"""\
Each message is answered AA only after Odoo has committed it; AE when it, or a part of it, cannot be stored
(its position and reason stand in the answer and in the feed's quarantine), AR when it is no schedule message.
While Odoo is down messages wait, and are stored when it is back; after --patience they are answered AE.
A message that comes again changes nothing and is answered as before. No message is written to disk or log.

Senders may use the original or the enhanced acknowledgement mode (MSH-15, MSH-16), batches (FHS, BHS), and any
character set that MSH-18 names; they are answered in theirs. One listener can serve several feeds: --feed-of
names the feed of the senders of an address or network.

The user must be an integration account of the feed. Its password, or better an API key, is read from
--password-file or the environment variable {SECRET}, never from the command line.

example:
  {SECRET}=… scripts/mllp_listen --db omni --login emr --feed siu-theatre --port 2575
  {SECRET}=… scripts/mllp_listen --db omni --login emr --feed siu-theatre --host 0.0.0.0 --allow 10.2.0.0/16 \\
      --feed-of 10.2.7.0/24=siu-endoscopy --tls-cert server.pem --tls-key server.key --tls-ca hospital-ca.pem
"""


def parser():
    """The argument parser."""
    out = argparse.ArgumentParser(
        prog="scripts/mllp_listen",
        description="Take HL7 v2 schedule messages (SIU, ORM, OMG) over MLLP for a feed of Odoo.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    out.add_argument("--url", default="http://127.0.0.1:8069")
    out.add_argument("--db", required=True)
    out.add_argument("--login", required=True, help="an integration account")
    out.add_argument("--password-file", type=Path, help="file that holds its password or API key")
    out.add_argument("--feed", required=True, help="source name or id of the feed")
    out.add_argument("--host", default="127.0.0.1", help="address to listen at (default: only this machine)")
    out.add_argument("--port", type=int, default=2575)
    out.add_argument("--tls-cert", type=Path, help="PEM certificate: listen with TLS")
    out.add_argument("--tls-key", type=Path)
    out.add_argument("--tls-ca", type=Path, help="PEM: only senders with a certificate of this authority")
    out.add_argument(
        "--allow", action="append", default=[], type=network, metavar="NETWORK",
        help="only senders of this address or network may connect (may be repeated)",
    )  # fmt: skip
    out.add_argument(
        "--feed-of", action="append", default=[], type=route, metavar="NETWORK=FEED",
        help="feed of the senders of this address or network (may be repeated)",
    )  # fmt: skip
    out.add_argument("--idle", type=float, default=3600, help="seconds without a message until a connection"
                     " is closed (default 3600; 0: never)")  # fmt: skip
    out.add_argument("--always-answer", action="store_true", help="answer every message with AA, AE or AR, also"
                     " where MSH-15 and MSH-16 ask for something else")  # fmt: skip
    out.add_argument("--max-connections", type=int, default=500, help="open at once (default 500)")
    out.add_argument("--patience", type=float, default=300, help="seconds to wait for Odoo (default 300)")
    out.add_argument("--max-bytes", type=int, default=2 * 1024 * 1024, help="largest message (default 2 MB)")
    return out


def network(text):
    """An address or network; argparse tells a ValueError."""
    return ipaddress.ip_network(text, strict=False)


def route(text):
    """(network, feed) of NETWORK=FEED."""
    place, sign, feed = text.partition("=")
    if not sign or not feed:
        raise argparse.ArgumentTypeError(f"{text!r} is not NETWORK=FEED")
    return network(place), feed


def secret(path, environ):
    """:raises ValueError: there is none"""
    if path is not None:
        try:
            text = path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ValueError(f"--password-file: {error.strerror}: {path}") from None
    else:
        text = environ.get(SECRET, "")
    if not text:
        raise ValueError(f"no password: name --password-file or set {SECRET}")
    return text


def main(argv=None):
    """Run until SIGTERM or SIGINT; returns the exit status."""
    options = parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    from .store import Odoo, connector

    try:
        password = secret(options.password_file, os.environ)
        context = tls(options.tls_cert, options.tls_key, options.tls_ca)
        feeds = [options.feed, *(feed for _network, feed in options.feed_of)]
        odoo = Odoo(connector(options.url, options.db, options.login, password), feeds)
        with contextlib.suppress(NoAnswer):  # down now: it may be up when the first message comes
            odoo.open()
        asyncio.run(listen(odoo, options, context))
    except (ValueError, RpcError, OSError) as error:
        print(f"mllp_listen: {error}", file=sys.stderr)
        return 2
    return 0


def tls(certificate, key, authority=None):
    """The server's TLS context, or None.

    :param authority: file of the authority whose clients alone may connect
    :raises ValueError: the files cannot be used
    """
    if certificate is None:
        if authority is not None:
            raise ValueError("--tls-ca needs --tls-cert")
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise ValueError(f"--tls-cert {certificate}: {error}") from None
    if authority is not None:
        try:
            context.load_verify_locations(authority)
        except (OSError, ssl.SSLError) as error:
            raise ValueError(f"--tls-ca {authority}: {error}") from None
        context.verify_mode = ssl.CERT_REQUIRED
    return context


async def listen(odoo, options, context):
    """Serve until a signal; messages in hand are finished."""
    from .listener import Door, Listener
    from .store import Store

    store = Store(odoo, options.patience)
    door = Door(options.feed, options.feed_of, options.allow, options.max_bytes, options.idle, options.max_connections)
    listener = Listener(store, door)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    sender = asyncio.create_task(store.run())
    server = await listener.start(options.host, options.port, context)
    port = server.sockets[0].getsockname()[1]
    print(f"listening on {options.host}:{port} for feed {options.feed}", flush=True)
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([stopped, sender], return_when=asyncio.FIRST_COMPLETED)
    server.close()
    await listener.finish(30)
    sender.cancel()
    print(f"stopped: {store.stored} stored, {store.refused} answered AE or AR", flush=True)
