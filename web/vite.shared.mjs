// @ts-check
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import browserslistToEsbuild from "browserslist-to-esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));

/** How an app is built: to `build/web/<name>`, for the path it is served at and the browsers of package.json, without
 * anything inline.
 *
 * @param {string} name
 * @param {string} base
 * @param {number | string} port where `npx vite` finds the API
 * @returns {import("vite").UserConfig}
 */
export function app(name, base, port = process.env.CURHAT_PUBLIC_PORT || 3000) {
  const backend = { target: `http://127.0.0.1:${port}`, ws: true };
  return {
    root: fileURLToPath(new URL(name, import.meta.url)),
    base,
    plugins: [react()],
    build: {
      outDir: fileURLToPath(new URL(`../build/web/${name}`, import.meta.url)),
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      target: browserslistToEsbuild(undefined, { path: here }),
      reportCompressedSize: false,
      rolldownOptions: { checks: { pluginTimings: false } },
    },
    server: {
      port: 5173,
      proxy: { "/api": backend, "/internal": backend },
    },
  };
}
