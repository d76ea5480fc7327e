// @ts-check
// Refuses a function of more than MOST lines, from its first to its last. biome's noExcessiveLinesPerFunction says so in
// the editor, but counts no line break within JSX text, which is half of a component.
import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";

const MOST = 60;
const ROOTS = [".", "kit", "client", "mitra", "control-center"];
let tooLong = 0;

for (const root of ROOTS) {
  for (const path of readdirSync(root, { recursive: root !== "." }).map((name) => `${root}/${name}`)) {
    if (/\.(tsx?|m?js)$/.test(path) && !/node_modules|generated|\.test\.ts$/.test(path)) inFile(path);
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
