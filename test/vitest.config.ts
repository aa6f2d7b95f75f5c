import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Browser and TensorFlow tests share two cores with everything else, so they get room. */
export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: ["test/{unit,parity,flow,ui,rules}/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    pool: "forks",
    maxWorkers: 2,
  },
});
