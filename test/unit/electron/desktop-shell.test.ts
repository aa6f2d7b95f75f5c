import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { JobRecord, PushEvent } from "../../../shared/api/jobs.ts";
import type { ShellContent } from "../../../main/electron/desktop-shell.ts";
import { recordingElectron, type RecordingElectron } from "./recording-electron.ts";

let electron: RecordingElectron;
let folder: string;
let logged: string[];
let emit: (event: PushEvent) => void;
let opened: number;
let closed: number;

beforeEach(() => {
  vi.resetModules();
  electron = recordingElectron();
  vi.doMock("electron", () => electron.module);
  folder = mkdtempSync(join(tmpdir(), "fovea-shell-"));
  logged = [];
  opened = 0;
  closed = 0;
});

afterEach(() => {
  vi.doUnmock("electron");
  rmSync(folder, { recursive: true, force: true });
});

function content(): ShellContent {
  return {
    fetch: async (request) => new Response(`${request.method} ${new URL(request.url).pathname}`),
    subscribe: (listener) => void (emit = listener),
    open: async () => void (opened += 1),
    close: async () => void (closed += 1),
  };
}

async function launch(build: () => ShellContent = content): Promise<void> {
  const { runDesktopShell } = await import("../../../main/electron/desktop-shell.ts");
  runDesktopShell({
    dataFolder: folder,
    icon: "icon.png",
    build,
    log: (line) => logged.push(line),
  });
}

async function launchReady(): Promise<RecordingElectron["windows"][number]> {
  await launch();
  electron.becomeReady();
  await vi.waitFor(() => expect(electron.windows).toHaveLength(1), 30_000);
  return electron.windows[0]!;
}

const ask = (path: string, init?: RequestInit): Promise<Response> =>
  electron.protocols.get("app")!(new Request(`app://local${path}`, init));

const post = (path: string, body: unknown): Promise<Response> =>
  ask(path, { method: "POST", body: JSON.stringify(body) });

describe("start", () => {
  test("the scheme is declared before Electron is ready, with streams and as a secure origin", async () => {
    await launch();
    const names = electron.names();
    expect(names.indexOf("protocol.registerSchemesAsPrivileged")).toBeGreaterThan(-1);
    expect(names.indexOf("protocol.registerSchemesAsPrivileged")).toBeLessThan(
      names.indexOf("app.whenReady"),
    );
    expect(electron.argsOf("protocol.registerSchemesAsPrivileged")[0]).toEqual([
      {
        scheme: "app",
        privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true },
      },
    ]);
    expect(electron.windows).toEqual([]);
  });

  test("the window loads the app's own origin, after the project is open and the handler mounted", async () => {
    const window = await launchReady();
    expect(window.urls).toEqual(["app://local/"]);
    expect(opened).toBe(1);
    const names = electron.names();
    expect(names.indexOf("protocol.handle")).toBeLessThan(names.indexOf("new BrowserWindow"));
  });

  test("the page is sandboxed, isolated and has no Node", async () => {
    const window = await launchReady();
    expect(electron.names()).toContain("app.enableSandbox");
    expect(window.options["webPreferences"]).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
    });
  });

  test("a second instance gives way without opening anything", async () => {
    electron.answers.isFirstInstance = false;
    await launch(() => {
      throw new Error("must not be built");
    });
    electron.becomeReady();
    await Promise.resolve();
    expect(electron.names()).toContain("app.quit");
    expect(electron.names()).not.toContain("app.whenReady");
    expect(electron.windows).toEqual([]);
  });

  test("the first instance comes to the front when a second one starts", async () => {
    const window = await launchReady();
    window.minimized = true;
    electron.app.emit("second-instance");
    expect(window.minimized).toBe(false);
    expect(window.focusCalls).toBe(1);
  });

  test("an app that cannot start says why and ends with code 1", async () => {
    await launch(() => {
      throw new Error("the project is on a disk that is full");
    });
    electron.becomeReady();
    await vi.waitFor(() => expect(electron.names()).toContain("app.exit"), 30_000);
    expect(electron.argsOf("dialog.showErrorBox")).toEqual([
      "Fovea could not start",
      "the project is on a disk that is full",
    ]);
    expect(electron.argsOf("app.exit")).toEqual([1]);
  });

  test("quitting waits until the app is closed, and closes it once", async () => {
    await launchReady();
    const event = { preventDefault: vi.fn() };
    electron.app.emit("will-quit", event);
    electron.app.emit("will-quit", event);
    expect(event.preventDefault).toHaveBeenCalledTimes(1);
    await vi.waitFor(() => expect(electron.names()).toContain("app.exit"), 30_000);
    expect(closed).toBe(1);
    expect(electron.argsOf("app.exit")).toEqual([0]);
  });
});

