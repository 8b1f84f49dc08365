import { defineConfig } from "vitest/config";
import { gpuEnvironment } from "./test/support/software-gpu.js";

/** The long campaigns: `npm run test:slow`. One after another, so that each has the machine to itself. */
export default defineConfig({
  test: {
    include: ["test/slow/**/*.slow.ts"],
    pool: "forks",
    globalSetup: ["test/support/software-gpu.ts"],
    env: gpuEnvironment(),
    fileParallelism: false,
    testTimeout: 3_600_000,
  },
});
