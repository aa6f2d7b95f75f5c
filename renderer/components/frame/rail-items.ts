import type { IconName } from "../ui/icons.ts";
import type { TextKey } from "../../text/t.ts";

export interface RailItem {
  readonly id: string;
  readonly title: TextKey;
  readonly icon: IconName;
  readonly path: string;
  /** Route names that light it up. */
  readonly pages: readonly string[];
  readonly shortcut?: string;
}

/** The rail from top to bottom. A new page adds a row. */
export const railItems: readonly RailItem[] = [
  {
    id: "data",
    title: "nav.data",
    icon: "data",
    path: "/data",
    pages: ["data", "problems", "image", "open"],
    shortcut: "go-data",
  },
  {
    id: "annotate",
    title: "nav.annotate",
    icon: "annotate",
    path: "/annotate",
    pages: ["annotate", "annotate-image"],
    shortcut: "go-annotate",
  },
  {
    id: "runs",
    title: "nav.runs",
    icon: "runs",
    path: "/runs",
    pages: ["runs", "run", "start"],
    shortcut: "go-runs",
  },
  {
    id: "failures",
    title: "nav.failures",
    icon: "failures",
    path: "/failures",
    pages: ["failures"],
    shortcut: "go-failures",
  },
  {
    id: "compare",
    title: "nav.compare",
    icon: "compare",
    path: "/compare",
    pages: ["compare"],
    shortcut: "go-compare",
  },
  {
    id: "train",
    title: "nav.train",
    icon: "train",
    path: "/train",
    pages: ["trainings", "training", "new-training", "ablations"],
    shortcut: "go-train",
  },
  {
    id: "models",
    title: "nav.models",
    icon: "models",
    path: "/models",
    pages: ["models"],
    shortcut: "go-models",
  },
  {
    id: "jobs",
    title: "nav.jobs",
    icon: "jobs",
    path: "/jobs",
    pages: ["jobs"],
    shortcut: "go-jobs",
  },
];

/** At the foot of the rail. */
export const railFoot: readonly RailItem[] = [
  {
    id: "settings",
    title: "nav.settings",
    icon: "settings",
    path: "/settings",
    pages: ["settings"],
    shortcut: "go-settings",
  },
];
