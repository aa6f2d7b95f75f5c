import { z } from "zod";
import { route } from "./route.ts";

/** What only the desktop answers; `system/info` says under `can` whether it is there. Called like every other route. */
export const shellRoutes = {
  /** The system's own dialog. `path` is null where the user cancelled. */
  "shell/pick-folder": route<{ readonly path: string | null }>()(
    z.object({
      kind: z.enum(["folder", "file"]).default("folder"),
      title: z.string().max(200).optional(),
      /** Where the dialog starts. */
      startAt: z.string().max(4096).optional(),
    }),
  ),
  /** Selects a file or folder in the system's file manager. */
  "shell/show-in-folder": route<Record<string, never>>()(
    z.object({ path: z.string().min(1).max(4096) }),
  ),
};

export type ShellRoute = keyof typeof shellRoutes;

/** `window.foveaDesktop`, there in the desktop window only. */
export interface DesktopBridge {
  /** Path of a file or folder that was dropped on the page; empty for one that has none. */
  pathOfFile(file: unknown): string;
}
