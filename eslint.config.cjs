/* Rules for the suite's own JavaScript: every rule of ESLint's recommended set, plus
 * those of the OCA 19.0 template that catch mistakes rather than taste. */
const js = require("@eslint/js");
const jsdoc = require("eslint-plugin-jsdoc");
const globals = require("globals");

const odooGlobals = {
    Chart: "readonly",
    luxon: "readonly",
    odoo: "readonly",
    owl: "readonly",
};

module.exports = [
    {ignores: ["**/static/lib/**", "**/static/src/lib/**", "**/node_modules/**"]},
    js.configs.recommended,
    {
        files: ["**/*.js", "**/*.cjs"],
        plugins: {jsdoc},
        languageOptions: {
            ecmaVersion: 2024,
            sourceType: "module",
            globals: {...globals.browser, ...odooGlobals},
        },
        rules: {
            complexity: ["error", 15],
            eqeqeq: "error",
            "init-declarations": "error",
            "no-alert": "error",
            "no-duplicate-imports": "error",
            "no-else-return": "error",
            "no-empty-function": "error",
            "no-eq-null": "error",
            "no-eval": "error",
            "no-extend-native": "error",
            "no-implied-eval": "error",
            "no-lonely-if": "error",
            "no-new-func": "error",
            "no-return-assign": "error",
            "no-shadow": "error",
            "no-throw-literal": "error",
            "no-unneeded-ternary": "error",
            "no-unused-expressions": "error",
            "no-use-before-define": ["error", {functions: false}],
            "operator-assignment": ["error", "always"],
            "prefer-const": "error",
            radix: "error",
            "spaced-comment": ["error", "always"],
            "jsdoc/check-tag-names": ["error", {definedTags: ["odoo-module"]}],
            "jsdoc/check-types": "error",
        },
    },
    {
        files: ["**/*.cjs"],
        languageOptions: {sourceType: "commonjs", globals: {...globals.node}},
    },
];
