import { AppError } from "../../../shared/domain/app-error.ts";
import type { Category } from "../../../shared/domain/records.ts";
import { annotationQueries, categoryQueries } from "../../db/queries/annotations.ts";
import { revisionQueries } from "../../db/queries/revisions.ts";
import { currentRevision } from "../revisions/require-revision.ts";
import type { EditPorts } from "./ports.ts";

/*
 * Both make a new revision of the dataset without an entry in the edit log: what was worked out from the classes is
 * worked out again, and the labels of any revision can still be told from the log.
 */

/** Adds a class of objects; its id in the user's terms is one more than the largest. Throws `category/known-name`. */
export function addCategory(ports: EditPorts, datasetId: number, name: string): Category {
  return changingClasses(ports, () => {
    currentRevision(revisionQueries(ports.db), datasetId);
    const queries = categoryQueries(ports.db);
    const known = queries.ofDataset(datasetId);
    refuseKnown(known, name);
    const sourceId =
      known.reduce((largest, category) => Math.max(largest, category.sourceId), 0) + 1;
    const category = { sourceId, name, role: "object" as const };
    annotationQueries(ports.db).revise(datasetId);
    return { id: queries.insert(datasetId, category), ...category };
  });
}

/** Throws `category/not-found` and `category/known-name`. */
export function renameCategory(ports: EditPorts, categoryId: number, name: string): Category {
  return changingClasses(ports, () => {
    const queries = categoryQueries(ports.db);
    const found = queries.byId(categoryId);
    if (found === null) {
      throw new AppError(
        "category/not-found",
        `There is no class ${categoryId} in this project; its dataset may have been removed.`,
      );
    }
    const { datasetId, ...category } = found;
    if (category.name === name) return category;
    refuseKnown(queries.ofDataset(datasetId), name);
    queries.rename(categoryId, name);
    annotationQueries(ports.db).revise(datasetId);
    return { ...category, name };
  });
}

function changingClasses({ db, events }: EditPorts, work: () => Category): Category {
  const category = db.transaction(work).immediate();
  events.emit({ type: "changed", noun: "datasets" });
  return category;
}

/** Names are compared as they are written: some datasets have both `Car` and `car`. */
function refuseKnown(categories: readonly Category[], name: string): void {
  if (!categories.some((category) => category.name === name)) return;
  throw new AppError(
    "category/known-name",
    `The dataset already has a class "${name}". Use that one, or choose another name.`,
  );
}
