import { defineConfig } from "vitest/config";
import { gpuEnvironment } from "./test/support/software-gpu.js";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    globalSetup: ["test/support/software-gpu.ts"],
    env: gpuEnvironment(),
    testTimeout: 60_000,
  },
});
