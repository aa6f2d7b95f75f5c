import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWorkbench, type Workbench } from "./browser.ts";

describe("the page's frame", () => {
  let workbench: Workbench;
  beforeAll(async () => {
    workbench = await startWorkbench();
  });
  afterAll(async () => {
    await workbench.close();
  });

  test("the rail leads to every page and marks where one is", async () => {
    const { page, errors } = await workbench.open("/settings");
    const rail = page.getByRole("navigation", { name: "Main" });
    for (const [name, path] of [
      ["Data", "/data"],
      ["Failures", "/failures"],
      ["Compare", "/compare"],
      ["Jobs", "/jobs"],
      ["Runs", "/runs"],
    ] as const) {
      await rail.getByRole("link", { name }).click();
      await page.waitForURL((url) => url.pathname === path);
      expect(await rail.locator("[aria-current=page]").textContent()).toContain(name);
    }
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("the command palette finds a page by some of its letters", async () => {
    const { page, errors } = await workbench.open("/settings");
    await page.getByRole("heading", { name: "Settings" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill("cmpr");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/compare/);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("a question mark shows the shortcuts, but not while one is typing", async () => {
    const { page } = await workbench.open("/runs");
    await page.getByRole("heading", { name: "Runs" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").press("?");
    expect(await page.getByRole("combobox").inputValue()).toBe("?");
    await page.keyboard.press("Escape");
    await page.getByRole("combobox").waitFor({ state: "detached" });
    await page.keyboard.press("?");
    await page.getByText("Keyboard shortcuts").waitFor();
    await page.context().close();
  });

  test("a shortcut changed in Settings works at once and is kept", async () => {
    const { page } = await workbench.open("/settings");
    const key = page.getByRole("button", { name: "Change the key of: Go to Jobs" });
    await key.click();
    await page.keyboard.press("Alt+9");
    await page.waitForFunction(() => document.body.textContent?.includes("Alt9"));
    await page.reload();
    await page
      .getByRole("button", { name: "Change the key of: Go to Jobs" })
      .getByText("9")
      .waitFor();
    await page.keyboard.press("Alt+9");
    await page.waitForURL(/\/jobs/);
    await page.context().close();
  });

  test("the theme follows the system until Settings says otherwise", async () => {
    const { page } = await workbench.open("/settings", { colorScheme: "dark" });
    const theme = () => page.evaluate(() => document.documentElement.dataset["theme"]);
    await page.getByRole("heading", { name: "Settings" }).waitFor();
    expect(await theme()).toBe("dark");
    await page.getByText("Light", { exact: true }).click();
    await page.waitForFunction(() => document.documentElement.dataset["theme"] === "light");
    await page.reload();
    await page.waitForFunction(() => document.documentElement.dataset["theme"] === "light");
    await page.getByText("As the system", { exact: true }).click();
    await page.waitForFunction(() => document.documentElement.dataset["theme"] === "dark");
    await page.context().close();
  });

  test("a new project starts empty and the sample is one step away", async () => {
    const { page } = await workbench.open("/settings");
    await page.getByRole("button", { name: "Project" }).click();
    await page.getByText("New project…").click();
    await page.getByRole("textbox", { name: "Name of the project" }).fill("Roof tiles");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByText("Open a folder to begin").waitFor();
    expect(await page.title()).toContain("Roof tiles");
    await page.getByRole("button", { name: "Project" }).click();
    await page.getByText("Sample project").click();
    await page.getByText("Look at failures").waitFor();
    await page.context().close();
  });
});
