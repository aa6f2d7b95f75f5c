import { existsSync, mkdirSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";
import { AppError } from "../../../shared/domain/app-error.ts";
import { WarmCompute } from "../../compute/warm-compute.ts";
import { openDatabase, type Db } from "../../db/open.ts";
import { lockProject } from "../../db/project-lock.ts";
import { jobQueries } from "../../db/queries/jobs.ts";
import type { Events } from "../events.ts";
import { Analysis } from "../analysis/client.ts";
import { EvaluationWorker } from "../analysis/evaluation-worker.ts";
import { JobQueue } from "../jobs/queue.ts";
import { jobRunners } from "../jobs/runners.ts";
import { watchTrainings } from "../training/watch-trainings.ts";
import { removeLeftovers } from "./leftovers.ts";

export const PROJECT_FILE = "project.fovea";

/** A project that is open: its database, its jobs, its analysis worker. */
export interface OpenProject {
  readonly folder: string;
  readonly name: string;
  readonly databasePath: string;
  readonly db: Db;
  readonly jobs: JobQueue;
  readonly analysis: Analysis;
  /** Works out what explains a run, so that `analysis` stays free for the page. */
  readonly explanations: EvaluationWorker;
  /** Runs models for a person who waits. */
  readonly warm: WarmCompute;
  /** Stops its jobs and worker, then closes the file. */
  close(): Promise<void>;
}

export interface ProjectPorts {
  readonly events: Events;
  readonly log: (line: string) => void;
}

/** Throws `project/not-found` where the folder holds no project. */
export function openProject(folder: string, ports: ProjectPorts): OpenProject {
  if (!existsSync(join(folder, PROJECT_FILE))) {
    throw new AppError(
      "project/not-found",
      `${folder} is not a Fovea project: it holds no ${PROJECT_FILE}. Choose another folder, or create a project there.`,
    );
  }
  const path = realpathSync(folder);
  const databasePath = join(path, PROJECT_FILE);
  const db = openDatabase(databasePath);
  try {
    for (const part of ["checkpoints", "cache"]) mkdirSync(join(path, part), { recursive: true });
    // Where another process has the project open, its half-done work is not a leftover.
    const lock = lockProject(join(path, "cache", "lock.db"));
    const cleared = lock
      ? removeLeftovers(db).catch((error: unknown) => ports.log(String(error)))
      : null;
    const analysis = new Analysis(databasePath, ports.log);
    const evaluationWorker = new EvaluationWorker(databasePath, ports.log);
    const explanations = new EvaluationWorker(databasePath, ports.log);
    const jobs = new JobQueue(
      { queries: jobQueries(db), events: ports.events, log: ports.log },
      jobRunners({ db, databasePath, events: ports.events, evaluationWorker, analysis }),
    );
    const warm = new WarmCompute();
    const stopWatching = watchTrainings(db, ports.events);
    const close = async () => {
      warm.close();
      await jobs.close();
      stopWatching();
      await Promise.all([analysis.close(), evaluationWorker.close(), explanations.close()]);
      await cleared;
      lock?.release();
      db.close();
    };
    const name = basename(path);
    return { folder: path, name, databasePath, db, jobs, analysis, explanations, warm, close };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Makes the folder and an empty project in it. Throws `project/exists` where there is one. */
export function createProject(folder: string): void {
  if (existsSync(join(folder, PROJECT_FILE))) {
    throw new AppError(
      "project/exists",
      `${folder} already holds a project. Open it, or choose another folder.`,
    );
  }
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError(
      "project/cannot-create",
      `${folder} could not be made (${reason}). Choose another folder.`,
    );
  }
  openDatabase(join(folder, PROJECT_FILE)).close();
}
