import { analysis } from "./analysis.ts";
import { datasets } from "./datasets.ts";
import { images } from "./images.ts";
import { imports } from "./imports.ts";
import { jobs } from "./jobs.ts";
import { models } from "./models.ts";
import { projects } from "./projects.ts";
import type { InputOf, OutputOf, ParsedOf } from "./route.ts";
import { runs } from "./runs.ts";
import { system } from "./system.ts";

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
};

export type Contract = typeof contract;
export type RouteName = keyof Contract;
export type Input<Name extends RouteName> = InputOf<Contract[Name]>;
export type Parsed<Name extends RouteName> = ParsedOf<Contract[Name]>;
export type Output<Name extends RouteName> = OutputOf<Contract[Name]>;
