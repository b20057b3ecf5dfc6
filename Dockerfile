# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
# The official Odoo 19 image with the add-ons, their Python libraries and the demo story inside.
FROM odoo:19.0

USER root
WORKDIR /opt/omni-suite

# Libraries first: they change less often than the add-ons. What the image already has keeps its version;
# missing.py names what the locked libraries need besides and the image happens to lack.
COPY requirements.txt requirements-odoo.txt docker/missing.py ./
RUN pip install --no-cache-dir --break-system-packages --no-deps --ignore-installed --only-binary=:all: \
        -r requirements.txt \
 && python3 missing.py requirements.txt requirements-odoo.txt > /tmp/missing.txt \
 && pip install --no-cache-dir --break-system-packages --no-deps --ignore-installed --only-binary=:all: \
        -r /tmp/missing.txt \
 && rm missing.py /tmp/missing.txt

COPY scripts scripts
COPY data data
COPY addons addons
RUN python3 -m compileall -q scripts addons

ENV ODOO_RC=/var/lib/odoo/omni-suite/odoo.conf
USER odoo
EXPOSE 8069
ENTRYPOINT ["python3", "/opt/omni-suite/scripts/suite/container.py"]
CMD []
