import { join } from "node:path";
import { expect, test } from "vitest";
import { dataFolder } from "../../../main/services/data-folder.ts";

const home = "/home/ada";
const on = (platform: NodeJS.Platform, env: Record<string, string> = {}) =>
  dataFolder({ platform, env, home });

test("each system's own place for such data is used", () => {
  expect(on("linux")).toBe(join(home, ".local", "share", "fovea"));
  expect(on("linux", { XDG_DATA_HOME: "/data" })).toBe(join("/data", "fovea"));
  expect(on("linux", { XDG_DATA_HOME: "" })).toBe(join(home, ".local", "share", "fovea"));
  expect(on("darwin")).toBe(join(home, "Library", "Application Support", "Fovea"));
  expect(on("win32", { APPDATA: "C:\\Roaming" })).toBe(join("C:\\Roaming", "Fovea"));
});

test("FOVEA_DATA decides where it is set", () => {
  expect(on("linux", { FOVEA_DATA: "/big/disk", XDG_DATA_HOME: "/data" })).toBe("/big/disk");
});
