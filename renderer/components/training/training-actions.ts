import type { TrainingSummary } from "../../../shared/api/training.ts";
import { call } from "../../api/client.ts";
import { useNotify } from "../../composables/notify.ts";
import { useTrainings } from "../../stores/training.ts";
import { t } from "../../text/t.ts";

/** What can be done to a training, wherever it is shown. */
export function useTrainingActions() {
  const trainings = useTrainings();
  const notify = useNotify();

  const pause = ({ id }: TrainingSummary) =>
    notify.attempt(async () => trainings.apply(await call("training/pause", { trainingId: id })));

  const resume = ({ id }: TrainingSummary) =>
    notify.attempt(async () => {
      await call("training/resume", { trainingId: id });
      await trainings.load();
    });

  const stop = ({ id }: TrainingSummary) =>
    notify.attempt(async () => trainings.apply(await call("training/stop", { trainingId: id })));

  const keep = ({ id }: TrainingSummary, name: string) =>
    notify.attempt(async () => {
      await call("training/keep", { trainingId: id, name });
      notify.message.success(t("training.kept"));
      await trainings.load();
    });

  const rename = ({ id }: TrainingSummary, name: string) =>
    notify.attempt(async () =>
      trainings.apply(await call("training/rename", { trainingId: id, name })),
    );

  function remove({ id, name }: TrainingSummary): void {
    notify.undoable(name, {
      hide: () => trainings.hide(id),
      commit: () => call("training/remove", { trainingId: id }),
      restore: () => trainings.load(),
    });
  }

  return { pause, resume, stop, keep, rename, remove };
}
