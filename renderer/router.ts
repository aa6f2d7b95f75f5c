import { createRouter, createWebHistory, type RouteRecordRaw } from "vue-router";
import type { TextKey } from "./text/t.ts";

/**
 * Every page. `title` is the text of the window title. A page with `dropsWithDataset` shows one thing of one dataset,
 * so that choosing another dataset leaves it. Every host answers any path with the page, which reads its whole state from the address.
 */
interface PageMeta {
  readonly title: TextKey;
  readonly dropsWithDataset?: true;
  /** The page itself goes from one thing to the next, and keeps its state. */
  readonly staysOpen?: true;
}

function page(
  path: string,
  name: string,
  component: () => Promise<unknown>,
  meta: PageMeta,
): RouteRecordRaw {
  return { path, name, component: component as never, meta: { ...meta } };
}

export const routes: readonly RouteRecordRaw[] = [
  page("/", "start", () => import("./pages/StartPage.vue"), { title: "nav.start" }),
  page("/open", "open", () => import("./pages/OpenPage.vue"), { title: "nav.open" }),
  page("/data", "data", () => import("./pages/DataPage.vue"), { title: "nav.data" }),
  page("/data/problems", "problems", () => import("./pages/ProblemsPage.vue"), {
    title: "nav.problems",
  }),
  page("/images/:imageId(\\d+)", "image", () => import("./pages/ImagePage.vue"), {
    title: "nav.image",
    dropsWithDataset: true,
    staysOpen: true,
  }),
  page("/annotate", "annotate", () => import("./pages/AnnotatePage.vue"), {
    title: "nav.annotate",
  }),
  page("/annotate/:imageId(\\d+)", "annotate-image", () => import("./pages/AnnotatePage.vue"), {
    title: "nav.annotate",
    dropsWithDataset: true,
    staysOpen: true,
  }),
  page("/runs", "runs", () => import("./pages/RunsPage.vue"), { title: "nav.runs" }),
  page("/runs/:runId(\\d+)", "run", () => import("./pages/RunPage.vue"), {
    title: "nav.runs",
    dropsWithDataset: true,
  }),
  page("/failures", "failures", () => import("./pages/FailuresPage.vue"), {
    title: "nav.failures",
  }),
  page("/compare", "compare", () => import("./pages/ComparePage.vue"), { title: "nav.compare" }),
  page("/train", "trainings", () => import("./pages/TrainPage.vue"), { title: "nav.train" }),
  page("/train/new", "new-training", () => import("./pages/NewTrainingPage.vue"), {
    title: "nav.newTraining",
  }),
  page("/train/ablations", "ablations", () => import("./pages/AblationsPage.vue"), {
    title: "nav.ablations",
  }),
  page("/train/:trainingId(\\d+)", "training", () => import("./pages/TrainingPage.vue"), {
    title: "nav.train",
  }),
  page("/models", "models", () => import("./pages/ModelsPage.vue"), { title: "nav.models" }),
  page("/jobs", "jobs", () => import("./pages/JobsPage.vue"), { title: "nav.jobs" }),
  page("/settings", "settings", () => import("./pages/SettingsPage.vue"), {
    title: "nav.settings",
  }),
  { path: "/:rest(.*)*", redirect: "/" },
];

export const router = createRouter({ history: createWebHistory(), routes });
