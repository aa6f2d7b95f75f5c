import { z } from "zod";
import { route } from "./route.ts";

export interface SystemInfo {
  readonly version: string;
  readonly host: "desktop" | "loopback";
  /** What only the desktop has; where false the page falls back. */
  readonly can: { readonly openDialog: boolean; readonly showInFolder: boolean };
}

/** One line of the doctor's report. */
export interface DoctorCheck {
  readonly name: string;
  readonly state: "ok" | "warning" | "missing";
  readonly found: string;
  /** What to do about it; null where nothing is to be done. */
  readonly advice: string | null;
}

export interface FolderEntry {
  readonly name: string;
  readonly path: string;
  readonly kind: "folder" | "file";
}

export interface FolderListing {
  readonly path: string;
  readonly parent: string | null;
  readonly entries: readonly FolderEntry[];
  /** Places to start from: home, the data folder, drives. */
  readonly places: readonly { readonly name: string; readonly path: string }[];
}

export const system = {
  "system/info": route<SystemInfo>()(z.object({})),
  "system/doctor": route<{ readonly checks: readonly DoctorCheck[] }>()(z.object({})),
  /** The in-page folder chooser. Without a path: the user's home. */
  "system/folder": route<FolderListing>()(z.object({ path: z.string().max(4096).optional() })),
  "system/settings": route<Readonly<Record<string, unknown>>>()(z.object({})),
  "system/saveSettings": route<Readonly<Record<string, unknown>>>()(
    z.record(z.string().max(64), z.unknown()),
  ),
};
