import { inferenceQueries } from "../db/queries/models.ts";
import type { Events } from "../services/events.ts";
import { classMapping } from "../services/inference/class-mapping.ts";
import { findDataset, startPrediction } from "../services/inference/start-prediction.ts";
import { inspectImage } from "../services/models/inspect-image.ts";
import {
  addModel,
  findModel,
  inspectModel,
  listModels,
  removeModel,
  renameModel,
} from "../services/models/model-list.ts";
import { tensorflowState } from "../services/models/tensorflow-state.ts";
import type { Workspace } from "../services/projects/workspace.ts";
import type { HandlersOf } from "./handlers.ts";

export function modelHandlers(workspace: Workspace, events: Events): HandlersOf<"models"> {
  const db = () => workspace.project.db;
  const tensorflow = tensorflowState();
  const changed = <Result>(result: Result): Result => {
    events.emit({ type: "changed", noun: "models" });
    return result;
  };
  return {
    "models/list": () => ({ models: listModels(db()) }),
    "models/inspect": (input, { signal }) => inspectModel(db(), input, signal),
    "models/add": async (input) => changed(await addModel(db(), input)),
    "models/rename": (input) => changed(renameModel(db(), input)),
    "models/remove": ({ modelId }) => {
      removeModel(db(), modelId);
      return changed({});
    },
    "models/mapping": ({ modelId, datasetId }) =>
      classMapping(findModel(db(), modelId).description, findDataset(db(), datasetId).categories),
    "models/predict": (input) => {
      const started = startPrediction(workspace.project, input);
      // A dataset without classes was given the model's.
      events.emit({ type: "changed", noun: "datasets" });
      return started;
    },
    "models/inference": ({ predictionSetId }) => {
      const queries = inferenceQueries(db());
      const found = queries.byId(predictionSetId);
      if (!found) return { inference: null };
      const { modelId, modelName, settings } = found;
      const problems = queries.problems(predictionSetId);
      return { inference: { predictionSetId, modelId, modelName, settings, ...problems } };
    },
    "models/inspectImage": (input, { signal }) => inspectImage(workspace.project, input, signal),
    "models/tensorflow": tensorflow,
    "models/installTensorflow": () => ({
      jobId: workspace.project.jobs.start("install-tensorflow", "Install TensorFlow", {}),
    }),
  };
}
