import { useMessage, useNotification, NButton } from "naive-ui";
import { h } from "vue";
import { isAbort, toApiError } from "../api/client.ts";
import { useProject } from "../stores/project.ts";
import { t } from "../text/t.ts";

const UNDO_TIME = 7000;

/** Short notices at the edge of the window. */
export function useNotify() {
  const message = useMessage();
  const notification = useNotification();
  const project = useProject();

  function error(thrown: unknown): void {
    if (isAbort(thrown)) return;
    const shown = toApiError(thrown);
    notification.error({
      title: t("error.title"),
      content: shown.message,
      meta: shown.code,
      duration: 12_000,
      keepAliveOnHover: true,
    });
  }

  /** Runs the work and shows what it throws. Returns whether it went well. */
  async function attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (thrown) {
      error(thrown);
      return false;
    }
  }

  /**
   * Removal that can be undone: `hide` takes it off the screen now, `commit` removes it when the time to undo has
   * passed, `restore` brings it back. In another project the same ids mean other things, so there nothing is removed.
   */
  function undoable(
    name: string,
    steps: { hide(): void; commit(): Promise<unknown>; restore(): unknown },
  ): void {
    steps.hide();
    let undone = false;
    const projectPath = project.info?.path;
    const notice = notification.create({
      title: t("common.removedNotice", { name }),
      duration: UNDO_TIME,
      action: () =>
        h(
          NButton,
          {
            size: "small",
            onClick: () => {
              undone = true;
              notice.destroy();
            },
          },
          () => t("common.undo"),
        ),
      onAfterLeave: () => {
        if (undone || project.info?.path !== projectPath) steps.restore();
        else
          void attempt(() => steps.commit()).then((done) => {
            if (!done) steps.restore();
          });
      },
    });
  }

  return { message, notification, error, attempt, undoable };
}
