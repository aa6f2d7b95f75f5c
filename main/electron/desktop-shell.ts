import { join } from "node:path";
import type { BrowserWindow } from "electron";
import type { PushEvent } from "../../shared/api/jobs.ts";
import { declareAppProtocol, mountOnAppProtocol } from "./app-protocol.ts";
import { app, BrowserWindow as Windows, dialog } from "./electron.ts";
import { jobProgress } from "./job-progress.ts";
import { lockDown } from "./lock-down.ts";
import { setMenu } from "./menu.ts";
import { withShellRoutes } from "./shell-routes.ts";
import { openWindow } from "./window.ts";

/** What the shell shows: the same handler that every host mounts. */
export interface ShellContent {
  readonly fetch: (request: Request) => Promise<Response>;
  readonly subscribe: (listener: (event: PushEvent) => void) => void;
  /** Opens the last project. */
  readonly open: () => Promise<unknown>;
  readonly close: () => Promise<void>;
}

export interface ShellConfig {
  /** Holds the window's place and what Chromium keeps. */
  readonly dataFolder: string;
  readonly icon: string;
  /** Called once, when this is the only instance. */
  readonly build: () => ShellContent;
  readonly log: (line: string) => void;
}

/** Runs the desktop app. Must be called before Electron is ready; a second instance hands over to the first. */
export function runDesktopShell(config: ShellConfig): void {
  app.setPath("userData", join(config.dataFolder, "desktop"));
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  declareAppProtocol();
  app.enableSandbox();
  app.on("second-instance", () => {
    const [window] = Windows.getAllWindows();
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  app.on("window-all-closed", () => {
    if (process.platform !== "darwin") app.quit();
  });
  app
    .whenReady()
    .then(() => start(config))
    .catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      dialog.showErrorBox("Fovea could not start", reason);
      app.exit(1);
    });
}

async function start(config: ShellConfig): Promise<void> {
  lockDown();
  setMenu(config.dataFolder);
  const content = config.build();
  closeBeforeQuitting(content, config.log);
  mountOnAppProtocol(withShellRoutes(content.fetch, currentWindow));
  content.subscribe(jobProgress(currentWindow));
  await content.open();
  const show = () =>
    openWindow({
      stateFile: join(config.dataFolder, "window.json"),
      icon: config.icon,
      log: config.log,
    });
  show();
  app.on("activate", () => {
    if (Windows.getAllWindows().length === 0) show();
  });
}

const currentWindow = (): BrowserWindow | null => Windows.getAllWindows()[0] ?? null;

/** Jobs and the project are closed properly before the program ends, once. */
function closeBeforeQuitting(content: ShellContent, log: ShellConfig["log"]): void {
  let closing = false;
  app.on("will-quit", (event) => {
    if (closing) return;
    closing = true;
    event.preventDefault();
    content
      .close()
      .catch((error: unknown) => log(`closing failed: ${String(error)}`))
      .finally(() => app.exit(0));
  });
}
