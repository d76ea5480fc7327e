// @ts-check
// Finds platform features that a browser of package.json's browserslist lacks, by MDN's data: in TypeScript every
// member and global of the standard library, by type; in the built CSS every property, unit, selector and at-rule.
// FALLBACKS lists the exceptions, with the reason.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import bcd from "@mdn/browser-compat-data" with { type: "json" };
import browserslist from "browserslist";
import postcss from "postcss";
import ts from "typescript";

const here = fileURLToPath(new URL(".", import.meta.url));

/** The app works without these, or looks plainer.
 * @type {Record<string, string>} */
const FALLBACKS = {
  "api.HTMLDialogElement": "kit/src/ui/dialog.tsx asks first",
  "api.Navigator.locks": "kit/src/session/session.ts asks first",
  "api.LockManager": "kit/src/session/session.ts asks first",
  "api.Notification": "mitra/src/notices.ts asks first",
  "api.Navigator.vibrate": "mitra/src/ringing.ts asks first",
  "api.Navigator.userActivation": "mitra/src/ringing.ts watches for a touch itself",
  "api.UserActivation": "mitra/src/ringing.ts watches for a touch itself",
  "api.AudioParam": "a note begins and ends less softly",
  "api.KeyboardEvent.isComposing": "kit/src/chat/composer.tsx looks at the key's code too",
  "api.HTMLElement.popover": "the polyfill of control-center/src/main.tsx",
  "api.HTMLElement.hidePopover": "the polyfill of control-center/src/main.tsx",
  "html.global_attributes.popover": "the polyfill of control-center/src/main.tsx",
  "html.global_attributes.autofocus": "React sets the focus itself",
  "css.properties.text-wrap": "lines break where they fall",
  "css.properties.text-size-adjust": "desktop browsers change no size by themselves",
  "css.properties.accent-color": "a checkbox has the browser's colour",
  "css.properties.overscroll-behavior": "the page behind scrolls along",
  "css.properties.position-area": "a menu stands in the middle of the page",
  "css.properties.position-try-fallbacks": "a menu stands in the middle of the page",
  "css.properties.container-type": "a wide table scrolls within its box",
  "css.at-rules.container": "a wide table scrolls within its box",
  "css.properties.-webkit-tap-highlight-color": "nothing to take away",
  "css.properties.forced-color-adjust": "only where there are forced colours",
  "css.properties.contain": "more is laid out than has to be",
  "css.properties.cursor": "a finger has no pointer",
  "css.properties.resize": "a finger has no handle to pull at",
  "css.properties.outline": "the outline has square corners",
  "css.selectors.focus-visible": "the browser's own outline",
  "css.selectors.backdrop": "kit/src/ui/dialog.css draws one where there is none",
};

/** The oldest supported version of each browser, by MDN's names. */
const LEAST = leastVersions();
const missing = new Map();

inTypeScript();
inCss();
for (const [what, places] of [...missing].sort()) {
  console.error(
    `${what}: missing in ${lacking(what).join(", ")}; used in ${[...places].slice(0, 3).join(", ")}`,
  );
}
if (missing.size > 0) process.exit(1);

function leastVersions() {
  /** @type {Record<string, string>} */
  const names = { ios_saf: "safari_ios", and_chr: "chrome_android" };
  /** @type {Record<string, number>} */
  const least = {};
  for (const one of browserslist(null, { path: here })) {
    const [name = "", version = ""] = one.split(" ");
    const browser = names[name] ?? name;
    least[browser] = Math.min(least[browser] ?? Number.POSITIVE_INFINITY, Number.parseFloat(version));
  }
  return { ...least, chrome_android: least["chrome"] ?? 0 };
}

/** @param {string} path @returns {any} */
function find(path) {
  return path.split(".").reduce((at, name) => at?.[name], /** @type {any} */ (bcd));
}

/** The browsers that lack what stands at a path of the data; none when it says nothing.
 * @param {string} path @returns {string[]} */
function lacking(path) {
  const support = find(path)?.__compat?.support;
  if (support === undefined) return [];
  return Object.entries(LEAST)
    .filter(([browser, version]) => support[browser] !== undefined && !has(support[browser], version))
    .map(([browser, version]) => `${browser} ${version}`);
}

/** @param {any} support @param {number} version */
function has(support, version) {
  return [support].flat().some(({ version_added, version_removed, flags, partial_implementation }) => {
    if (flags !== undefined || partial_implementation || typeof version_added !== "string") return false;
    if (version_removed !== undefined) return false;
    return version_added === "preview" ? false : Number.parseFloat(version_added.replace("≤", "")) <= version;
  });
}

/** @param {string} path @param {string} place */
function uses(path, place) {
  if (Object.keys(FALLBACKS).some((known) => path === known || path.startsWith(`${known}.`))) return;
  if (lacking(path).length === 0) return;
  missing.set(path, (missing.get(path) ?? new Set()).add(place));
}

