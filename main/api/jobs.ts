import type { Workspace } from "../services/projects/workspace.ts";
import type { HandlersOf } from "./handlers.ts";

export function jobHandlers(workspace: Workspace): HandlersOf<"jobs"> {
  return {
    "jobs/list": () => ({ jobs: workspace.project.jobs.list() }),
    "jobs/get": ({ jobId }) => workspace.project.jobs.get(jobId),
    "jobs/cancel": ({ jobId }) => workspace.project.jobs.cancel(jobId),
    "jobs/resume": ({ jobId }) => workspace.project.jobs.resume(jobId),
    "jobs/clear": () => ({ removed: workspace.project.jobs.clear() }),
  };
}
