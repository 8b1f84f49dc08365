import { defineConfig } from "vitest/config";

/** The long campaigns: `npm run test:slow`. One after another, so that each has the machine to itself. */
export default defineConfig({
  test: {
    include: ["test/slow/**/*.slow.ts"],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 3_600_000,
  },
});
