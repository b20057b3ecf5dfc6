# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
import re
import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...emr.poll import FetchError, check_url
from ...emr.poll.fhir_server import TYPES
from ...emr.poll.smart import generate_key, load_key, public_jwk

MANAGER = "medical_supply_crm.group_medical_manager"
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}\Z")


class MedicalFeed(models.Model):
    """Where a feed is fetched from, and how it is let in there.

    Secrets lie in system parameters, as the feed's hash key does: they can be set, but
    not be read back by anybody but the administrator of the database.
    """

    _inherit = "medical.feed"

    transport = fields.Selection(
        [
            ("push", "Sent to Us (RPC, MLLP, Upload)"),
            ("fhir", "FHIR Server (REST)"),
            ("ical", "Calendar Address"),
            ("folder", "Drop Folder"),
        ],
        required=True,
        default="push",
    )
    url = fields.Char(
        string="Address",
        groups=MANAGER,
        help="Address of the FHIR server (its base, without a resource) or of the "
        "calendar.",
    )
    is_plain_allowed = fields.Boolean(
        string="Allow Unencrypted Address",
        groups=MANAGER,
        help="Accept http://. Only within a network that both sides trust.",
    )
    auth_method = fields.Selection(
        [
            ("none", "None"),
            ("basic", "User Name and Password"),
            ("header", "Token in a Header"),
            ("smart", "SMART Backend Services (Signed Key)"),
        ],
        string="Sign-in",
        required=True,
        default="none",
    )
    auth_name = fields.Char(
        string="User or Client ID",
        groups=MANAGER,
        help="User name, or the client id that the server has given us.",
    )
    auth_header = fields.Char(string="Header", default="Authorization", groups=MANAGER)
    auth_secret = fields.Char(
        string="Password or Token",
        compute="_compute_auth_secret",
        inverse="_inverse_auth_secret",
        groups=MANAGER,
        help="Can be set, not read.",
    )
    has_secret = fields.Boolean(compute="_compute_auth_secret", groups=MANAGER)
    token_url = fields.Char(
        string="Token Address",
        groups=MANAGER,
        help="Only where the server does not say it itself "
        "(.well-known/smart-configuration).",
    )
    key_algorithm = fields.Selection(
        [("ES384", "ES384 (EC P-384)"), ("RS384", "RS384 (RSA)")],
        default="ES384",
        groups=MANAGER,
    )
    public_jwks = fields.Json(
        string="Public Key Set", readonly=True, copy=False, groups=MANAGER
    )
    public_jwks_text = fields.Text(
        string="Public Key", compute="_compute_public_jwks_text", groups=MANAGER
    )
    jwks_token = fields.Char(readonly=True, copy=False, groups=MANAGER)
    jwks_url = fields.Char(
        string="Key Set Address",
        compute="_compute_public_jwks_text",
        groups=MANAGER,
        help="To be entered at the server, which then follows a change of the key.",
    )
    resource_types = fields.Char(
        default="Appointment",
        help="FHIR resources to ask for, separated by commas: "
        "Appointment, ServiceRequest, Procedure, Encounter, Slot.",
    )
    poll_minutes = fields.Integer(
        string="Ask Every (Minutes)", default=15, help="Only for feeds that we fetch."
    )

    # -- secrets ---------------------------------------------------------------------------
    def _secret_name(self, what):
        return f"medical_supply_crm.feed_{what}.{self.id}"

    def _secret(self, what):
        # sudo: a secret is readable by nobody but the system
        parameters = self.env["ir.config_parameter"].sudo()
        return parameters.get_param(self._secret_name(what)) or ""

    def _set_secret(self, what, value):
        self.env["ir.config_parameter"].sudo().set_param(
            self._secret_name(what), value or False
        )

    @api.depends("auth_method")
    def _compute_auth_secret(self):
        for feed in self:
            feed.auth_secret = False
            feed.has_secret = bool(
                feed._origin.id and feed._origin._secret("auth_secret")
            )

    def _inverse_auth_secret(self):
        for feed in self:
            if feed.auth_secret:
                feed._set_secret("auth_secret", feed.auth_secret)

    @api.depends("public_jwks", "jwks_token")
    def _compute_public_jwks_text(self):
        for feed in self:
            feed.public_jwks_text = (
                json.dumps(feed.public_jwks, indent=2) if feed.public_jwks else False
            )
            feed.jwks_url = (
                f"{feed.get_base_url()}/medical/feed/{feed.jwks_token}/jwks.json"
                if feed.jwks_token
                else False
            )

    def action_make_key(self):
        """Make a new key pair; the public half is shown, the private one never."""
        self.ensure_one()
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group(MANAGER):
            raise UserError(self.env._("Only managers may change the key of a feed."))
        pem = generate_key(self.key_algorithm or "ES384")
        self._set_secret("private_key", pem)
        # the former public key goes: a server that still knows it lets nobody in by it
        self.write(
            {
                "public_jwks": {"keys": [public_jwk(pem)]},
                "jwks_token": self.jwks_token or secrets.token_urlsafe(24),
            }
        )

    def unlink(self):
        names = [
            feed._secret_name(what)
            for feed in self
            for what in ("auth_secret", "private_key")
        ]
        result = super().unlink()
        # sudo: as in _secret
        self.env["ir.config_parameter"].sudo().search([("key", "in", names)]).unlink()
        return result

    # -- checks ----------------------------------------------------------------------------
    def _resource_types(self):
        """The FHIR resource types to ask for (list)."""
        return [
            name.strip()
            for name in (self.resource_types or "").split(",")
            if name.strip()
        ]

    @api.constrains("resource_types", "transport")
    def _check_resource_types(self):
        for feed in self.filtered(lambda feed: feed.transport == "fhir"):
            names = feed._resource_types()
            unknown = [name for name in names if name not in TYPES]
            if unknown or not names:
                raise ValidationError(
                    self.env._(
                        "Resource Types of feed %(feed)s: %(name)s cannot be asked for. "
                        "Possible are %(known)s.",
                        feed=feed.name,
                        name=", ".join(unknown) or "—",
                        known=", ".join(TYPES),
                    )
                )

    @api.constrains("url", "is_plain_allowed", "transport", "token_url")
    def _check_url(self):
        for feed in self.sudo():
            for name in ("url", "token_url"):
                needed = name == "url" and feed.transport in ("fhir", "ical")
                if not feed[name] and not needed:
                    continue
                try:
                    check_url(feed[name], feed.is_plain_allowed)
                except FetchError as error:
                    raise ValidationError(
                        self.env._(
                            "%(field)s of feed %(feed)s: %(reason)s.",
                            field=feed._fields[name]._description_string(self.env),
                            feed=feed.name,
                            reason=error,
                        )
                    ) from error

    @api.constrains("poll_minutes", "transport")
    def _check_poll_minutes(self):
        for feed in self:
            if feed.transport != "push" and not 1 <= feed.poll_minutes <= 7 * 24 * 60:
                raise ValidationError(
                    self.env._(
                        "Ask Every (Minutes) of feed %(feed)s: %(value)s is not between "
                        "1 and %(limit)s.",
                        feed=feed.name,
                        value=feed.poll_minutes,
                        limit=7 * 24 * 60,
                    )
                )

    @api.constrains("auth_header")
    def _check_auth_header(self):
        for feed in self.sudo():
            if feed.auth_header and not _HEADER.match(feed.auth_header):
                raise ValidationError(
                    self.env._(
                        "Header of feed %s is not the name of an HTTP header.",
                        feed.name,
                    )
                )

    def _private_key(self):
        """PEM text of the private key; self with the system's rights.

        :raise UserError: none has been made
        """
        pem = self._secret("private_key")
        try:
            load_key(pem)
        except ValueError:
            raise UserError(
                self.env._("The feed %s has no key yet: make one first.", self.name)
            ) from None
        return pem
