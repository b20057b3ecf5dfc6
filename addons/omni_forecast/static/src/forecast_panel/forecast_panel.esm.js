/** Copyright 2026 Omni Suite contributors
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {Interaction} from "@web/public/interaction";
import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

// Without letters and digits that look alike; 26 of 32 signs are 130 bits
const SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const LENGTH = 26;

/**
 * The page of a Delphi panel. The code that leads to the own answers is made here, kept in
 * this browser only, and never part of an address.
 */
export class ForecastPanel extends Interaction {
    static selector = ".o_forecast_panel";
    dynamicContent = {
        ".o_forecast_panel_form": {
            "t-on-submit.prevent": this.locked(this.submit, true),
        },
        ".o_forecast_panel_use_code": {"t-on-click": this.locked(this.useCode, true)},
    };

    setup() {
        const {panel, user} = this.el.dataset;
        this.url = `/my/forecast-panels/${panel}`;
        this.storageKey = `omni_forecast.panel.${panel}.${user}`;
        this.code = browser.localStorage.getItem(this.storageKey) || "";
        this.isNew = !this.code;
    }

    async willStart() {
        if (this.el.dataset.state !== "open") {
            return;
        }
        if (this.isNew) {
            // Kept only once an answer has been given with it
            this.code = this.makeCode();
        }
        await this.load();
    }

    start() {
        if (this.el.dataset.state !== "open") {
            return;
        }
        this.showCode();
        if (this.el.dataset.answered && !this.answers?.current) {
            this.tell(
                "info",
                _t(
                    "You have answered this round. Enter your code below to see or change your answer here."
                )
            );
        } else if (this.answers?.current) {
            this.tell(
                "success",
                _t("Your answer is in. You can change it until the round ends.")
            );
        }
        this.fill();
    }

    makeCode() {
        const bytes = new Uint8Array(LENGTH);
        window.crypto.getRandomValues(bytes);
        return Array.from(bytes, (byte) => SIGNS[byte % SIGNS.length]).join("");
    }

    async load() {
        this.answers = await this.waitFor(rpc(`${this.url}/mine`, {code: this.code}));
    }

    showCode() {
        // In groups of five, as one copies it by hand
        this.el.querySelector(".o_forecast_panel_code").value = this.code
            .match(/.{1,5}/g)
            .join("-");
    }

    fill() {
        const given = this.answers?.current || this.answers?.previous;
        const inputs = this.el.querySelectorAll(".o_forecast_panel_quantity");
        inputs.forEach((input, index) => {
            if (given && input.value === "") {
                input.value = given.quantities[index];
            }
        });
        const argument = this.el.querySelector(".o_forecast_panel_argument");
        if (this.answers?.current && !argument.value) {
            argument.value = this.answers.current.argument;
        }
        const cells = this.el.querySelectorAll(".o_forecast_panel_previous");
        cells.forEach((cell, index) => {
            const value = this.answers?.previous?.quantities[index];
            cell.textContent = value === undefined ? "–" : value.toLocaleString();
        });
    }

    tell(kind, text) {
        const box = this.el.querySelector(".o_forecast_panel_message");
        box.className = `alert alert-${kind} o_forecast_panel_message`;
        box.textContent = text;
    }

    async submit() {
        const quantities = Array.from(
            this.el.querySelectorAll(".o_forecast_panel_quantity"),
            (input) => Number(input.value)
        );
        const answer = await this.waitFor(
            rpc(`${this.url}/answer`, {
                code: this.code,
                quantities,
                argument: this.el.querySelector(".o_forecast_panel_argument").value,
            })
        );
        if (answer.error) {
            this.tell("danger", answer.error);
            return;
        }
        browser.localStorage.setItem(this.storageKey, this.code);
        this.tell(
            "success",
            _t("Thank you, your answer is in. You can change it until the round ends.")
        );
    }

    async useCode() {
        const typed = this.el.querySelector(".o_forecast_panel_code").value;
        const code = typed.replace(/[\s-]/g, "").toUpperCase();
        const answers = await this.waitFor(rpc(`${this.url}/mine`, {code}));
        if (answers.error || (!answers.current && !answers.previous)) {
            this.tell("danger", answers.error || _t("No answer belongs to this code."));
            return;
        }
        this.code = code;
        this.answers = answers;
        browser.localStorage.setItem(this.storageKey, code);
        this.showCode();
        this.el
            .querySelectorAll(".o_forecast_panel_quantity")
            .forEach((input) => (input.value = ""));
        this.fill();
        this.tell("success", _t("These are your answers."));
    }
}

registry
    .category("public.interactions")
    .add("omni_forecast.forecast_panel", ForecastPanel);
