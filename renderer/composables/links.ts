import type { LocationQueryRaw, RouteLocationRaw } from "vue-router";
import { idsParam, labelsParam } from "./address.ts";

/** What a page about objects can be narrowed to; the pages read it back from the address under the same names. */
export interface ObjectScope {
  readonly datasetId?: number | undefined;
  readonly runId?: number | undefined;
  readonly buckets?: readonly string[];
  readonly categoryIds?: readonly number[];
  readonly kinds?: readonly ("miss" | "false-alarm")[];
  readonly verdicts?: readonly ("hit" | "miss" | "false-alarm" | "ignored")[];
  readonly reasons?: readonly string[];
}

export function failuresLink(scope: ObjectScope): RouteLocationRaw {
  return { path: "/failures", query: queryOf(scope) };
}

export function dataLink(scope: ObjectScope): RouteLocationRaw {
  return { path: "/data", query: queryOf(scope) };
}

function queryOf(scope: ObjectScope): LocationQueryRaw {
  const written: Record<string, string | null> = {
    dataset: scope.datasetId === undefined ? null : String(scope.datasetId),
    run: scope.runId === undefined ? null : String(scope.runId),
    bucket: labelsParam.format(scope.buckets ?? []),
    class: idsParam.format(scope.categoryIds ?? []),
    kind: labelsParam.format(scope.kinds ?? []),
    verdict: labelsParam.format(scope.verdicts ?? []),
    reason: labelsParam.format(scope.reasons ?? []),
  };
  return Object.fromEntries(Object.entries(written).filter(([, value]) => value !== null));
}
