import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { UserStore } from "../../../main/services/user-store.ts";
import { temporaryFolder } from "../../fixtures/app/started-app.ts";

test("settings are kept, changed one by one, and removed with null", () => {
  const folder = temporaryFolder();
  const store = new UserStore(folder);
  expect(store.settings()).toEqual({});
  store.saveSettings({ theme: "dark", sizes: { rail: 48 } });
  expect(new UserStore(folder).saveSettings({ theme: null, zoom: 2 })).toEqual({
    sizes: { rail: 48 },
    zoom: 2,
  });
  expect(readdirSync(folder)).toEqual(["settings.json"]);
});

test("damaged files count as empty", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "settings.json"), "{ broken");
  writeFileSync(join(folder, "recent.json"), '[{"path": 7}, {"path": "/a", "name": "a"}, null]');
  const store = new UserStore(folder);
  expect(store.settings()).toEqual({});
  expect(store.recent()).toEqual([{ path: "/a", name: "a" }]);
});

test("recent projects stand newest first, each once, twenty at most", () => {
  const store = new UserStore(temporaryFolder());
  for (let n = 0; n < 23; n += 1) store.remember({ path: `/p${n}`, name: `p${n}` });
  store.remember({ path: "/p21", name: "renamed" });
  const recent = store.recent();
  expect(recent).toHaveLength(20);
  expect(recent.slice(0, 3).map(({ name }) => name)).toEqual(["renamed", "p22", "p20"]);
  store.forget("/p22");
  expect(store.recent().some(({ path }) => path === "/p22")).toBe(false);
});
