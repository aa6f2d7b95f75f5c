import { ablationPresets } from "../../shared/domain/ablations.ts";
import { trainingQueries } from "../db/queries/training.ts";
import type { Events } from "../services/events.ts";
import type { Workspace } from "../services/projects/workspace.ts";
import { listAblations, removeAblation, startAblation } from "../services/training/ablations.ts";
import { checkPlan } from "../services/training/check-plan.ts";
import { keepTraining } from "../services/training/keep-training.ts";
import {
  pauseTraining,
  removeTraining,
  resumeTraining,
  startTraining,
  stopTraining,
} from "../services/training/start-training.ts";
import { lossCurves, trainingCurves } from "../services/training/training-curves.ts";
import { findTraining, toSummary, trainingDetail } from "../services/training/training-records.ts";
import type { HandlersOf } from "./handlers.ts";

export function trainingHandlers(
  workspace: Workspace,
  events: Events,
): HandlersOf<"training"> & HandlersOf<"ablations"> {
  const db = () => workspace.project.db;
  const changed = <Result>(result: Result): Result => {
    events.emit({ type: "changed", noun: "trainings" });
    return result;
  };
  return {
    "training/start": async (plan) => changed(await startTraining(workspace.project, plan)),
    "training/check": (plan, { signal }) => checkPlan(db(), plan, signal),
    "training/list": () => ({ trainings: trainingQueries(db()).all().map(toSummary) }),
    "training/get": ({ trainingId }) => {
      const { folder } = workspace.project;
      return trainingDetail(db(), folder, trainingId);
    },
    "training/curves": (input, { signal }) => trainingCurves(db(), input, signal),
    "training/losses": async (input, { signal }) => ({
      losses: await lossCurves(db(), input, signal),
    }),
    "training/pause": ({ trainingId }) =>
      changed(toSummary(pauseTraining(workspace.project, trainingId))),
    "training/resume": ({ trainingId }) =>
      changed({ jobId: resumeTraining(workspace.project, trainingId) }),
    "training/stop": async ({ trainingId }) => {
      const stopped = toSummary(await stopTraining(workspace.project, trainingId));
      events.emit({ type: "changed", noun: "models" });
      return changed(stopped);
    },
    "training/keep": async ({ trainingId, name }) => {
      const modelId = await keepTraining(workspace.project, trainingId, name);
      events.emit({ type: "changed", noun: "models" });
      return changed({ modelId });
    },
    "training/rename": ({ trainingId, name }) => {
      findTraining(db(), trainingId);
      trainingQueries(db()).rename(trainingId, name);
      return changed(toSummary(findTraining(db(), trainingId)));
    },
    "training/remove": ({ trainingId }) => {
      removeTraining(workspace.project, trainingId);
      return changed({});
    },
    "ablations/presets": () => ({ presets: ablationPresets }),
    "ablations/start": async (plan) =>
      changed({ ablationId: await startAblation(workspace.project, plan) }),
    "ablations/list": () => ({ ablations: listAblations(db()) }),
    "ablations/remove": ({ ablationId }) => {
      removeAblation(workspace.project, ablationId);
      return changed({});
    },
  };
}
