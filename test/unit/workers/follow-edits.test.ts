import { describe, expect, onTestFinished, test } from "vitest";
import {
  cocoParams,
  defaultParams,
  sodaDParams,
  type EvaluationParams,
} from "../../../shared/domain/protocols.ts";
import { objectFilter } from "../../../shared/api/images.ts";
import { verdictNames } from "../../../shared/evaluation/failures/verdicts.ts";
import { evaluate } from "../../../shared/evaluation/evaluate.ts";
import type { EvaluationResult } from "../../../shared/evaluation/types.ts";
import { editAnnotations } from "../../../main/services/annotations/edit.ts";
import { evaluateRun } from "../../../main/workers/evaluate-run.ts";
import { openReadOnly } from "../../../main/db/open.ts";
import { columnQueries } from "../../../main/db/queries/columns.ts";
import { bucketLabel, imageDetail } from "../../../main/workers/image-detail.ts";
import { loadDataset } from "../../../main/workers/dataset-columns.ts";
import { scoringRows } from "../../../main/workers/evaluation-set.ts";
import { JudgedRuns } from "../../../main/workers/judged.ts";
import { liveScore, LiveRuns } from "../../../main/workers/live-score.ts";
import { LoadedColumns } from "../../../main/workers/loaded-columns.ts";
import { analysisState } from "../../../main/workers/methods.ts";
import { storedRun } from "../../../main/workers/stored-run.ts";
import { randomProject, type RandomProject } from "../../fixtures/workers/random-project.ts";
import { seeded } from "../evaluation/hostile-set.ts";

const protocols: readonly EvaluationParams[] = [
  { ...cocoParams, maxDets: [1, 5, 9] },
  sodaDParams,
  { ...defaultParams("visdrone"), maxDets: [1, 10, 14] },
];

/** Counts how often all annotations are read at once. */
function reader(project: RandomProject) {
  const db = openReadOnly(project.path);
  onTestFinished(() => void db.close());
  const queries = columnQueries(db);
  let fullLoads = 0;
  const counting = {
    ...queries,
    annotations: (datasetId: number) => {
      fullLoads += 1;
      return queries.annotations(datasetId);
    },
  };
  return { db, queries: counting, fullLoads: () => fullLoads };
}

function values({ timings: _, ...result }: EvaluationResult): unknown {
  return structuredClone(result);
}

describe("columns that follow edits", () => {
  test("after any edits they are what reading everything again gives", () => {
    const random = seeded(21);
    for (let round = 0; round < 12; round += 1) {
      const project = randomProject(random);
      const { queries, fullLoads } = reader(project);
      const fresh = reader(project);
      const columns = new LoadedColumns(queries);
      columns.dataset(project.datasetId);
      for (let step = 0; step < 25; step += 1) {
        project.edit();
        if (random() < 0.3) continue; // several edits between two looks
        expect(columns.dataset(project.datasetId), `round ${round}, step ${step}`).toEqual(
          loadDataset(fresh.queries, project.datasetId),
        );
      }
      expect(fullLoads()).toBe(1);
    }
  });

  test("a revision that the log does not tell of is read in full", () => {
    const project = randomProject(seeded(5));
    const { queries, fullLoads } = reader(project);
    const columns = new LoadedColumns(queries);
    columns.dataset(project.datasetId);
    project.db.exec("UPDATE annotation SET x = x + 3; UPDATE dataset SET revision = revision + 1");
    project.edit();
    expect(columns.dataset(project.datasetId)).toEqual(
      loadDataset(reader(project).queries, project.datasetId),
    );
    expect(fullLoads()).toBe(2);
  });

  test("a class that was added is known to the labels that get it", () => {
    const project = randomProject(seeded(6));
    const { queries } = reader(project);
    const columns = new LoadedColumns(queries);
    columns.dataset(project.datasetId);
    project.db.exec(
      "INSERT INTO category (id, dataset_id, source_id, name, role) VALUES (77, 1, 1, 'new', 'object')",
    );
    const imageId = project.imageIds[6]!;
    const after = { categoryId: 77, box: [1, 2, 3, 4], crowd: false, ignore: false } as const;
    editAnnotations(project.ports, {
      imageId,
      action: "draw",
      changes: [{ id: -1, before: null, after }],
      origin: "",
    });
    const dataset = columns.dataset(project.datasetId);
    const row = dataset.image.length - 1;
    expect(dataset.categories[dataset.category[row]!]!.id).toBe(77);
    expect(dataset.images[dataset.image[row]!]!.id).toBe(imageId);
  });
});

