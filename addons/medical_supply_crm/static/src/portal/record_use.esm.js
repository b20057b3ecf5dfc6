/* Copyright 2026 Omni Suite contributors
   License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";
import {_t} from "@web/core/l10n/translation";

const WAITING = "medical_supply_crm.waiting";
const RETRY_MS = 15000;
// The camera sees a label many times a second: it counts once, until it has been away
const SAME_LABEL_MS = 2500;
const FORMATS = [
    "qr_code",
    "data_matrix",
    "code_128",
    "code_39",
    "ean_13",
    "ean_8",
    "upc_a",
    "itf",
];

function waiting() {
    try {
        return JSON.parse(window.localStorage.getItem(WAITING) || "[]");
    } catch {
        return [];
    }
}

function keepWaiting(items) {
    try {
        window.localStorage.setItem(WAITING, JSON.stringify(items));
        return true;
    } catch {
        return false;
    }
}

/**
 * Send what was recorded without a connection. The server knows each submission by its
 * key, so one that got through before its answer was lost is not recorded twice.
 *
 * @param {Array} items submissions, oldest first
 * @returns {string | null} address of the last record, or null while there is no connection
 */
async function send(items) {
    let address = null;
    while (items.length) {
        // What was kept may be older than this page and its session
        const body = new URLSearchParams(
            items[0].fields.map(([name, value]) => [
                name,
                name === "csrf_token" ? odoo.csrf_token : value,
            ])
        );
        let response = null;
        try {
            response = await fetch(items[0].url, {method: "POST", body});
        } catch {
            return null;
        }
        if (response.status >= 500) {
            return null;
        }
        if (new URL(response.url).pathname.includes("/web/login")) {
            // Logged out meanwhile: what was recorded stays kept until the login
            return response;
        }
        items.shift();
        keepWaiting(items);
        address = response;
    }
    return address;
}

/**
 * The recording form works without this: here scanning, the plus and minus buttons, and
 * what happens without a connection are added.
 */
export class RecordUse extends Interaction {
    static selector = ".o_medical_record_form";
    dynamicContent = {
        ".o_medical_scan_input": {"t-on-keydown": this.onScanKey},
        ".o_medical_scan_button": {"t-on-click": () => this.onScan()},
        ".o_medical_camera": {"t-on-click": this.onCamera},
        ".o_medical_filter": {"t-on-input": this.onFilter},
        ".o_medical_more": {"t-on-click": (ev) => this.step(ev, 1)},
        ".o_medical_less": {"t-on-click": (ev) => this.step(ev, -1)},
        ".o_medical_quantity": {"t-on-input": (ev) => this.mark(ev.target)},
        _root: {"t-on-submit": this.onSubmit},
        _window: {"t-on-online": () => this.retry()},
    };

    setup() {
        this.input = this.el.querySelector(".o_medical_scan_input");
        this.stream = null;
        this.sending = false;
        this.lastLabel = {text: "", at: 0};
    }

    start() {
        for (const quantity of this.el.querySelectorAll(".o_medical_quantity")) {
            this.mark(quantity);
        }
        if ("BarcodeDetector" in window && navigator.mediaDevices) {
            this.el.querySelector(".o_medical_camera").classList.remove("d-none");
        }
        if (waiting().length) {
            this.retry();
        }
        this.el.classList.add("o_medical_ready");
    }

    destroy() {
        this.stopCamera();
    }

    // -- labels ---------------------------------------------------------------
    onScanKey(ev) {
        // A wedge scanner types like a person and ends with Enter, which must not
        // send the form
        if (ev.key === "Enter" || ev.key === "Tab") {
            if (this.input.value.trim()) {
                ev.preventDefault();
                this.onScan();
            } else if (ev.key === "Enter") {
                ev.preventDefault();
            }
        } else if (ev.ctrlKey && ev.key === "]") {
            // FNC1 as many keyboards wedges send it
            ev.preventDefault();
            this.input.value += "\u241d";
        }
    }

    async onScan() {
        const text = this.input.value;
        this.input.value = "";
        this.input.focus();
        await this.read(text);
    }

    async read(text) {
        if (!text.trim()) {
            return;
        }
        let result = null;
        try {
            result = await this.waitFor(
                rpc("/my/medical/consumption/scan", {
                    room: this.el.dataset.room,
                    text,
                })
            );
        } catch {
            this.say("warning", _t("No connection: choose the product in the list."));
            return;
        }
        if (result.bin) {
            window.location = `/my/medical/bins/${encodeURIComponent(result.bin)}`;
        } else if (result.error) {
            this.say("danger", result.error);
        } else {
            this.take(result);
        }
    }

