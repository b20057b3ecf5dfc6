/** Formatting of XML, JavaScript, JSON, YAML and Markdown, as the OCA 19.0 template. */
module.exports = {
    plugins: [require.resolve("@prettier/plugin-xml")],
    bracketSpacing: false,
    printWidth: 88,
    proseWrap: "always",
    semi: true,
    tabWidth: 4,
    trailingComma: "es5",
    useTabs: false,
    xmlWhitespaceSensitivity: "preserve",
    xmlSelfClosingSpace: true,
    overrides: [{files: ["*.json", "*.yml", "*.yaml", "*.md"], options: {tabWidth: 2}}],
};
