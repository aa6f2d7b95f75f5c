import type { DatasetSummary, PredictionSetSummary } from "../../../shared/api/datasets.ts";
import { call } from "../../api/client.ts";
import { useNotify } from "../../composables/notify.ts";
import { useDatasets } from "../../stores/datasets.ts";
import { useRuns } from "../../stores/runs.ts";
import { t } from "../../text/t.ts";

/** What can be done to a dataset and its predictions, wherever they are shown. */
export function useDatasetActions() {
  const datasets = useDatasets();
  const runs = useRuns();
  const notify = useNotify();

  /** Runs name their dataset and predictions, and go with them. */
  const loadBoth = () => Promise.all([datasets.load(), runs.load()]);

  async function rename({ id }: DatasetSummary, name: string): Promise<void> {
    await notify.attempt(async () => {
      await call("datasets/rename", { datasetId: id, name });
      await datasets.load();
    });
  }

  async function relocate({ id, name }: DatasetSummary, root: string): Promise<void> {
    await notify.attempt(async () => {
      await call("datasets/relocate", { datasetId: id, root });
      await datasets.load();
      notify.message.success(t("manage.relocated", { name }));
    });
  }

  function remove({ id, name }: DatasetSummary): void {
    removeLater(name, id, datasets.hidden, () => call("datasets/remove", { datasetId: id }));
  }

  async function renameSet({ id }: PredictionSetSummary, name: string): Promise<void> {
    await notify.attempt(async () => {
      await call("predictionSets/rename", { predictionSetId: id, name });
      await loadBoth();
    });
  }

  function removeSet({ id, name }: PredictionSetSummary): void {
    removeLater(name, id, datasets.hiddenSets, () =>
      call("predictionSets/remove", { predictionSetId: id }),
    );
  }

  function removeLater(
    name: string,
    id: number,
    hidden: Set<number>,
    work: () => Promise<unknown>,
  ): void {
    notify.undoable(name, {
      hide: () => hidden.add(id),
      async commit() {
        await work();
        await loadBoth();
        // The id may be given again.
        hidden.delete(id);
      },
      restore: () => hidden.delete(id),
    });
  }

  return { rename, relocate, remove, renameSet, removeSet };
}
