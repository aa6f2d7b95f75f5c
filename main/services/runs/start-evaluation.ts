import type { Parsed } from "../../../shared/api/contract.ts";
import { protocolNames } from "../../../shared/domain/protocols.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import { datasetQueries } from "../../db/queries/datasets.ts";
import type { OpenProject } from "../projects/open-project.ts";

/** Queues the evaluation of a prediction set. Returns the job's id. */
export function startEvaluation(project: OpenProject, input: Parsed<"runs/evaluate">): number {
  const set = datasetQueries(project.db).predictionSet(input.predictionSetId);
  if (!set) {
    throw new AppError(
      "prediction-set/not-found",
      `There is no prediction set ${input.predictionSetId} in this project; it may have been removed.`,
    );
  }
  if (input.params && input.params.protocol !== input.protocol) {
    throw new AppError(
      "run/protocol-mismatch",
      `The parameters are for ${input.params.protocol}, but ${input.protocol} was asked for. Send parameters of that protocol.`,
    );
  }
  return project.jobs.start(
    "evaluate",
    `Evaluate ${set.name} (${protocolNames[input.protocol]})`,
    input,
  );
}
