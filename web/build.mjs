// @ts-check
// Generates the types of the REST API, builds the three apps to ../build/web, adds Swagger UI, and compresses each file
// to .br and .gz, so that the service only sends them.
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import openapi, { astToString } from "openapi-typescript";
import { build } from "vite";

const APPS = ["client", "mitra", "control-center"];
const DOCUMENTS = new URL("../build/openapi/", import.meta.url);
const TYPES = new URL("kit/src/api/generated/", import.meta.url);
const OUT = fileURLToPath(new URL("../build/web", import.meta.url));
const SHRINKS = new Set([".html", ".js", ".css", ".svg", ".json", ".webmanifest", ".txt"]);

mkdirSync(TYPES, { recursive: true });
for (const listener of ["public", "internal"]) {
  const types = astToString(
    await openapi(new URL(`${listener}.json`, DOCUMENTS), { defaultNonNullable: false }),
  );
  writeFileSync(new URL(`${listener}.ts`, TYPES), types);
}

rmSync(OUT, { recursive: true, force: true });
for (const app of APPS) {
  const here = fileURLToPath(new URL(app, import.meta.url));
  await build({ configFile: join(here, "vite.config.mjs"), logLevel: "warn" });
}
for (const app of ["client", "mitra"]) {
  cpSync(fileURLToPath(new URL("kit/public", import.meta.url)), join(OUT, app), { recursive: true });
}
mkdirSync(join(OUT, "docs"));
for (const name of ["swagger-ui.css", "swagger-ui-bundle.js"]) {
  copyFileSync(new URL(`node_modules/swagger-ui-dist/${name}`, import.meta.url), join(OUT, "docs", name));
}
await Promise.all(filesBelow(OUT).map(compress));

/** @param {string} path */
async function compress(path) {
  if (!SHRINKS.has(extname(path))) return;
  const text = readFileSync(path);
  const br = await promisify(brotliCompress)(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  const gz = await promisify(gzip)(text, { level: 9 });
  if (br.length < text.length) writeFileSync(`${path}.br`, br);
  if (gz.length < text.length) writeFileSync(`${path}.gz`, gz);
}

/** @param {string} folder @returns {string[]} */
function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
