import path from "node:path";
import type { NextConfig } from "next";

export default {
  reactStrictMode: true,
  // Only because `parlor-client` is taken from this repository: it is outside of this folder.
  turbopack: { root: path.join(import.meta.dirname, "../..") },
} satisfies NextConfig;