describe("protocol", () => {
  test("app://local answers with the handler, and no other host does", async () => {
    await launchReady();
    expect(await (await ask("/runs/7")).text()).toBe("GET /runs/7");
    expect(await (await post("/api/projects/current", {})).text()).toBe(
      "POST /api/projects/current",
    );
    const other = await electron.protocols.get("app")!(new Request("app://elsewhere/"));
    expect(other.status).toBe(404);
  });
});

describe("guards", () => {
  test("permissions are refused, but for writing the clipboard", async () => {
    await launchReady();
    const granted = ["geolocation", "media", "notifications", "clipboard-sanitized-write"].filter(
      (permission) => {
        let answer = false;
        electron.session.permissionRequest(null, permission, (ok) => (answer = ok));
        expect(electron.session.permissionCheck(null, permission)).toBe(answer);
        return answer;
      },
    );
    expect(granted).toEqual(["clipboard-sanitized-write"]);
    expect(electron.session.deviceCheck()).toBe(false);
  });

  test("nothing goes over the network", async () => {
    await launchReady();
    const cancelled = (url: string) => {
      let result = false;
      electron.session.beforeRequest({ url }, ({ cancel }) => (result = cancel));
      return result;
    };
    expect(["app://local/", "blob:app://local/7", "data:,x"].map(cancelled)).toEqual([
      false,
      false,
      false,
    ]);
    expect(
      ["https://example.com/", "http://127.0.0.1:80/", "ws://x/", "file:///etc/passwd"].map(
        cancelled,
      ),
    ).toEqual([true, true, true, true]);
  });

  test("the page can go nowhere but inside its own origin", async () => {
    const { webContents } = await launchReady();
    const denied = (name: string, url: string) => {
      const preventDefault = vi.fn();
      webContents.emit(name, { url, preventDefault });
      return preventDefault.mock.calls.length === 1;
    };
    expect(denied("will-navigate", "app://local/runs/3")).toBe(false);
    expect(denied("will-navigate", "https://example.com/")).toBe(true);
    expect(denied("will-navigate", "file:///home/someone/picture.jpg")).toBe(true);
    expect(denied("will-navigate", "app://local.example.com/")).toBe(true);
    expect(denied("will-redirect", "https://example.com/")).toBe(true);
    expect(denied("will-attach-webview", "about:blank")).toBe(true);
  });

  test("no window opens; a link to the web goes to the browser, any other link nowhere", async () => {
    const { webContents } = await launchReady();
    expect(webContents.openHandler({ url: "https://arxiv.org/abs/2207.14096" })).toEqual({
      action: "deny",
    });
    expect(webContents.openHandler({ url: "file:///etc/passwd" })).toEqual({ action: "deny" });
    expect(electron.calls.filter(({ name }) => name === "shell.openExternal")).toEqual([
      { name: "shell.openExternal", args: ["https://arxiv.org/abs/2207.14096"] },
    ]);
  });

  test("a page that crashes is loaded again and the crash is logged", async () => {
    const { webContents } = await launchReady();
    webContents.emit("render-process-gone", {}, { reason: "oom" });
    expect(webContents.reloads).toBe(1);
    expect(logged).toEqual(["the page ended unexpectedly (oom); it is loaded again"]);
  });
});

