import { useRouter } from "vue-router";
import { useCommands, type Command } from "../../composables/commands.ts";
import { useNotify } from "../../composables/notify.ts";
import { useSelection } from "../../composables/selection.ts";
import { shortcutCatalogue, type ShortcutEntry } from "../../composables/shortcut-catalogue.ts";
import { keysOf } from "../../composables/shortcuts.ts";
import { useDatasets } from "../../stores/datasets.ts";
import { useProject } from "../../stores/project.ts";
import { useRuns } from "../../stores/runs.ts";
import { t } from "../../text/t.ts";
import { railFoot, railItems } from "./rail-items.ts";

/** What the palette offers on every page: pages, actions, runs, datasets, projects. */
export function useFrameCommands(actions: { toggleTheme(): void; showSheet(): void }): void {
  const router = useRouter();
  const runs = useRuns();
  const datasets = useDatasets();
  const project = useProject();
  const notify = useNotify();
  const { selectDataset } = useSelection();

  useCommands(() =>
    [...railItems, ...railFoot].map((item) => ({
      id: `page:${item.id}`,
      title: t(item.title),
      group: t("palette.pages"),
      ...withKeys(item.shortcut),
      run: () => router.push(item.path),
    })),
  );

  useCommands(() => [
    action("open-folder", t("bar.openFolder"), () => router.push("/open"), "open-folder"),
    action("evaluate", t("palette.evaluate"), () => router.push("/runs?evaluate=1")),
    action("add-predictions", t("palette.addPredictions"), () => router.push("/runs?add=1")),
    action("manage", t("palette.manage"), () => router.push("/data?manage=1")),
    action("new-training", t("palette.newTraining"), () => router.push("/train/new")),
    action("ablations", t("palette.ablations"), () => router.push("/train/ablations")),
    action("export", t("exports.command"), () => router.push("/data?export=1")),
    action("theme", t("palette.toggleTheme"), actions.toggleTheme, "toggle-theme"),
    action("sheet", t("shortcuts.title"), actions.showSheet, "sheet"),
  ]);

  useCommands(() =>
    runs.list.map((run) => ({
      id: `run:${run.id}`,
      title: run.name,
      group: t("palette.runs"),
      run: () => router.push(`/runs/${run.id}`),
    })),
  );

  useCommands(() =>
    datasets.list.map((dataset) => ({
      id: `dataset:${dataset.id}`,
      title: dataset.name,
      group: t("palette.datasets"),
      run: () => selectDataset(dataset.id),
    })),
  );

  const openProject = (work: () => Promise<void>) => async () => {
    if (await notify.attempt(work)) await router.push("/");
  };
  useCommands(() => [
    {
      id: "project:sample",
      title: t("bar.openSample"),
      group: t("palette.projects"),
      run: openProject(() => project.openSample()),
    },
    ...(project.info?.recent ?? []).map((entry) => ({
      id: `project:${entry.path}`,
      title: entry.name,
      keywords: entry.path,
      group: t("palette.projects"),
      run: openProject(() => project.open(entry.path)),
    })),
  ]);
}

function action(id: string, title: string, run: () => unknown, shortcut?: string): Command {
  return { id: `do:${id}`, title, group: t("palette.actions"), ...withKeys(shortcut), run };
}

function withKeys(shortcut: string | undefined): { keys?: string } {
  const entry = (shortcutCatalogue as readonly ShortcutEntry[]).find((row) => row.id === shortcut);
  return entry ? { keys: keysOf(entry) } : {};
}
