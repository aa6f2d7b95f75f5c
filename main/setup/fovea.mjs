#!/usr/bin/env node
// The `fovea` command for those who link this package: the same as `npm run -s fovea -- ...`.
process.env.INIT_CWD = process.cwd();
process.argv.splice(2, 0, "fovea");
await import("./run.mjs");
