import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DatasetSummary, PredictionSetSummary } from "../../shared/api/datasets.ts";
import { AppError } from "../../shared/domain/app-error.ts";
import { datasetQueries, type DatasetQueries } from "../db/queries/datasets.ts";
import type { Events } from "../services/events.ts";
import { removeDataset, removePredictionSet } from "../services/imports/purge.ts";
import type { Workspace } from "../services/projects/workspace.ts";
import type { HandlersOf } from "./handlers.ts";

export function datasetHandlers(
  workspace: Workspace,
  events: Events,
): HandlersOf<"datasets"> & HandlersOf<"predictionSets"> {
  const queries = () => datasetQueries(workspace.project.db);
  const changed = <Answer>(noun: "datasets" | "predictionSets", answer: Answer): Answer => {
    events.emit({ type: "changed", noun });
    return answer;
  };
  return {
    "datasets/list": () => ({ datasets: queries().all() }),
    "datasets/rename": ({ datasetId, name }) => {
      dataset(queries(), datasetId);
      queries().rename(datasetId, name);
      return changed("datasets", dataset(queries(), datasetId));
    },
    "datasets/remove": async ({ datasetId }) => {
      const { db } = workspace.project; // Another project may be open by the time the rows are gone.
      dataset(datasetQueries(db), datasetId);
      await removeDataset(db, datasetId);
      datasetQueries(db).remove(datasetId);
      return changed("datasets", {});
    },
    "datasets/relocate": ({ datasetId, root }) => {
      dataset(queries(), datasetId);
      refuseWrongRoot(root, queries().firstImagePaths(datasetId));
      queries().relocate(datasetId, root);
      return changed("datasets", dataset(queries(), datasetId));
    },
    "datasets/problems": ({ datasetId, offset, limit }) => {
      dataset(queries(), datasetId);
      return queries().problems(datasetId, offset, limit);
    },
    "predictionSets/list": ({ datasetId }) => {
      dataset(queries(), datasetId);
      return { predictionSets: queries().predictionSets(datasetId) };
    },
    "predictionSets/rename": ({ predictionSetId, name }) => {
      predictionSet(queries(), predictionSetId);
      queries().renamePredictionSet(predictionSetId, name);
      return changed("predictionSets", predictionSet(queries(), predictionSetId));
    },
    "predictionSets/remove": async ({ predictionSetId }) => {
      const { db } = workspace.project;
      predictionSet(datasetQueries(db), predictionSetId);
      await removePredictionSet(db, predictionSetId);
      return changed("predictionSets", {});
    },
  };
}

function dataset(queries: DatasetQueries, id: number): DatasetSummary {
  const found = queries.byId(id);
  if (found) return found;
  throw new AppError(
    "dataset/not-found",
    `There is no dataset ${id} in this project; it may have been removed.`,
  );
}

function predictionSet(queries: DatasetQueries, id: number): PredictionSetSummary {
  const found = queries.predictionSet(id);
  if (found) return found;
  throw new AppError(
    "prediction-set/not-found",
    `There is no prediction set ${id} in this project; it may have been removed.`,
  );
}

function refuseWrongRoot(root: string, imagePaths: readonly string[]): void {
  if (imagePaths.length === 0 || imagePaths.some((path) => existsSync(join(root, path)))) return;
  throw new AppError(
    "dataset/wrong-root",
    `${root} holds none of the dataset's images (looked for ${imagePaths.slice(0, 2).join(", ")}). Choose the folder the images were moved to.`,
  );
}
