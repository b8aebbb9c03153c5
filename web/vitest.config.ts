/** Two suites: `unit` (pure logic, no browser) and `e2e` (the real server and a real browser). */
import { defineConfig } from "vitest/config";
import pages from "./vite.config.ts";

const { resolve } = pages;

export default defineConfig({
  test: {
    projects: [
      {
        ...(resolve && { resolve }),
        test: { name: "unit", include: ["test/**/*.test.ts"], environment: "node" },
      },
      {
        test: {
          name: "e2e",
          include: ["e2e/**/*.test.ts"],
          environment: "node",
          // Generous: these are the longest that a condition may take on a busy machine.
          testTimeout: 90_000,
          hookTimeout: 90_000,
          // One browser at a time; the machine may be small.
          fileParallelism: false,
        },
      },
    ],
  },
});
