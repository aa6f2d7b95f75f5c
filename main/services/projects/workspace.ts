import { existsSync, mkdirSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ProjectInfo } from "../../../shared/api/projects.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import type { Events } from "../events.ts";
import { UserStore } from "../user-store.ts";
import { createProject, openProject, PROJECT_FILE, type OpenProject } from "./open-project.ts";
import { fillSample } from "./sample.ts";

export interface WorkspaceConfig {
  /** Where what belongs to the user lives; see data-folder.ts. */
  readonly dataFolder: string;
  /** The embedded sample dataset. */
  readonly sampleFolder: string;
}

/** The one project that is open, and the ways to another. */
export class Workspace {
  readonly users: UserStore;
  readonly #dataFolder: string;
  readonly #sampleFolder: string;
  readonly #ports: { readonly events: Events; readonly log: (line: string) => void };
  #open: OpenProject | null = null;

  constructor(
    config: WorkspaceConfig,
    ports: { readonly events: Events; readonly log: (line: string) => void },
  ) {
    mkdirSync(config.dataFolder, { recursive: true });
    this.#dataFolder = realpathSync(config.dataFolder);
    this.#sampleFolder = config.sampleFolder;
    this.#ports = ports;
    this.users = new UserStore(this.#dataFolder);
  }

  /** Throws `project/none-open`. */
  get project(): OpenProject {
    if (this.#open) return this.#open;
    throw new AppError("project/none-open", "No project is open. Open or create one first.");
  }

  info(): ProjectInfo {
    const { folder, name } = this.project;
    return {
      path: folder,
      name: this.#displayName(folder, name),
      isSample: folder === this.sampleProjectFolder,
      recent: this.users.recent().filter(({ path }) => existsSync(join(path, PROJECT_FILE))),
    };
  }

  get sampleProjectFolder(): string {
    return join(this.#dataFolder, "sample");
  }

  async open(folder: string): Promise<ProjectInfo> {
    const path = existsSync(folder) ? realpathSync(folder) : resolve(folder);
    if (this.#open?.folder === path) return this.info();
    this.#refuseIfBusy();
    const next = openProject(path, this.#ports);
    const before = this.#open;
    this.#open = next;
    await before?.close();
    this.users.remember({ path: next.folder, name: this.#displayName(next.folder, next.name) });
    this.#ports.events.emit({ type: "changed", noun: "project" });
    return this.info();
  }

  /** Opens the project in a folder, which is made where there is none. */
  async openOrCreate(folder: string): Promise<ProjectInfo> {
    if (!existsSync(join(folder, PROJECT_FILE))) {
      this.#refuseIfBusy();
      createProject(folder);
    }
    return this.open(folder);
  }

  /** Without a path the project lies in the data folder, under a name made from its own. */
  async create(name: string, path?: string): Promise<ProjectInfo> {
    this.#refuseIfBusy();
    const folder = path === undefined ? this.#freeFolder(name) : resolve(path);
    createProject(folder);
    return this.open(folder);
  }

  /** Opens the sample project; the first time it is made from the embedded dataset and evaluated. */
  async openSample(): Promise<ProjectInfo> {
    await this.openOrCreate(this.sampleProjectFolder);
    await fillSample(this.project, this.#sampleFolder);
    return this.info();
  }

  /** The project opened last, else the sample. What cannot be opened is logged, so that the page comes up anyway. */
  async openLast(): Promise<void> {
    const known = this.users.recent().filter(({ path }) => existsSync(join(path, PROJECT_FILE)));
    for (const { path } of known) {
      const isSample = path === this.sampleProjectFolder;
      if (await this.#tryTo(isSample ? () => this.openSample() : () => this.open(path))) return;
    }
    await this.#tryTo(() => this.openSample());
  }

  async #tryTo(open: () => Promise<unknown>): Promise<boolean> {
    try {
      await open();
      return true;
    } catch (error) {
      this.#ports.log(error instanceof Error ? error.message : String(error));
      return this.#open !== null;
    }
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    await open?.close();
  }

  /** A project is not closed over its running jobs. */
  #refuseIfBusy(): void {
    if (!this.#open?.jobs.busy) return;
    const { jobs, name } = this.#open;
    const title = jobs.list().find(({ state }) => state === "running")?.title ?? "A job";
    throw new AppError(
      "project/busy",
      `"${title}" is still running in ${name}. Wait for it or cancel it, then open the other project.`,
    );
  }

  #displayName(folder: string, name: string): string {
    return folder === this.sampleProjectFolder ? "Sample" : name;
  }

  #freeFolder(name: string): string {
    const safe =
      name.replace(/[^\p{L}\p{N}._-]+/gu, " ").replace(/^[ .]+|[ .]+$/g, "") || "project";
    const base = join(this.#dataFolder, "projects", safe);
    for (let n = 1; ; n += 1) {
      const folder = n === 1 ? base : `${base} ${n}`;
      if (!existsSync(folder)) return folder;
    }
  }
}
