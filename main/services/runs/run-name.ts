import { protocolNames, type EvaluationParams } from "../../../shared/domain/protocols.ts";
import { datasetQueries } from "../../db/queries/datasets.ts";
import type { Db } from "../../db/open.ts";

/** What a run is called unless the user says: the prediction set and the protocol. */
export function runName(
  db: Db,
  {
    predictionSetId,
    params,
  }: { readonly predictionSetId: number; readonly params: EvaluationParams },
): string {
  const set = datasetQueries(db).predictionSet(predictionSetId);
  return `${set?.name ?? "Predictions"} · ${protocolNames[params.protocol]}`;
}
