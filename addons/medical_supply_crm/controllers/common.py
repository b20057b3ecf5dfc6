# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from functools import cached_property

from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

HOME = "/my/medical"
PAGE_SIZE = 40


class MedicalScope:
    """What the logged-in portal user is to a hospital, and what belongs to that.

    Built for one request. ``role`` is the widest role of the user's contact:

    - ``manager``: every department and storeroom, the feeds, orders and invoices;
    - ``ward``: the storerooms that serve the user's departments;
    - ``integration``: the schedule feeds, and nothing else;
    - ``False``: no hospital user. Colleagues of the backend have no role here either:
      their record rules would show them every hospital.

    Records come from a search as the user, so the record rules decide, and are handed
    out in sudo for display, as the portal pages of core do.
    """

    def __init__(self, env):
        self.env = env
        self.user = env.user
        self.role = self.user.partner_id._medical_role() if env.user.share else False

    def __bool__(self):
        return bool(self.role)

    @property
    def is_manager(self):
        return self.role == "manager"

    @property
    def sees_stock(self):
        """Storerooms, proposals, deliveries and so on: not for integration."""
        return self.role in ("manager", "ward")

    @property
    def sees_feeds(self):
        return self.role in ("manager", "integration")

    @cached_property
    def partners(self):
        """Hospitals (manager, integration) or departments (ward) of the role, sudo."""
        return self.user.sudo().partner_id._medical_role_partners(self.role)

    @property
    def partner_ids(self):
        return self.partners.ids

    @cached_property
    def hospitals(self):
        """The hospitals these belong to, in sudo."""
        return self.partners.hospital_id

    def search(self, model, domain=(), **kwargs):
        """Records of ``model`` that the user may read, in sudo for display."""
        if not self.sees_stock:
            return self.env[model].sudo()
        return self.env[model].search(list(domain), **kwargs).sudo()

    def count(self, model, domain=()):
        """Number of records of ``model`` that the user may read."""
        return self.env[model].search_count(list(domain)) if self.sees_stock else 0

    @cached_property
    def rooms(self):
        """Every storeroom of the user, in sudo; read once per request."""
        return self.search("medical.storeroom")

    def storerooms(self, domain=(), **kwargs):
        """Storerooms of the user, in sudo."""
        if not domain and not kwargs:
            return self.rooms
        return self.search("medical.storeroom", domain, **kwargs)

    @cached_property
    def feeds(self):
        """Schedule feeds of the user's hospitals, in sudo.

        The model is closed to portal users (it holds connection settings): the
        hospitals of the role decide.
        """
        feeds = self.env["medical.feed"].sudo()
        if not self.sees_feeds:
            return feeds
        return feeds.search([("hospital_id", "in", self.hospitals.ids)])

    def check(self, record):
        """Check that the user may see this record.

        :param record: one record of any model with a portal record rule, or a feed
        :return: the record in sudo
        :raise AccessError: not the user's
        :raise MissingError: there is none
        """
        record.ensure_one()
        if record._name == "medical.feed":
            allowed = record.sudo() in self.feeds
        else:
            record = record.with_user(self.user)
            if not record.sudo().exists():
                raise MissingError(self.env._("This page does not exist any more."))
            allowed = self.sees_stock and record.has_access("read")
        if not allowed:
            raise AccessError(self.env._("This page is for hospital users."))
        return record.sudo()


class MedicalPortal(CustomerPortal):
    """What all pages of the hospital share. See ``MedicalScope`` for the rights.

    A page of its own goes into a class of its own that inherits this one: Odoo makes
    one controller of all of them. It adds itself to ``_medical_nav`` and, when it has
    something for the home page, to ``_medical_tiles``.

    A record of another hospital and one that does not exist get the same answer: the
    way home.
    """

    def _medical_scope(self):
        """The scope of the user of this request.

        :rtype: MedicalScope
        """
        scope = getattr(request, "medical_scope", None)
        if scope is None or scope.env.uid != request.env.uid:
            scope = request.medical_scope = MedicalScope(request.env)
        return scope

    def _check(self, record):
        """See ``MedicalScope.check``."""
        return self._medical_scope().check(record)

    def _medical_record(self, model, record_id):
        """The record with this id if the user may read it, in sudo.

        :raise AccessError, MissingError: not readable, or not there
        """
        return self._check(request.env[model].browse(record_id))

    def _medical_away(self):
        """The answer to whoever asks for what is not theirs, or not there."""
        return request.redirect(f"{HOME}?away=1" if self._medical_scope() else "/my")

    def _medical_nav(self, scope):  # pylint: disable=unused-argument
        """Pages this user has: list of dict ``key`` (a page name), ``label``, ``url``,
        ``icon`` (a Font Awesome name) and ``sequence``."""
        return [
            {
                "key": "medical_home",
                "label": request.env._("Today"),
                "url": HOME,
                "icon": "fa-home",
                "sequence": 0,
            }
        ]

    def _medical_tiles(self, scope):  # pylint: disable=unused-argument
        """Tiles of the home page: list of dict

        - ``key``, ``sequence``, ``title``, ``url``;
        - ``count``: the figure; a tile with 0 is shown small, under "in order";
        - ``level``: danger, warning or info, the colour when the count is not 0;
        - ``hint``: optional second line.
        """
        return []

    def _medical_home_values(self, scope):  # pylint: disable=unused-argument
        """Further values for the home page, for templates that extend it."""
        return {}

    def _medical_values(self, page_name, title="", crumbs=(), **values):
        """Values for a page that calls the template ``portal_page``.

        :param page_name: ``medical_…``; the entry of the navigation is the one whose
            key the page name starts with
        :param title: heading
        :param crumbs: (label, address) pairs between "Medical supply" and the title
        """
        scope = self._medical_scope()
        nav = sorted(self._medical_nav(scope), key=lambda entry: entry["sequence"])
        active = [entry for entry in nav if page_name.startswith(entry["key"])]
        return dict(
            self._prepare_portal_layout_values(),
            page_name=page_name,
            medical_title=title,
            medical_crumbs=list(crumbs),
            medical_nav=nav,
            medical_active=max(
                active, key=lambda entry: len(entry["key"]), default=None
            ),
            scope=scope,
            **{"error": None, "done": None, "notice": None, "undo": None, **values},
        )

    def _medical_render(self, template, page_name, title, **values):
        """Answer with a page of this add-on, or the way home for whoever has no role."""
        return request.render(
            f"medical_supply_crm.{template}",
            self._medical_values(page_name, title, **values),
        )

    def _medical_pager(self, url, total, page, step=PAGE_SIZE, **url_args):
        """Pager of core; filters without a value are left out of its addresses."""
        return portal_pager(
            url=url,
            total=total,
            page=page,
            step=step,
            url_args={key: value for key, value in url_args.items() if value},
        )

    def _is_hospital_user(self):
        return bool(self._medical_scope())

    def _speak_users_language(self):
        """Posted forms carry no language in their address and would be answered in
        the site's default one. Answer in the language of the page, which the browser
        keeps in a cookie, or else in the user's."""
        if request.cookies.get("frontend_lang"):
            return
        lang = request.env["res.lang"]._get_data(code=request.env.user.lang)
        if lang:
            request.lang = lang
            request.update_context(lang=lang.code)
