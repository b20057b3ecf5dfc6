#!/usr/bin/env python3
# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A small EMR for tests: FHIR R4 or R5 with SMART Backend Services, and calendars.

A process of its own with real HTTP. It verifies signed assertions (RS384, ES384) against the
key set registered for the client, issues tokens that expire, searches by `_lastUpdated`, pages
by opaque links, and fails on demand:

    emr_server.py --release R4 --data FOLDER [--auth smart|none]

prints its port as the first line. POST /_control takes JSON:
    set      {"skew": seconds, "token_seconds": n, "page": n, "auth": "none", …}
    put      [resource, …]      stored with the present time as lastUpdated
    restore  true: the data of the start again, no faults
    faults   [{"path": regex, "status": n, "headers": {}, "times": n, "body": text,
               "cut": true}]    answered instead of the real answer
    clients  {client id: {"keys": [jwk, …]}}
    calendars {name: {"text": …, "etag": …, "user": …, "password": …, "gone": true,
               "moved": path, "found": path, "token": [header, value]}}
GET /_control: {"requests": [[method, path], …], "refused": [reason, …], "now": iso}
"""

import argparse
import base64
import gzip
import json
import re
import secrets
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

SEARCHED = ("Appointment", "ServiceRequest", "Procedure", "Encounter", "Slot")
HELD = (*SEARCHED, "Location", "HealthcareService", "Schedule", "Patient")
_WHEN = {
    "Appointment": ("start",),
    "Slot": ("start",),
    "ServiceRequest": ("occurrenceDateTime", "authoredOn"),
    "Procedure": ("performedDateTime", "occurrenceDateTime"),
    "Encounter": ("plannedStartDate",),
}


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def number(text):
    return int.from_bytes(decoded(text), "big")


def verify(jwt, keys):
    """Claims of a JWT; ValueError with the reason when a server would refuse it."""
    head_text, claims_text, signature_text = jwt.split(".")
    head, claims = json.loads(decoded(head_text)), json.loads(decoded(claims_text))
    signed, signature = f"{head_text}.{claims_text}".encode(), decoded(signature_text)
    key = next((one for one in keys if one["kid"] == head.get("kid")), None)
    if key is None:
        raise ValueError("unknown kid")
    if head.get("typ") != "JWT" or head.get("alg") != key["alg"]:
        raise ValueError("alg")
    try:
        if head["alg"] == "ES384":
            point = ec.EllipticCurvePublicNumbers(
                number(key["x"]), number(key["y"]), ec.SECP384R1()
            )
            if len(signature) != 96:
                raise ValueError("signature length")
            r, s = (int.from_bytes(signature[i : i + 48], "big") for i in (0, 48))
            point.public_key().verify(
                encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA384())
            )
        elif head["alg"] == "RS384":
            rsa.RSAPublicNumbers(
                number(key["e"]), number(key["n"])
            ).public_key().verify(
                signature, signed, padding.PKCS1v15(), hashes.SHA384()
            )
        else:
            raise ValueError("alg")
    except InvalidSignature:
        raise ValueError("signature") from None
    return claims


def as_r5(resource):
    """An R4 resource in the shape of R5, as far as schedules go."""
    out = dict(resource)
    kind = out["resourceType"]
    if kind in ("Appointment", "Slot"):
        out["serviceType"] = [
            {"concept": one}
            for one in out.get("serviceType") or ()
            if isinstance(one, dict)
        ]
    if kind == "Appointment":
        out["reason"] = [{"concept": one} for one in out.pop("reasonCode", ())]
        out["participant"] = [
            {**one, "required": one.get("required") == "required"}
            for one in out.get("participant") or ()
        ]
        if "priority" in out:
            out["priority"] = {"text": str(out["priority"])}
    if kind == "ServiceRequest" and "code" in out:
        out["code"] = {"concept": out["code"]}
    if kind == "Procedure":
        for old in ("performedDateTime", "performedPeriod"):
            if old in out:
                out[old.replace("performed", "occurrence")] = out.pop(old)
    return out


class Emr:
    """The data and the faults, behind one lock."""

    def __init__(self, release, auth):
        self.release, self.auth = release, auth
        self.lock = threading.Lock()
        self.held = {kind: {} for kind in HELD}
        self.pages, self.tokens, self.jti = {}, {}, set()
        self.clients, self.faults, self.calendars = {}, [], {}
        self.requests, self.refused = [], []
        self.skew, self.page, self.token_seconds = 0.0, 10, 300
        self.rude = False  # includes patients nobody asked for
        self.foreign = self.loops = False
        self.base = ""

    def now(self):
        return datetime.now(UTC) + timedelta(seconds=self.skew)

    def put(self, resources, age=0.0):
        for resource in resources:
            kind = resource.get("resourceType")
            if kind not in self.held:
                continue
            resource = as_r5(resource) if self.release == "R5" else dict(resource)
            known = self.held[kind].get(resource["id"])
            version = int(known["meta"]["versionId"]) + 1 if known else 1
            stamp = self.now() - timedelta(seconds=age)
            resource["meta"] = {
                "versionId": str(version),
                "lastUpdated": stamp.isoformat(timespec="milliseconds"),
            }
            self.held[kind][resource["id"]] = resource

    # --- SMART --------------------------------------------------------------------------
    def token(self, form):
        """(status, answer) of the token endpoint."""

        def refuse(error, reason):
            self.refused.append(reason)
            return 400 if error != "invalid_client" else 401, {"error": error}

        if form.get("grant_type") != "client_credentials":
            return refuse("unsupported_grant_type", "grant")
        if not form.get("client_assertion_type", "").endswith("jwt-bearer"):
            return refuse("invalid_request", "assertion type")
        try:
            body = form["client_assertion"].split(".")[1]
            client = json.loads(decoded(body))["iss"]
            keys = self.clients[client]["keys"]
            claims = verify(form["client_assertion"], keys)
        except (KeyError, ValueError, IndexError) as error:
            return refuse("invalid_client", str(error))
        now = self.now().timestamp()
        if claims["sub"] != client or claims["aud"] != f"{self.base}/token":
            return refuse("invalid_client", "aud or sub")
        if not now < claims["exp"] <= now + 300:
            return refuse("invalid_client", "exp")
        if claims.get("iat", now) > now + 5:
            return refuse("invalid_client", "iat")
        if claims["jti"] in self.jti:
            return refuse("invalid_client", "jti")
        self.jti.add(claims["jti"])
        scopes = form.get("scope", "").split()
        if not scopes or any("Patient" in s or "*" in s for s in scopes):
            return refuse("invalid_scope", "scope")
        token = secrets.token_urlsafe(24)
        self.tokens[token] = (time.time() + self.token_seconds, scopes)
        return 200, {
            "access_token": token,
            "token_type": "bearer",
            "expires_in": self.token_seconds,
            "scope": " ".join(scopes),
        }

    def allowed(self, header, kind):
        """None, or the status that refuses."""
        if self.auth == "none":
            return None
        found = self.tokens.get((header or "").removeprefix("Bearer "))
        if not found or time.time() >= found[0]:
            return 401
        return None if any(f"system/{kind}." in s for s in found[1]) else 403

    # --- search -------------------------------------------------------------------------
    def search(self, kind, params):
        """First page of a search."""
        found = list(self.held[kind].values())
        includes = []
        for name, value in params:
            if name == "_lastUpdated":
                assert value[:2] == "ge"
                since = datetime.fromisoformat(value[2:])
                found = [
                    r
                    for r in found
                    if datetime.fromisoformat(r["meta"]["lastUpdated"]) >= since
                ]
            elif name in ("date", "occurrence", "start"):
                since = datetime.fromisoformat(value[2:])
                found = [
                    r
                    for r in found
                    if self._starts(r) is None or self._starts(r) >= since
                ]
            elif name == "_id":
                ids = set(value.split(","))
                found = [r for r in found if r["id"] in ids]
            elif name == "_include":
                includes.append(value)
        if ("_sort", "_lastUpdated") in params:
            found.sort(key=lambda r: r["meta"]["lastUpdated"])
        size = min(self.page, int(dict(params).get("_count", self.page)))
        return self.bundle(kind, found, includes, size)

    def _starts(self, resource):
        for name in _WHEN[resource["resourceType"]]:
            if resource.get(name):
                text = resource[name]
                try:
                    moment = datetime.fromisoformat(text)
                except ValueError:
                    return None
                return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return None

    def bundle(self, kind, found, includes, size):
        here, rest = found[:size], found[size:]
        entries = [
            {
                "fullUrl": f"{self.base}/fhir/{kind}/{resource['id']}",
                "resource": resource,
                "search": {"mode": "match"},
            }
            for resource in here
        ]
        wanted = {i.split(":")[2] for i in includes if i.count(":") == 2}
        if self.rude:
            wanted.add("Patient")
        for text in re.findall(r'"reference": "([A-Za-z]+/[^"]+)"', json.dumps(here)):
            target, ident = text.split("/")[:2]
            if target in wanted and ident in self.held.get(target, ()):
                entries.append(
                    {
                        "resource": self.held[target][ident],
                        "search": {"mode": "include"},
                    }
                )
        links = [{"relation": "self", "url": f"{self.base}/fhir/{kind}"}]
        if rest or self.loops:
            token = secrets.token_hex(8)
            self.pages[token] = (kind, found if self.loops else rest, includes, size)
            host = "https://elsewhere.example" if self.foreign else self.base
            links.append({"relation": "next", "url": f"{host}/fhir?_page={token}"})
        return {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": len(found),
            "link": links,
            "entry": entries,
        }

    def capabilities(self):
        return {
            "resourceType": "CapabilityStatement",
            "status": "active",
            "fhirVersion": {"R4": "4.0.1", "R5": "5.0.0"}.get(
                self.release, self.release
            ),
            "format": ["json"],
            "rest": [
                {
                    "mode": "server",
                    "resource": [
                        {
                            "type": kind,
                            "searchInclude": [f"{kind}:location", f"{kind}:actor", "*"],
                        }
                        for kind in SEARCHED
                    ],
                }
            ],
        }


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet
    emr = None

    def log_message(self, *args):  # the requests are told by /_control
        pass

    def date_time_string(self, timestamp=None):
        moment = (
            self.emr.now()
            if timestamp is None
            else datetime.fromtimestamp(timestamp, UTC)
        )
        return format_datetime(moment, usegmt=True)

    def answer(self, status, body=b"", kind="application/json", headers=(), cut=False):
        self.send_response(status)
        if isinstance(body, dict):
            body = json.dumps(body).encode()
        if (
            "gzip" in self.headers.get("Accept-Encoding", "")
            and len(body) > 500
            and not cut
        ):
            body = gzip.compress(body, 1)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        if cut:
            self.close_connection = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/_control":
            self.control(json.loads(body))
            return
        if self.fault():
            return
        if self.path == "/token":
            with self.emr.lock:
                status, found = self.emr.token(dict(parse_qsl(body.decode())))
            self.answer(status, found)
            return
        self.answer(404, {})

    def control(self, wanted):
        emr = self.emr
        with emr.lock:
            if wanted.get("restore"):
                emr.held = {kind: dict(held) for kind, held in emr.start.items()}
                emr.faults = []
            for name, value in wanted.get("set", {}).items():
                setattr(emr, name, value)
            emr.put(wanted.get("put", ()), wanted.get("age", 0.0))
            emr.faults += [dict(one) for one in wanted.get("faults", ())]
            emr.clients.update(wanted.get("clients", {}))
            for name, values in wanted.get("calendars", {}).items():
                emr.calendars.setdefault(name, {}).update(values)
            if wanted.get("forget"):
                emr.tokens.clear()
        self.answer(200, {})

    def fault(self):
        with self.emr.lock:
            self.emr.requests.append([self.command, self.path.split("?")[0]])
            for one in self.emr.faults:
                if re.search(one["path"], self.path) and one.get("times", 1) > 0:
                    if one.get("skip", 0) > 0:
                        one["skip"] -= 1
                        continue
                    one["times"] = one.get("times", 1) - 1
                    break
            else:
                return False
        headers = list(one.get("headers", {}).items())
        body = one.get("body", "").encode() * one.get("repeat", 1)
        if one.get("hang"):
            time.sleep(one["hang"])
        self.answer(
            one.get("status", 200), body, headers=headers, cut=one.get("cut", False)
        )
        return True

    def do_GET(self):
        emr = self.emr
        parts = urlsplit(self.path)
        if parts.path == "/_control":
            found = {"requests": emr.requests, "refused": emr.refused}
            found["now"] = emr.now().isoformat()
            emr.requests, emr.refused = [], []
            self.answer(200, found)
            return
        if self.fault():
            return
        with emr.lock:
            self.get(emr, parts)

    def get(self, emr, parts):
        path = parts.path
        if path == "/fhir/metadata":
            self.answer(200, emr.capabilities())
        elif path == "/fhir/.well-known/smart-configuration" and emr.auth == "smart":
            self.answer(
                200,
                {
                    "token_endpoint": f"{emr.base}/token",
                    "capabilities": ["client-confidential-asymmetric", "permission-v2"],
                },
            )
        elif path.startswith("/cal/"):
            self.calendar(emr, path[5:])
        elif path == "/fhir" and "_page" in parse_qs(parts.query):
            kind, *rest = emr.pages.get(parse_qs(parts.query)["_page"][0], (None,))
            refused = emr.allowed(self.headers.get("Authorization"), kind)
            if refused or kind is None:
                self.answer(refused or 410, {"resourceType": "OperationOutcome"})
            else:
                self.answer(200, emr.bundle(kind, *rest))
        elif path.startswith("/fhir/") and path[6:] in emr.held:
            refused = emr.allowed(self.headers.get("Authorization"), path[6:])
            params = parse_qsl(parts.query)
            if refused:
                self.answer(refused, {"resourceType": "OperationOutcome"})
            else:
                self.answer(200, emr.search(path[6:], params))
        else:
            self.answer(404, {"resourceType": "OperationOutcome"})

    def calendar(self, emr, name):
        found = emr.calendars.get(name)
        if found is None or found.get("gone"):
            self.answer(410 if found else 404)
            return
        for key, status in (("moved", 301), ("found", 302)):
            if found.get(key):
                self.answer(status, headers=[("Location", found[key])])
                return
        if found.get("user"):
            pair = f"{found['user']}:{found['password']}".encode()
            if (
                self.headers.get("Authorization")
                != f"Basic {base64.b64encode(pair).decode()}"
            ):
                self.answer(401)
                return
        if (
            found.get("token")
            and self.headers.get(found["token"][0]) != found["token"][1]
        ):
            self.answer(403)
            return
        etag = found.get("etag")
        if etag and self.headers.get("If-None-Match") == etag:
            self.answer(304, headers=[("ETag", etag)])
            return
        headers = [("ETag", etag)] if etag else []
        self.answer(200, found["text"].encode(), "text/calendar", headers)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--release", default="R4")
    parser.add_argument("--auth", choices=("smart", "none"), default="smart")
    parser.add_argument("--data", type=Path, action="append", default=[])
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args(argv)
    emr = Emr(options.release, options.auth)
    for folder in options.data:
        for path in sorted(folder.glob("*.json*")):
            raw = path.read_bytes()
            found = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)
            entries = found.get("entry") if found["resourceType"] == "Bundle" else None
            emr.put([e["resource"] for e in entries] if entries else [found], age=600)
    emr.start = {kind: dict(held) for kind, held in emr.held.items()}
    Handler.emr = emr
    server = ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    emr.base = f"http://127.0.0.1:{server.server_address[1]}"
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
