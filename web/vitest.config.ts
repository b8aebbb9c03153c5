/**
 * Three suites: `unit` (pure logic, no browser), `e2e` (the real server and a real browser), and
 * `examples` (the same, with the built apps of `../examples`).
 */
import { defineConfig } from "vitest/config";
import pages from "./vite.config.ts";

const { resolve } = pages;

const browsers = {
  environment: "node",
  // Generous: these are the longest that a condition may take on a busy machine.
  testTimeout: 90_000,
  hookTimeout: 90_000,
  // One browser at a time; the machine may be small.
  fileParallelism: false,
} as const;

export default defineConfig({
  test: {
    projects: [
      {
        ...(resolve && { resolve }),
        test: { name: "unit", include: ["test/**/*.test.ts"], environment: "node" },
      },
      {
        test: { name: "e2e", include: ["e2e/*.test.ts"], ...browsers },
      },
      {
        test: { name: "examples", include: ["e2e/examples/*.test.ts"], ...browsers },
      },
    ],
  },
});
