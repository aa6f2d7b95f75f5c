import type { Db } from "../../db/open.ts";
import type { Analysis } from "../analysis/client.ts";
import type { Events } from "../events.ts";
import type { JobRunners } from "./queue.ts";

export interface RunnerPorts {
  readonly db: Db;
  readonly databasePath: string;
  readonly events: Events;
  readonly analysis: Analysis;
}

/** What does each kind of job. */
export function jobRunners(_ports: RunnerPorts): JobRunners {
  return {};
}
