import { importQueries, type ImportQueries } from "../../db/queries/imports.ts";
import type { Db } from "../../db/open.ts";
import type { ProblemLog } from "../../formats/problem-log.ts";
import type { LabelSink } from "./label-source.ts";
import { PacedWrites } from "./paced-writes.ts";

/** Fills one dataset that is not ready yet; `finish` makes it visible. */
export class DatasetWriter implements LabelSink {
  readonly datasetId: number;
  readonly #queries: ImportQueries;
  readonly #writes: PacedWrites;
  readonly #images = new Map<number, number>();
  readonly #categories = new Map<number, number>();

  constructor(
    db: Db,
    dataset: {
      readonly name: string;
      readonly root: string;
      readonly labelFormat: string | null;
      readonly labelPath: string | null;
    },
  ) {
    this.#queries = importQueries(db);
    this.#writes = new PacedWrites(db);
    this.datasetId = this.#queries.insertDataset({ ...dataset, createdAt: Date.now() });
  }

  category: LabelSink["category"] = (entry) => {
    const id = this.#writes.write(() => this.#queries.insertCategory(this.datasetId, entry));
    this.#categories.set(entry.sourceId, id);
  };

  image: LabelSink["image"] = (entry) => {
    const id = this.#writes.write(() =>
      this.#queries.insertImage({ ...entry, datasetId: this.datasetId }),
    );
    this.#images.set(entry.sourceId, id);
  };

  annotation: LabelSink["annotation"] = (entry) => {
    const imageId = this.#images.get(entry.imageSourceId);
    const categoryId = this.#categories.get(entry.categorySourceId);
    if (imageId === undefined || categoryId === undefined) {
      throw new Error(
        `annotation of an image or class that was not announced: ${JSON.stringify(entry)}`,
      );
    }
    this.#writes.write(() => {
      this.#queries.insertAnnotation({ ...entry, imageId, categoryId });
    });
  };

  /** Commits what is open, so that other connections and queries see it. */
  flush(): void {
    this.#writes.end();
  }

  /** Stores the problems and makes the dataset ready together with these prediction sets. */
  finish(problems: ProblemLog, predictionSetIds: readonly number[]): void {
    for (const problem of problems.list()) {
      this.#writes.write(() => {
        this.#queries.insertProblem(this.datasetId, problem);
      });
    }
    this.#writes.end();
    // All in one transaction: either the whole import is there or nothing of it.
    this.#writes.write(() => {
      for (const setId of predictionSetIds) this.#queries.markPredictionSetReady(setId);
      this.#queries.markDatasetReady(this.datasetId);
    });
    this.#writes.end();
  }

  /** Rolls back what is open. */
  abandon(): void {
    this.#writes.abandon();
  }
}
