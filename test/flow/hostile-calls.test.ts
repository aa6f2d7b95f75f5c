import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startApp, temporaryFolder } from "../fixtures/app/started-app.ts";

test("input that does not fit the contract is refused with the field named", async () => {
  const { refused } = startApp();
  expect(await refused("jobs/get", { jobId: "7; DROP TABLE job" })).toMatchObject({
    status: 400,
    code: "call/invalid-input",
    message: expect.stringContaining("jobId"),
  });
  expect(await refused("images/query", { datasetId: 1, filter: { iou: 7 } })).toMatchObject({
    message: expect.stringContaining("filter.iou"),
  });
  expect(await refused("projects/create", { name: "x".repeat(201) })).toMatchObject({
    code: "call/invalid-input",
  });
  expect(await refused("runs/list", [])).toMatchObject({ code: "call/invalid-input" });
});

test("a body that is not JSON, or far too large, is refused", async () => {
  const { refused } = startApp();
  expect(await refused("jobs/list", "{broken")).toMatchObject({
    status: 400,
    code: "call/not-json",
  });
  const large = JSON.stringify({ name: "x".repeat(33 * 2 ** 20) });
  expect(await refused("projects/create", large)).toMatchObject({ code: "call/too-large" });
});

test("names of calls that are not in the contract are unknown, those of objects included", async () => {
  const { refused } = startApp();
  for (const name of ["jobs/nope", "constructor/name", "__proto__/toString", "jobs/list/more"]) {
    expect((await refused(name, {})).status).toBe(404);
  }
});

test("settings take no keys that would reach the prototype", async () => {
  const { call } = startApp();
  const started = await call("system/saveSettings", { theme: "dark", zoom: 1.5 });
  expect(started).toEqual({ theme: "dark", zoom: 1.5 });
  const response = await call(
    "system/saveSettings",
    JSON.parse('{"__proto__":{"admin":true},"zoom":null}'),
  );
  expect(response).toEqual({ theme: "dark" });
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
});

test("without a project the calls that need one say so", async () => {
  const { refused } = startApp();
  expect(await refused("datasets/list", {})).toMatchObject({
    status: 400,
    code: "project/none-open",
  });
  expect(await refused("projects/open", { path: "/no/such/folder" })).toMatchObject({
    status: 404,
    code: "project/not-found",
    message: expect.stringContaining("/no/such/folder"),
  });
});

test("what is asked for by a number that is not there is not found", async () => {
  const { call, refused, get } = startApp();
  await call("projects/create", { name: "Empty" });
  const filter = { runId: 3 };
  for (const [name, input] of [
    ["datasets/rename", { datasetId: 8, name: "x" }],
    ["datasets/problems", { datasetId: 8 }],
    ["predictionSets/list", { datasetId: 8 }],
    ["runs/get", { runId: 8 }],
    ["runs/evaluate", { predictionSetId: 8, protocol: "coco" }],
    ["images/query", { datasetId: 8, filter: {} }],
    ["images/get", { imageId: 8, filter: {} }],
    ["failures/query", { filter }],
    ["jobs/cancel", { jobId: 8 }],
  ] as const) {
    expect(await refused(name, input), name).toMatchObject({
      status: 404,
      code: expect.stringMatching(/\/not-found$/),
    });
  }
  expect((await get("/api/runs/8/export?format=csv")).status).toBe(404);
  expect((await get("/api/runs/8/export?format=exe")).status).toBe(400);
  expect((await get("/api/nothing")).status).toBe(404);
});

test("the built page is served; paths and links that lead out of its folder are not", async () => {
  const data = temporaryFolder();
  const page = join(data, "page");
  mkdirSync(join(page, "assets"), { recursive: true });
  writeFileSync(join(data, "secret.txt"), "secret");
  writeFileSync(join(page, "index.html"), "<title>Fovea</title>");
  writeFileSync(join(page, "assets", "app.js"), "run()");
  symlinkSync(join(data, "secret.txt"), join(page, "link.txt"));
  const { get } = startApp(data);
  const script = await get("/assets/app.js");
  expect(await script.text()).toBe("run()");
  expect(script.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  expect(script.headers.get("x-content-type-options")).toBe("nosniff");
  expect(await (await get("/runs/3?iou=0.5")).text()).toContain("Fovea");
  for (const path of [
    "/..%2fsecret.txt",
    "/%2e%2e/secret.txt",
    "/link.txt",
    "/assets/../../secret.txt",
    "/%ff.txt",
  ]) {
    const response = await get(path);
    expect(await response.text(), path).not.toContain("secret");
    expect(response.status, path).toBe(404);
  }
});

test("no answer lets a foreign or inline script run", async () => {
  const { get } = startApp();
  const policy = (await get("/")).headers.get("content-security-policy")!;
  expect(policy).toContain("default-src 'self'");
  expect(policy).not.toContain("script-src");
  expect(policy).not.toMatch(/https?:/);
});

test("the folder chooser lists folders first and says why a folder cannot be read", async () => {
  const data = temporaryFolder();
  mkdirSync(join(data, "b folder"));
  writeFileSync(join(data, "a.json"), "");
  writeFileSync(join(data, ".hidden"), "");
  const { call, refused } = startApp(temporaryFolder());
  const { entries, parent, places } = await call("system/folder", { path: data });
  expect(entries.map(({ name, kind }) => [name, kind])).toEqual([
    ["b folder", "folder"],
    ["a.json", "file"],
  ]);
  expect(join(parent!, "x")).not.toBe(parent);
  expect(places.map(({ name }) => name)).toContain("Home");
  expect(await refused("system/folder", { path: join(data, "gone") })).toMatchObject({
    code: "folder/unreadable",
  });
  expect(await refused("system/folder", { path: "relative" })).toMatchObject({
    code: "folder/not-absolute",
  });
});