    /**
     * Add what a label stands for to its row.
     *
     * @param {object} result see medical.scan, _read_label
     */
    take(result) {
        const rows = [
            ...this.el.querySelectorAll(
                `.o_medical_row[data-product="${result.product_id}"]`
            ),
        ];
        // The lot of the label; a label without a lot stands for the row that expires
        // first and has not been used up by what is recorded already
        const row = result.lot
            ? rows.find((el) => el.dataset.lot === String(result.lot_id || ""))
            : rows[0];
        if (!row) {
            this.say(
                "danger",
                result.warning ||
                    _t("%s is not on the shelf of this storeroom.", result.name)
            );
            this.fillFound(result);
            return;
        }
        const quantity = row.querySelector(".o_medical_quantity");
        const serial = row.dataset.tracking === "serial";
        const sum = (parseFloat(quantity.value) || 0) + result.quantity;
        quantity.value = serial ? 1 : sum;
        this.mark(quantity);
        for (const el of this.el.querySelectorAll(".o_medical_last")) {
            el.classList.remove("o_medical_last");
        }
        row.classList.add("o_medical_last");
        row.classList.remove("d-none");
        row.scrollIntoView({block: "nearest"});
        const lot = result.lot ? ` (${result.lot})` : "";
        this.say(
            result.warning ? "warning" : "success",
            `${result.name}${lot}: ${quantity.value} ${result.unit}. ${result.warning}`
        );
    }

    /**
     * A count may find a lot that the books do not know on this shelf.
     *
     * @param {object} result see medical.scan, _read_label
     */
    fillFound(result) {
        const found = this.el.querySelector(".o_medical_found");
        if (!found || !result.lot) {
            return;
        }
        found.open = true;
        found.querySelector("[name=found_product]").value = result.product_id;
        found.querySelector("[name=found_lot]").value = result.lot;
        found.querySelector("[name=found_quantity]").value = result.quantity;
    }

    say(level, text) {
        const box = this.el.querySelector(".o_medical_scan_message");
        box.className = `o_medical_scan_message mt-2 alert py-2 mb-0 alert-${level}`;
        box.textContent = text;
    }

    // -- camera ---------------------------------------------------------------
    async onCamera() {
        if (this.stream) {
            this.stopCamera();
            return;
        }
        const video = this.el.querySelector(".o_medical_video");
        try {
            this.stream = await navigator.mediaDevices.getUserMedia({
                video: {facingMode: "environment"},
            });
            const known = await window.BarcodeDetector.getSupportedFormats();
            this.detector = new window.BarcodeDetector({
                formats: FORMATS.filter((name) => known.includes(name)),
            });
        } catch {
            this.stopCamera();
            this.say("warning", _t("The camera cannot be used: type the label."));
            return;
        }
        video.srcObject = this.stream;
        video.classList.remove("d-none");
        await video.play();
        this.look(video);
    }

    async look(video) {
        while (this.stream) {
            let found = [];
            try {
                found = await this.detector.detect(video);
            } catch {
                // The video has no picture yet
            }
            const now = Date.now();
            for (const {rawValue} of found) {
                const same =
                    rawValue === this.lastLabel.text &&
                    now - this.lastLabel.at < SAME_LABEL_MS;
                this.lastLabel = {text: rawValue, at: now};
                if (!same) {
                    await this.read(rawValue);
                }
            }
            await new Promise((resolve) => setTimeout(resolve, 150));
        }
    }

    stopCamera() {
        for (const track of this.stream?.getTracks() || []) {
            track.stop();
        }
        this.stream = null;
        this.el.querySelector(".o_medical_video")?.classList.add("d-none");
    }

    // -- rows -------------------------------------------------------------------
    onFilter(ev) {
        const words = ev.target.value.toLowerCase();
        for (const row of this.el.querySelectorAll(".o_medical_row")) {
            const hit = row.textContent.toLowerCase().includes(words);
            row.classList.toggle("d-none", !hit);
        }
    }

    step(ev, by) {
        const quantity = ev.target
            .closest(".o_medical_row")
            .querySelector(".o_medical_quantity");
        quantity.value = Math.max((parseFloat(quantity.value) || 0) + by, 0);
        this.mark(quantity);
    }

    mark(quantity) {
        const counted = this.el.dataset.mode === "count";
        const chosen = counted ? quantity.value !== "" : parseFloat(quantity.value) > 0;
        quantity.closest(".o_medical_row").classList.toggle("o_medical_chosen", chosen);
    }

    // -- sending ------------------------------------------------------------------
    async onSubmit(ev) {
        ev.preventDefault();
        if (this.sending) {
            return;
        }
        this.sending = true;
        this.stopCamera();
        this.el.querySelector(".o_medical_record_button").disabled = true;
        const items = waiting();
        items.push({
            url: this.el.getAttribute("action"),
            fields: [...new FormData(this.el).entries()],
        });
        if (!keepWaiting(items)) {
            // No room or no permission to keep anything: send it the plain way
            this.el.submit();
            return;
        }
        await this.deliver(items);
    }

    async retry() {
        if (!this.sending && waiting().length) {
            this.sending = true;
            await this.deliver(waiting());
        }
    }

    async deliver(items) {
        const response = await this.waitFor(send(items));
        if (!response) {
            this.el.querySelector(".o_medical_offline").classList.remove("d-none");
            this.waitForTimeout(() => this.deliver(waiting()), RETRY_MS);
            return;
        }
        if (response.redirected) {
            window.location = response.url;
            return;
        }
        // Refused in words: show the page that says so
        const page = await this.waitFor(response.text());
        document.open();
        document.write(page);
        document.close();
    }
}

registry
    .category("public.interactions")
    .add("medical_supply_crm.record_use", RecordUse);
