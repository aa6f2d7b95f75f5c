import type { DesktopBridge, ShellRoute, shellRoutes } from "../../shared/api/shell.ts";
import type { InputOf, OutputOf } from "../../shared/api/route.ts";
import { post } from "./client.ts";

/** Calls that only the desktop answers; ask `system/info` first. */
export function callShell<Name extends ShellRoute>(
  name: Name,
  input: InputOf<(typeof shellRoutes)[Name]>,
): Promise<OutputOf<(typeof shellRoutes)[Name]>> {
  return post(name, input) as Promise<OutputOf<(typeof shellRoutes)[Name]>>;
}

/** Path of what was dropped on the window; null where the host does not tell. */
export function pathOfDropped(file: File): string | null {
  const bridge = (window as { foveaDesktop?: DesktopBridge }).foveaDesktop;
  const path = bridge?.pathOfFile(file) ?? "";
  return path === "" ? null : path;
}
