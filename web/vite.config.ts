/** How the pages are built. `npm run dev` expects a server at PARLOR_URL (default: its own default). */
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = process.env.PARLOR_URL ?? "http://127.0.0.1:8080";
const client = (file: string) =>
  fileURLToPath(new URL(`../clients/typescript/src/${file}`, import.meta.url));

export default defineConfig({
  plugins: [react()],
  resolve: {
    // Straight to the sources: no build step in between, and a clean clone works.
    alias: [
      { find: /^parlor-client$/, replacement: client("index.ts") },
      { find: /^parlor-client\/react$/, replacement: client("react.ts") },
      { find: /^parlor-client\/stream$/, replacement: client("stream.ts") },
      { find: /^parlor-client\/turns$/, replacement: client("turns.ts") },
    ],
    // The client's folder may have a React of its own, for its tests. A page needs exactly one.
    dedupe: ["react", "react-dom"],
  },
  build: {
    target: "es2022",
    // Everything has a hashed name under /assets; nothing is inlined, for a strict CSP.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: {
    proxy: {
      "/api": server,
      "/game": server,
      "/ws": { target: server.replace(/^http/, "ws"), ws: true },
    },
  },
});
