// @ts-check
// Refuses functions of more than MOST lines. biome's noExcessiveLinesPerFunction shows them in the editor, but does not
// count line breaks within JSX text.
import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";

const MOST = 60;
let tooLong = 0;

for (const root of [".", "kit", "client", "mitra", "control-center"]) {
  for (const path of readdirSync(root, { encoding: "utf8", recursive: root !== "." })) {
    if (/\.(tsx?|m?js)$/.test(path) && !/node_modules|generated|\.test\.ts$/.test(path))
      inFile(`${root}/${path}`);
  }
}
if (tooLong > 0) process.exit(1);

/** @param {string} path */
function inFile(path) {
  const file = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const lineOf = (/** @type {number} */ at) => file.getLineAndCharacterOfPosition(at).line + 1;
  const visit = (/** @type {ts.Node} */ node) => {
    if (ts.isFunctionLike(node)) {
      const first = lineOf(node.getStart());
      const lines = lineOf(node.end) - first + 1;
      if (lines > MOST) {
        tooLong += 1;
        console.error(`${path}:${first}: a function of ${lines} lines; ${MOST} are enough`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
}
