import { join } from "node:path";
import type { BrowserWindow as Window } from "electron";
import { origin } from "./app-protocol.ts";
import { BrowserWindow, screen } from "./electron.ts";
import { fitToScreens, readWindowState, saveWindowState } from "./window-state.ts";

export interface WindowConfig {
  readonly stateFile: string;
  readonly icon: string;
  readonly log: (line: string) => void;
}

/** The one window, showing the page from app://local. */
export function openWindow({ stateFile, icon, log }: WindowConfig): Window {
  const workAreas = screen.getAllDisplays().map(({ workArea }) => workArea);
  const state = fitToScreens(readWindowState(stateFile), workAreas);
  const window = new BrowserWindow({
    ...state.bounds,
    minWidth: 960,
    minHeight: 600,
    show: false,
    title: "Fovea",
    icon,
    // The dark page's colour would flash on light screens and the other way round; grey does neither.
    backgroundColor: "#808488",
    webPreferences: {
      preload: join(import.meta.dirname, "preload.cjs"),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      // The dictionary would be downloaded.
      spellcheck: false,
    },
  });
  if (state.maximized) window.maximize();
  window.once("ready-to-show", () => window.show());
  window.on("close", () => remember(window, stateFile, log));
  window.webContents.on("render-process-gone", (_event, { reason }) => {
    if (reason === "clean-exit" || window.isDestroyed()) return;
    log(`the page ended unexpectedly (${reason}); it is loaded again`);
    window.webContents.reload();
  });
  window.loadURL(`${origin}/`).catch((error: unknown) => log(`the page did not load: ${error}`));
  return window;
}

function remember(window: Window, stateFile: string, log: WindowConfig["log"]): void {
  try {
    saveWindowState(stateFile, {
      bounds: window.getNormalBounds(),
      maximized: window.isMaximized(),
    });
  } catch (error) {
    log(`the window's place could not be kept: ${String(error)}`);
  }
}