describe("judged runs that follow edits", () => {
  test.each(protocols)("are those that are judged anew: $protocol", (params) => {
    const random = seeded(31);
    for (let round = 0; round < 8; round += 1) {
      const project = randomProject(random);
      const runId = project.addRun(params);
      const { queries, fullLoads } = reader(project);
      const judged = new JudgedRuns(queries, new LoadedColumns(queries));
      judged.run(runId, 0.5);
      for (let step = 0; step < 15; step += 1) {
        project.edit();
        if (random() < 0.3) continue;
        const fresh = reader(project).queries;
        const anew = new JudgedRuns(fresh, new LoadedColumns(fresh)).run(runId, 0.5);
        expect(judged.run(runId, 0.5), `round ${round}, step ${step}`).toEqual(anew);
      }
      expect(fullLoads()).toBe(1);
    }
  });
});

describe("an image judged for itself", () => {
  test.each(protocols)("has the verdicts that the whole run has: $protocol", (params) => {
    for (let seed = 80; seed < 84; seed += 1) {
      const project = randomProject(seeded(seed));
      const runId = project.addRun(params);
      const state = { ...analysisState(reader(project).db), report: () => undefined };
      imageDetail(state, { imageId: project.imageIds[0]!, filter: objectFilter.parse({ runId }) });
      project.edit();
      const run = state.judged.run(runId, 0.4);
      const { truth, prediction } = state.judged.verdicts(run, 0.35);
      const seen = { truth: new Set<number>(), prediction: new Set<number>() };
      for (const imageId of project.imageIds) {
        const filter = objectFilter.parse({ runId, iou: 0.4, score: 0.35 });
        const detail = imageDetail(state, { imageId, filter });
        const i = run.dataset.imageIndex.get(imageId)!;
        const rows = run.dataset.byImage.subarray(run.dataset.offsets[i], run.dataset.offsets[i + 1]); // prettier-ignore
        const offset = run.predictions.offsets[i]!;
        expect(detail.annotations.map(({ id }) => id)).toEqual(
          Array.from(rows, (row) => run.dataset.annotationId[row]),
        );
        detail.annotations.forEach(({ verdict, match, bucket }, n) => {
          const t = run.truthOf ? run.truthOf[rows[n]!]! : rows[n]!;
          if (t >= 0) seen.truth.add(truth[t]!);
          expect(verdict).toBe(t < 0 ? "ignored" : verdictNames[truth[t]!]);
          if (match !== null) expect(match + offset).toBe(run.judgement.truthMatch[t]);
          expect(bucket).toBe(bucketLabel(params, run.truthSizes.bucket[rows[n]!]!));
        });
        detail.predictions.forEach(({ verdict, match, bestIou, bucket }, p) => {
          seen.prediction.add(prediction[offset + p]!);
          expect(verdict).toBe(verdictNames[prediction[offset + p]!]);
          const t = run.judgement.predictionMatch[offset + p]!;
          const annotation = t < 0 ? -1 : (run.rows.annotationOf?.[t] ?? t);
          expect(match).toBe(t < 0 ? null : rows.indexOf(annotation));
          expect(bestIou).toBe(run.judgement.bestIou[offset + p]);
          expect(bucket).toBe(bucketLabel(params, run.predictionSizes.bucket[offset + p]!));
        });
      }
      expect([seen.truth.size, seen.prediction.size]).toEqual([3, 4]);
    }
  });
});

describe("live scores", () => {
  test.each(protocols)("after any edits are those of an evaluation: $protocol", (params) => {
    const random = seeded(41);
    for (let round = 0; round < 8; round += 1) {
      const project = randomProject(random);
      const run = { predictionSetId: project.predictionSetIds[0]!, params };
      const { queries, fullLoads } = reader(project);
      const live = new LiveRuns(queries, new LoadedColumns(queries));
      live.result(run);
      for (let step = 0; step < 15; step += 1) {
        project.edit();
        if (random() < 0.3) continue;
        const fresh = reader(project).queries;
        const { dataset, predictions } = new LoadedColumns(fresh).predictions(run.predictionSetId);
        const { set } = scoringRows(dataset, predictions, params.protocol);
        const { revision, result } = live.result(run);
        expect(revision).toBe(dataset.revision);
        expect(values(result), `round ${round}, step ${step}`).toEqual(
          values(evaluate(set, params)),
        );
      }
      expect(fullLoads()).toBe(1);
    }
  });

  test("say what the report of a new run would say", () => {
    const project = randomProject(seeded(51));
    for (const params of protocols) {
      const runId = project.addRun(params);
      const state = { ...analysisState(reader(project).db), report: () => undefined };
      liveScore(state, { runId });
      project.edit();
      const { took, ...score } = liveScore(state, { runId });
      expect(took).toBeGreaterThan(0);
      const { predictionSetId } = storedRun(state.queries, runId);
      const { revision, headline, report } = evaluateRun(state, { predictionSetId, params });
      expect(score).toEqual({
        runId,
        revision,
        headline,
        summary: report.summary,
        buckets: report.buckets.map(({ label, low, high, truthCount, ap, ap50 }) => ({
          label,
          low,
          high,
          truthCount,
          ap,
          ap50,
        })),
      });
    }
  });
});
