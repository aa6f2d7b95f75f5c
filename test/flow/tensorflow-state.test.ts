import { mkdir, mkdtemp, rename, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { tensorflowState } from "../../main/services/models/tensorflow-state.ts";
import { bindingFile, buildFolder, cpuBuild, userCacheFolder } from "../../models/runtime/build.ts";

const own = process.env["XDG_CACHE_HOME"];
const ownCache = userCacheFolder();

afterEach(() => {
  if (own === undefined) delete process.env["XDG_CACHE_HOME"];
  else process.env["XDG_CACHE_HOME"] = own;
});

/** A cache of the user's with nothing in it. */
async function emptyCache(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "fovea-cache-"));
  process.env["XDG_CACHE_HOME"] = folder;
  return folder;
}

test("TensorFlow is missing until it is installed, then ready for as long as its folder is there", async () => {
  const cache = await emptyCache();
  const state = tensorflowState();
  expect(await state()).toEqual({ state: "missing" });
  await symlink(join(ownCache, "fovea"), join(cache, "fovea"));
  expect(await Promise.all([state(), state()])).toEqual([{ state: "ready" }, { state: "ready" }]);
  expect(await state()).toEqual({ state: "ready" });
  await rename(join(cache, "fovea"), join(cache, "put-away"));
  expect(await state()).toEqual({ state: "missing" });
}, 60_000);

test("an installation that does not load is broken, with what to do", async () => {
  await emptyCache();
  const binding = bindingFile(cpuBuild, buildFolder(cpuBuild));
  await mkdir(dirname(binding), { recursive: true });
  await writeFile(binding, "no library");
  const found = await tensorflowState()();
  if (found.state !== "broken") throw new Error(`It is ${found.state}.`);
  expect(found.problem).toContain(binding);
  expect(found.advice).toContain(`Remove ${dirname(binding)}`);
}, 60_000);
