import type { DatasetSummary } from "../../shared/api/datasets.ts";
import type { ImageCard, ImageDetail } from "../../shared/api/images.ts";
import type { RunSummary } from "../../shared/api/runs.ts";
import type { Workbench } from "./browser.ts";

/** The sample's SODA-D run, and what the main side says about it. */
export interface SampleRun {
  readonly datasetId: number;
  readonly runId: number;
  /** `dataset=…&run=…`. */
  readonly query: string;
  cards(filter: object, sort: string): Promise<readonly ImageCard[]>;
  detail(imageId: number, filter: object): Promise<ImageDetail>;
}

export async function sampleRun(workbench: Workbench): Promise<SampleRun> {
  const { runs } = (await workbench.call("runs/list", {})) as { runs: RunSummary[] };
  const run = runs.find((candidate) => candidate.protocol === "soda-d");
  const { datasets } = (await workbench.call("datasets/list", {})) as {
    datasets: DatasetSummary[];
  };
  const datasetId = datasets.find(({ id }) => id === run?.datasetId)?.id;
  if (!run || datasetId === undefined) throw new Error("the sample has no SODA-D run");
  return {
    datasetId,
    runId: run.id,
    query: `dataset=${datasetId}&run=${run.id}`,
    async cards(filter, sort) {
      const answer = await workbench.call("images/query", {
        datasetId,
        filter: { runId: run.id, ...filter },
        sort,
        limit: 500,
      });
      return (answer as { items: ImageCard[] }).items;
    },
    async detail(imageId, filter) {
      const answer = await workbench.call("images/get", {
        imageId,
        filter: { runId: run.id, ...filter },
      });
      return answer as ImageDetail;
    },
  };
}