describe("calls of the desktop", () => {
  test("the dialog's choice comes back as a path, and null when it was cancelled", async () => {
    await launchReady();
    electron.answers.dialog = { canceled: false, filePaths: ["/data/drone flights"] };
    const chosen = await post("/api/shell/pick-folder", {
      title: "Open a folder",
      startAt: "/data",
    });
    expect(await chosen.json()).toEqual({ path: "/data/drone flights" });
    expect(electron.argsOf("dialog.showOpenDialog")[1]).toEqual({
      properties: ["openDirectory"],
      title: "Open a folder",
      defaultPath: "/data",
    });
    electron.answers.dialog = { canceled: true, filePaths: [] };
    expect(await (await post("/api/shell/pick-folder", { kind: "file" })).json()).toEqual({
      path: null,
    });
  });

  test("a file is shown in the file manager; one that is gone is an error that names it", async () => {
    await launchReady();
    const file = join(folder, "labels.json");
    writeFileSync(file, "{}");
    expect((await post("/api/shell/show-in-folder", { path: file })).status).toBe(200);
    expect(electron.argsOf("shell.showItemInFolder")).toEqual([file]);
    const gone = await post("/api/shell/show-in-folder", { path: join(folder, "gone.json") });
    expect(gone.status).toBe(400);
    expect(await gone.json()).toMatchObject({
      error: {
        code: "shell/no-such-path",
        message: expect.stringContaining("gone.json") as string,
      },
    });
  });

  test("wrong input is refused before any dialog opens", async () => {
    await launchReady();
    expect((await post("/api/shell/pick-folder", { kind: "printer" })).status).toBe(400);
    expect((await ask("/api/shell/pick-folder", { method: "POST", body: "{" })).status).toBe(400);
    expect(electron.names()).not.toContain("dialog.showOpenDialog");
  });
});

describe("menu", () => {
  test("shows the data folder, and has the roles that keyboards rely on", async () => {
    await launchReady();
    const [template] = electron.argsOf("Menu.buildFromTemplate") as [
      { label?: string; role?: string; submenu?: { label?: string; click?: () => void }[] }[],
    ];
    expect(template.map(({ label, role }) => label ?? role)).toEqual(
      expect.arrayContaining(["&File", "editMenu", "&View", "windowMenu"]),
    );
    template[0]!.submenu!.find(({ label }) => label?.includes("Data Folder"))!.click!();
    expect(electron.argsOf("shell.openPath")).toEqual([folder]);
  });
});

describe("task bar", () => {
  const job = (id: number, state: JobRecord["state"], step: number, total: number | null) =>
    ({ id, state, step, total, title: `Import ${id}`, error: null }) as JobRecord;

  test("shows the mean of the running jobs, busy while a total is unknown, and nothing when all ended", async () => {
    const window = await launchReady();
    emit({ type: "job", job: job(3, "running", 30, 120) });
    emit({ type: "job", job: job(5, "running", 3, 4) });
    emit({ type: "job", job: job(7, "running", 9, null) });
    emit({ type: "job", job: job(7, "cancelled", 9, null) });
    emit({ type: "job", job: job(5, "done", 4, 4) });
    emit({ type: "job", job: job(3, "done", 120, 120) });
    expect(window.progress).toEqual([0.25, 0.5, 2, 0.5, 0.25, -1]);
  });

  test("a job that ends while the user is elsewhere is announced", async () => {
    const window = await launchReady();
    emit({ type: "job", job: job(3, "running", 1, 2) });
    emit({ type: "job", job: job(3, "done", 2, 2) });
    expect(electron.names()).not.toContain("notification.show");
    window.focused = false;
    emit({ type: "job", job: job(4, "running", 1, 2) });
    emit({ type: "job", job: job(4, "done", 2, 2) });
    expect(electron.argsOf("notification.show")).toEqual([{ title: "Import 4: done", body: "" }]);
  });
});

describe("window state", () => {
  test("a closed window comes back where it was", async () => {
    const first = await launchReady();
    first.maximized = true;
    first.emit("close");
    electron.windows.length = 0;
    electron.app.emit("activate");
    expect(electron.windows[0]!.options).toMatchObject({ x: 31, y: 47, width: 1201, height: 803 });
    expect(electron.windows[0]!.maximized).toBe(true);
  });

  test("a window on a screen that is gone comes back to one that is there", async () => {
    const first = await launchReady();
    first.bounds = { x: 2600, y: 80, width: 1801, height: 903 };
    first.emit("close");
    electron.windows.length = 0;
    electron.answers.workAreas = [{ x: 0, y: 0, width: 1280, height: 780 }];
    electron.app.emit("activate");
    expect(electron.windows[0]!.options).toMatchObject({ width: 1280, height: 780 });
    expect(electron.windows[0]!.options).not.toHaveProperty("x");
  });

  test("a damaged state file counts as none", async () => {
    writeFileSync(join(folder, "window.json"), '{"bounds":{"x":1');
    const window = await launchReady();
    expect(window.options).toMatchObject({ width: 1440, height: 900 });
  });
});
