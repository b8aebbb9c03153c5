// Fails when a part of the package grows over its limit: minified by esbuild, gzipped, in bytes.
// Reads the sources, so that no build is needed first.
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const KIB = 1024;
const parts = [
  // The promise of the README: `GameSync` with all three transports and the fallback.
  { name: "core", code: 'export { GameSync } from "./src/index.ts"', limit: 8 * KIB },
  // With the optional helper for REST: guests and accounts.
  { name: "core + Api", code: 'export * from "./src/index.ts"', limit: 9 * KIB },
  { name: "patch", code: 'export * from "./src/patch.ts"', limit: 1 * KIB },
  // An adapter alone, without the core that it shares with the page.
  { name: "react", code: 'export * from "./src/react.ts"', limit: 1 * KIB, without: ["./sync.js"] },
  {
    name: "svelte",
    code: 'export * from "./src/svelte.ts"',
    limit: 1 * KIB,
    without: ["./sync.js"],
  },
  // For games with endpoints of their own, beside the core that it shares parts with.
  {
    name: "face",
    code: 'export * from "./src/face.ts"',
    limit: 2 * KIB,
    without: ["./errors.js", "./http.js", "./transports/*"],
  },
  { name: "stream", code: 'export * from "./src/stream.ts"', limit: 3 * KIB },
  { name: "turns", code: 'export * from "./src/turns.ts"', limit: 3 * KIB },
];

let failed = false;
for (const { name, code, limit, without } of parts) {
  const result = await build({
    stdin: { contents: code, resolveDir: new URL("..", import.meta.url).pathname },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    external: ["react", ...(without ?? [])],
    write: false,
  });
  const size = gzipSync(result.outputFiles[0].contents, { level: 9 }).length;
  console.log(
    `${name.padEnd(12)}${String(size).padStart(6)} of ${limit} bytes ${size <= limit ? "ok" : "TOO LARGE"}`,
  );
  failed ||= size > limit;
}
process.exit(failed ? 1 : 0);
