import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { SystemInfo } from "../../../shared/api/system.ts";
import { recordingElectron } from "./recording-electron.ts";

const electron = recordingElectron();
let folder: string;

const ask = (path: string, init?: RequestInit): Promise<Response> =>
  electron.protocols.get("app")!(new Request(`app://local${path}`, init));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "fovea-desktop-"));
  vi.stubEnv("FOVEA_DATA", folder);
  vi.doMock("electron", () => electron.module);
  await import("../../../main/desktop.ts");
  electron.becomeReady();
  await vi.waitFor(() => expect(electron.windows).toHaveLength(1), 60_000);
});

afterAll(async () => {
  electron.app.emit("will-quit", { preventDefault: () => undefined });
  await vi.waitFor(() => expect(electron.names()).toContain("app.exit"), 30_000);
  vi.doUnmock("electron");
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

test("the desktop answers the same calls as every host, and says what it can in addition", async () => {
  const response = await ask("/api/system/info", { method: "POST", body: "{}" });
  expect(response.status).toBe(200);
  expect((await response.json()) as SystemInfo).toMatchObject({
    host: "desktop",
    can: { openDialog: true, showInFolder: true },
  });
});

test("every answer forbids scripts that are not the page's own", async () => {
  const policy = (await ask("/runs/3")).headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'self'");
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  expect(policy).toContain("object-src 'none'");
});

test("the event stream opens and stays open", async () => {
  const response = await ask("/api/events");
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  const reader = response.body!.getReader();
  const first = await reader.read();
  expect(first.done).toBe(false);
  await reader.cancel();
});

test("the sample project is open without a question", async () => {
  const response = await ask("/api/projects/current", { method: "POST", body: "{}" });
  expect(await response.json()).toMatchObject({ isSample: true });
});
