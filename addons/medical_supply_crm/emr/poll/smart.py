# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""SMART Backend Services: keys, key sets and access tokens.

Sources: SMART App Launch 2.2, "Backend Services" and "Client Authentication: Asymmetric";
RFC 7515/7518 (signatures), RFC 7517 (key sets), RFC 7638 (thumbprints), RFC 6749 5.2 (errors).
"""

import base64
import hashlib
import json
import secrets
from urllib.parse import urljoin

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from .web import FetchError, check_url, origin

ALGORITHMS = ("ES384", "RS384")
LIFETIME = 240  # seconds; a server may refuse more than 300
_EARLY = 30  # seconds before its end at which a token is renewed
_ERRORS = frozenset(
    "invalid_request invalid_client invalid_grant unauthorized_client"
    " unsupported_grant_type invalid_scope".split()
)
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def generate_key(algorithm="ES384"):
    """A new private key as PEM text.

    :param algorithm: one of `ALGORITHMS`
    :raises ValueError: another algorithm
    """
    if algorithm == "ES384":
        key = ec.generate_private_key(ec.SECP384R1())
    elif algorithm == "RS384":
        key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    else:
        raise ValueError(f"algorithm must be one of {', '.join(ALGORITHMS)}")
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def load_key(pem):
    """(private key, algorithm) of a PEM text.

    :raises ValueError: no EC P-384 or RSA (2048 bits and more) private key
    """
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, AttributeError):
        # the library's message may quote the key
        raise ValueError("this is not an unencrypted private key in PEM form") from None
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name == "secp384r1":
        return key, "ES384"
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 2048:
        return key, "RS384"
    raise ValueError("the key must be EC P-384 (ES384) or RSA of 2048 bits (RS384)")


def public_jwk(pem):
    """The public half as a JSON Web Key (dict) with `kid`, as a server wants to have it.

    :raises ValueError: as `load_key`
    """
    key, algorithm = load_key(pem)
    numbers = key.public_key().public_numbers()
    if algorithm == "ES384":
        needed = {
            "crv": "P-384",
            "kty": "EC",
            "x": _b64(numbers.x.to_bytes(48, "big")),
            "y": _b64(numbers.y.to_bytes(48, "big")),
        }
    else:
        needed = {"e": _integer(numbers.e), "kty": "RSA", "n": _integer(numbers.n)}
    # RFC 7638: the required members in order, without spaces
    text = json.dumps(needed, sort_keys=True, separators=(",", ":"))
    kid = _b64(hashlib.sha256(text.encode()).digest())
    return {**needed, "alg": algorithm, "use": "sig", "key_ops": ["verify"], "kid": kid}


def assertion(pem, client_id, audience, now):
    """Signed JWT by which the client names itself to the token endpoint.

    :param audience: address of the token endpoint
    :param now: seconds since 1970, on the server's clock
    """
    key, algorithm = load_key(pem)
    head = {"alg": algorithm, "kid": public_jwk(pem)["kid"], "typ": "JWT"}
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "iat": int(now) - 5,
        "exp": int(now) + LIFETIME,
        "jti": secrets.token_urlsafe(24),
    }
    text = ".".join(_b64(json.dumps(part).encode()) for part in (head, claims))
    if algorithm == "ES384":
        r, s = decode_dss_signature(key.sign(text.encode(), ec.ECDSA(hashes.SHA384())))
        signature = r.to_bytes(48, "big") + s.to_bytes(48, "big")
    else:
        signature = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA384())
    return f"{text}.{_b64(signature)}"


def _b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _integer(value):
    return _b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class Tokens:
    """Access tokens for one FHIR server.

    :param web: `web.Web`
    :param base: address of the FHIR server
    :param types: resource types to ask for, and nothing else
    :param token_url: token endpoint; default: what the server's smart-configuration says
    """

    def __init__(self, web, base, client_id, pem, types, token_url=None):
        self._web, self._base, self._client_id = web, base.rstrip("/") + "/", client_id
        self._pem, self._types, self._token_url = pem, list(types), token_url or None
        self._configuration = None
        self._token, self._until = None, 0.0

    def header(self, renew=False):
        """The Authorization header, with a token that is still good.

        :param renew: True when the server has refused the present one
        :raises FetchError:
        """
        if renew or not self._token or self._web.clock() >= self._until:
            self._fetch()
        return {"Authorization": f"Bearer {self._token}"}

    def configuration(self):
        """The server's smart-configuration (dict); {} where it has none but none is needed.

        :raises FetchError: code no-smart
        """
        if self._configuration is None:
            answer = self._web.get(
                urljoin(self._base, ".well-known/smart-configuration"),
                {"Accept": "application/json"},
            )
            found = _json(answer.body) if answer.status == 200 else None
            endpoint = found.get("token_endpoint") if isinstance(found, dict) else None
            if not isinstance(endpoint, str) and not self._token_url:
                raise FetchError(
                    "no-smart",
                    "the server has no .well-known/smart-configuration with a token"
                    " endpoint: enter the token address",
                    status=answer.status,
                )
            self._configuration = found if isinstance(found, dict) else {}
        return self._configuration

    def endpoint(self):
        """Address of the token endpoint.

        :raises FetchError:
        """
        url = self.configuration().get("token_endpoint")
        return check_url(self._token_url or url, self._web.allow_plain)

    def scopes(self):
        """Read and search of the wanted types; in the form the server speaks."""
        known = self.configuration().get("capabilities") or []
        named = self.configuration().get("scopes_supported") or []
        texts = [one for one in [*known, *named] if isinstance(one, str)]
        first = "permission-v1" in texts and "permission-v2" not in texts
        first = first or any(
            one.startswith("system/") and one.endswith(".read") for one in texts
        )
        first = first and not any(
            one.startswith("system/") and one.endswith(".rs") for one in texts
        )
        suffix = "read" if first else "rs"
        return " ".join(f"system/{name}.{suffix}" for name in self._types)

    def _fetch(self):
        self._token = None
        endpoint = self.endpoint()
        if origin(self._base)[0] == "https" and origin(endpoint)[0] != "https":
            raise FetchError(
                "bad-url", "the token endpoint is not encrypted", final=True
            )
        answer = self._ask(endpoint)
        if answer.status in (400, 401) and self._web.skew:
            # its clock was not known when the assertion was made
            answer = self._ask(endpoint)
        found = _json(answer.body)
        found = found if isinstance(found, dict) else {}
        token = found.get("access_token")
        if answer.status != 200 or not isinstance(token, str) or not token:
            reason = found.get("error")
            reason = reason if reason in _ERRORS else f"status {answer.status}"
            raise FetchError(
                "token-refused",
                f"the server gave no access token ({reason}): check client id, public"
                " key and scopes at the server",
                status=answer.status,
            )
        if not token.isascii() or any(sign.isspace() for sign in token):
            raise FetchError("token-refused", "the access token is not usable")
        lasts = found.get("expires_in")
        lasts = lasts if isinstance(lasts, int | float) and lasts > 0 else 300
        self._token = token
        self._until = self._web.clock() + max(lasts - _EARLY, lasts / 2)

    def _ask(self, endpoint):
        now = self._web.clock() + self._web.skew
        return self._web.post(
            endpoint,
            {
                "grant_type": "client_credentials",
                "scope": self.scopes(),
                "client_assertion_type": _ASSERTION,
                "client_assertion": assertion(
                    self._pem, self._client_id, endpoint, now
                ),
            },
            {"Accept": "application/json"},
        )


def _json(body):
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
