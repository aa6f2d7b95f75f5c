import type { Session, WebContents } from "electron";
import { origin } from "./app-protocol.ts";
import { app, session, shell } from "./electron.ts";

/** The page may put text and pictures on the clipboard when the user asks for it, and nothing else. */
const granted = new Set(["clipboard-sanitized-write"]);
const localSchemes = new Set(["app:", "blob:", "data:", "devtools:"]);

/** No permissions, no network, no way to another page: for every page there will ever be. */
export function lockDown(): void {
  lockSession(session.defaultSession);
  app.on("web-contents-created", (_event, contents) => lockContents(contents));
}

function lockSession(target: Session): void {
  target.setPermissionRequestHandler((_contents, permission, answer) =>
    answer(granted.has(permission)),
  );
  target.setPermissionCheckHandler((_contents, permission) => granted.has(permission));
  target.setDevicePermissionHandler(() => false);
  target.webRequest.onBeforeRequest(({ url }, answer) =>
    answer({ cancel: !localSchemes.has(new URL(url).protocol) }),
  );
}

function lockContents(contents: WebContents): void {
  contents.on("will-navigate", (event) => {
    if (!isOwn(event.url)) event.preventDefault();
  });
  contents.on("will-redirect", (event) => {
    if (!isOwn(event.url)) event.preventDefault();
  });
  contents.on("will-attach-webview", (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    // Links to papers and the like go to the user's browser; this window shows Fovea only.
    if (url.startsWith("https://")) void shell.openExternal(url);
    return { action: "deny" };
  });
}

function isOwn(url: string): boolean {
  return url === origin || url.startsWith(`${origin}/`);
}