function inTypeScript() {
  const config = ts.getParsedCommandLineOfConfigFile(`${here}tsconfig.json`, {}, /** @type {any} */ (ts.sys));
  const program = ts.createProgram(config?.fileNames ?? [], config?.options ?? {});
  const checker = program.getTypeChecker();
  for (const file of program.getSourceFiles()) {
    if (file.fileName.includes("node_modules") || /generated|\.test\.ts$|\.d\.ts$/.test(file.fileName))
      continue;
    const visit = (/** @type {ts.Node} */ node) => {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
      const place = `${file.fileName.slice(here.length)}:${line + 1}`;
      if (ts.isPropertyAccessExpression(node)) inMember(node, place);
      else if (ts.isIdentifier(node) && isGlobal(node, program)) uses(rootOf(node.text), place);
      else if (ts.isRegularExpressionLiteral(node)) inPattern(node.text, place);
      else if (ts.isJsxAttribute(node) && ts.isIdentifier(node.name)) {
        uses(`html.global_attributes.${node.name.text.toLowerCase()}`, place);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }

  /** @param {ts.PropertyAccessExpression} node @param {string} place */
  function inMember(node, place) {
    const member = node.name.text;
    for (const owner of ownersOf(node)) {
      const root = rootOf(owner.replace(/^Readonly(?=Array|Map|Set)/, "").replace(/Constructor$/, ""));
      uses(`${root}.${member}`, place);
      if (owner.endsWith("Constructor") || ts.isIdentifier(node.expression))
        uses(`${root}.${member}_static`, place);
    }
  }

  /** The types of the standard library that declare the member, or have it.
   * @param {ts.PropertyAccessExpression} node @returns {Set<string>} */
  function ownersOf(node) {
    const declarations = checker.getSymbolAtLocation(node.name)?.declarations ?? [];
    const ours = declarations.filter((one) => program.isSourceFileDefaultLibrary(one.getSourceFile()));
    const owners = new Set(ours.map(({ parent }) => ("name" in parent ? parent.name?.getText() : "") ?? ""));
    if (ours.length > 0) {
      const type = checker.getTypeAtLocation(node.expression);
      for (const one of type.isUnion() ? type.types : [type]) {
        const name = checker.getApparentType(one).symbol?.name;
        if (name !== undefined) owners.add(name);
      }
    }
    owners.delete("");
    return owners;
  }
}

/** @param {ts.Identifier} node @param {ts.Program} program */
function isGlobal(node, program) {
  const { parent } = node;
  if ((ts.isPropertyAccessExpression(parent) && parent.name === node) || ts.isTypeReferenceNode(parent))
    return false;
  const value = program.getTypeChecker().getSymbolAtLocation(node)?.valueDeclaration;
  return (
    value !== undefined &&
    program.isSourceFileDefaultLibrary(value.getSourceFile()) &&
    (ts.isVariableDeclaration(value) || ts.isFunctionDeclaration(value))
  );
}

/** @param {string} text @param {string} place */
function inPattern(text, place) {
  if (/\(\?<[=!]/.test(text)) uses("javascript.regular_expressions.lookbehind_assertion", place);
  const flags = text.slice(text.lastIndexOf("/") + 1);
  if (flags.includes("v")) uses("javascript.builtins.RegExp.unicodeSets", place);
  if (flags.includes("d")) uses("javascript.builtins.RegExp.hasIndices", place);
}

/** The path of a type or global in the data. @param {string} name */
function rootOf(name) {
  for (const root of ["javascript.builtins", "javascript.builtins.Intl", "api"]) {
    if (find(`${root}.${name}`) !== undefined) return `${root}.${name}`;
  }
  return `api.${name}`;
}

function inCss() {
  const built = `${here}../build/web/`;
  const paths = ["client", "mitra", "control-center"].flatMap((app) =>
    readdirSync(`${built}${app}/assets`).map((name) => `${app}/assets/${name}`),
  );
  for (const path of paths.filter((path) => path.endsWith(".css"))) {
    const root = postcss.parse(readFileSync(`${built}${path}`, "utf8"));
    root.walk((node) => {
      if (node.type === "comment" || isGuarded(node)) return;
      const place = `${path.split("/")[0]}: ${node.parent && "selector" in node.parent ? node.parent.selector : ""}`;
      if (node.type === "decl") inDeclaration(node, place);
      else if (node.type === "atrule") {
        uses(`css.at-rules.${node.name}`, place);
        if (node.name === "media" && /[<>]/.test(node.params)) uses("css.at-rules.media.range_syntax", place);
      } else {
        for (const [, name = ""] of node.selector.matchAll(/::?(-?[a-z][a-z-]*)/g)) {
          uses(`css.selectors.${name}`, `${place} ${node.selector}`);
        }
        if (node.parent?.type === "rule" || node.selector.includes("&")) uses("css.selectors.nesting", place);
      }
    });
  }

  /** @param {import("postcss").Declaration} node @param {string} place */
  function inDeclaration(node, place) {
    if (node.prop.startsWith("--")) return inValue(node, place);
    uses(`css.properties.${node.prop}`, place);
    // A browser that does not know the value uses the declaration before it. A value with a variable is always valid.
    for (let before = node.prev(); before && !node.value.includes("var("); before = before.prev()) {
      if (before.type === "decl" && before.prop === node.prop) return;
    }
    if (/^[a-z-]+$/.test(node.value)) uses(`css.properties.${node.prop}.${node.value}`, place);
    inValue(node, place);
  }

  /** @param {import("postcss").Declaration} node @param {string} place */
  function inValue({ value }, place) {
    for (const [, name = ""] of value.matchAll(/([a-z-]+)\(/g)) {
      uses(`css.types.color.${name}`, place);
      uses(`css.types.${name}`, place);
    }
    if (/\d(?:[dsl]v[hwib]|[dsl]vmin|[dsl]vmax)\b/.test(value)) {
      uses("css.types.length.viewport_percentage_units_dynamic", place);
    }
    if (/\dcq[whib]\b/.test(value)) uses("css.types.length.container_query_length_units", place);
  }

  /** Whether it is inside @supports. @param {import("postcss").Node} node */
  function isGuarded(node) {
    for (let at = node.parent; at; at = at.parent) {
      if (at.type === "atrule" && /** @type {import("postcss").AtRule} */ (at).name === "supports")
        return true;
    }
    return node.type === "atrule" && /** @type {import("postcss").AtRule} */ (node).name === "supports";
  }
}
