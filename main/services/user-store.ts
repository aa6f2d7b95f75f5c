import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeQuickly } from "../files/atomic-write.ts";

export interface RecentProject {
  readonly path: string;
  readonly name: string;
}

const RECENT_LIMIT = 20;

/** What belongs to the user and to no project, as two small JSON files in the data folder. */
export class UserStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  settings(): Readonly<Record<string, unknown>> {
    const stored = this.#read("settings.json");
    return isRecord(stored) ? stored : {};
  }

  /** Replaces the settings named, keeps the others; null removes one. Returns all of them. */
  saveSettings(changes: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    const merged = new Map(Object.entries({ ...this.settings(), ...changes }));
    for (const [key, value] of merged)
      if (value === null || key === "__proto__") merged.delete(key);
    const settings = Object.fromEntries(merged);
    this.#write("settings.json", settings);
    return settings;
  }

  /** Most recent first. */
  recent(): readonly RecentProject[] {
    const stored = this.#read("recent.json");
    return Array.isArray(stored) ? stored.filter(isRecentProject) : [];
  }

  remember(project: RecentProject): void {
    const others = this.recent().filter(({ path }) => path !== project.path);
    this.#write("recent.json", [project, ...others].slice(0, RECENT_LIMIT));
  }

  forget(path: string): void {
    this.#write(
      "recent.json",
      this.recent().filter((project) => project.path !== path),
    );
  }

  #read(file: string): unknown {
    try {
      return JSON.parse(readFileSync(join(this.#folder, file), "utf8"));
    } catch {
      return null; // not there yet, or damaged: the defaults serve
    }
  }

  #write(file: string, value: unknown): void {
    writeQuickly(join(this.#folder, file), `${JSON.stringify(value, null, 2)}\n`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isRecentProject(value: unknown): value is RecentProject {
  return isRecord(value) && typeof value["path"] === "string" && typeof value["name"] === "string";
}
