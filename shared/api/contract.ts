import { analysis } from "./analysis.ts";
import { annotations } from "./annotations.ts";
import { assist } from "./assist.ts";
import { datasets } from "./datasets.ts";
import { exports } from "./exports.ts";
import { images } from "./images.ts";
import { imports } from "./imports.ts";
import { jobs } from "./jobs.ts";
import { live } from "./live.ts";
import { models } from "./models.ts";
import { projects } from "./projects.ts";
import { revisions } from "./revisions.ts";
import type { InputOf, OutputOf, ParsedOf } from "./route.ts";
import { runs } from "./runs.ts";
import { suspects } from "./suspects.ts";
import { system } from "./system.ts";
import { training } from "./training.ts";

/** Every call there is. One file per noun; this is the only place that joins them. */
export const contract = {
  ...projects,
  ...system,
  ...jobs,
  ...imports,
  ...datasets,
  ...runs,
  ...analysis,
  ...images,
  ...models,
  ...annotations,
  ...revisions,
  ...live,
  ...suspects,
  ...assist,
  ...exports,
  ...training,
};

export type Contract = typeof contract;
export type RouteName = keyof Contract;
export type Input<Name extends RouteName> = InputOf<Contract[Name]>;
export type Parsed<Name extends RouteName> = ParsedOf<Contract[Name]>;
export type Output<Name extends RouteName> = OutputOf<Contract[Name]>;
