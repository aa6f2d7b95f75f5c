import { analysis } from "./en/analysis.ts";
import { annotate } from "./en/annotate.ts";
import { charts } from "./en/charts.ts";
import { common } from "./en/common.ts";
import { compare } from "./en/compare.ts";
import { data } from "./en/data.ts";
import { exports } from "./en/exports.ts";
import { frame } from "./en/frame.ts";
import { imports } from "./en/imports.ts";
import { inspect } from "./en/inspect.ts";
import { jobs } from "./en/jobs.ts";
import { models } from "./en/models.ts";
import { runs } from "./en/runs.ts";
import { settings } from "./en/settings.ts";
import { training } from "./en/training.ts";

/** Everything the page says, in English. Another language is a second value of this type. */
export const en = {
  ...common,
  ...frame,
  ...imports,
  ...runs,
  ...charts,
  ...analysis,
  ...compare,
  ...data,
  ...jobs,
  ...settings,
  ...models,
  ...inspect,
  ...exports,
  ...annotate,
  ...training,
} as const;
