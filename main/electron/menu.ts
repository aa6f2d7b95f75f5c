import type { MenuItemConstructorOptions } from "electron";
import { app, Menu, shell } from "./electron.ts";

/** The window's menu. Everything else is the page's own, reachable with Ctrl-K. */
export function setMenu(dataFolder: string): void {
  const isMac = process.platform === "darwin";
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: "appMenu" as const }] : []),
    {
      label: "&File",
      submenu: [
        { label: "Show Fovea's Data Folder", click: () => void shell.openPath(dataFolder) },
        { type: "separator" },
        isMac ? { role: "close" } : { role: "quit" },
      ],
    },
    { role: "editMenu" },
    {
      label: "&View",
      submenu: [
        { role: "reload" },
        { type: "separator" },
        { role: "resetZoom" },
        { role: "zoomIn" },
        { role: "zoomOut" },
        { type: "separator" },
        { role: "togglefullscreen" },
        { role: "toggleDevTools" },
      ],
    },
    { role: "windowMenu" },
    ...(isMac
      ? []
      : [
          {
            label: "&Help",
            submenu: [{ label: "About Fovea", click: () => app.showAboutPanel() }],
          },
        ]),
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
