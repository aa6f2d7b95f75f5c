import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FolderReport, ImportPlan } from "../../shared/api/imports.ts";
import { intersectionOverUnion } from "../../shared/geometry/boxes.ts";
import type { Workbench } from "./browser.ts";

const sample = join(import.meta.dirname, "..", "..", "assets", "sample");

type Box = [number, number, number, number];
interface SampleLabel {
  id: number;
  image_id: number;
  category_id: number;
  bbox: Box;
  area: number;
  ignore: number;
}
interface SampleDetection {
  image_id: number;
  category_id: number;
  bbox: Box;
  score: number;
}

/** Ten pictures of the sample, and no labels. */
export async function importPictures(workbench: Workbench): Promise<number> {
  const folder = join(workbench.dataFolder, "pictures");
  const { images } = await sampleLabels();
  for (const { file_name: name } of images.slice(0, 10))
    await cp(join(sample, "images", name), join(folder, name));
  const { result } = await importWith(workbench, folder, (plan) => ({
    ...plan,
    root: folder,
    datasetName: "Pictures",
    labels: null,
    predictions: [],
    evaluate: null,
  }));
  return Number(result?.["datasetId"]);
}

/**
 * The sample with labels that were dropped, given another class or moved where a detector is sure of them, and that
 * detector's run.
 */
export async function importDamaged(
  workbench: Workbench,
): Promise<{ readonly datasetId: number; readonly runId: number }> {
  const folder = join(workbench.dataFolder, "damaged");
  await cp(join(sample, "images"), join(folder, "images"), { recursive: true });
  await cp(join(sample, "detector-a.json"), join(folder, "detector-a.json"));
  const labels = await sampleLabels();
  const detections = JSON.parse(
    await readFile(join(sample, "detector-a.json"), "utf8"),
  ) as SampleDetection[];
  const damaged = damage(labels.annotations, detections);
  await writeFile(
    join(folder, "annotations.json"),
    JSON.stringify({ ...labels, annotations: damaged }),
  );
  const { result } = await importWith(workbench, folder, (plan) => ({
    ...plan,
    datasetName: "Damaged",
    evaluate: "soda-d",
  }));
  const datasetId = Number(result?.["datasetId"]);
  const { runs } = (await workbench.call("runs/list", { datasetId })) as { runs: { id: number }[] };
  return { datasetId, runId: runs[0]!.id };
}

async function importWith(
  workbench: Workbench,
  folder: string,
  planOf: (suggestion: ImportPlan) => ImportPlan,
) {
  const report = (await workbench.call("imports/inspect", { path: folder })) as FolderReport;
  const plan = planOf(report.suggestion ?? emptyPlan);
  const { jobId } = (await workbench.call("imports/start", plan)) as { jobId: number };
  const job = await workbench.jobEnd(jobId);
  if (job.state !== "done") throw new Error(`import: ${JSON.stringify(job)}`);
  return job;
}

const emptyPlan: ImportPlan = {
  root: "",
  datasetName: "",
  imageRoot: "",
  labels: null,
  predictions: [],
  evaluate: null,
};

async function sampleLabels() {
  const text = await readFile(join(sample, "annotations.json"), "utf8");
  return JSON.parse(text) as {
    images: { id: number; file_name: string }[];
    categories: { id: number }[];
    annotations: SampleLabel[];
  };
}

/** Every third of the surest hits is dropped, every third has another class, every third lies a third of its width off. */
function damage(
  labels: readonly SampleLabel[],
  detections: readonly SampleDetection[],
): readonly SampleLabel[] {
  const found = new Map<number, number>();
  for (const { image_id: image, category_id: category, bbox } of detections
    .filter(({ score }) => score > 0.9)
    .slice(0, 400)) {
    const hit = labels.find(
      (label) =>
        label.image_id === image &&
        label.category_id === category &&
        label.ignore === 0 &&
        intersectionOverUnion(label.bbox, bbox) > 0.7,
    );
    if (hit && found.size < 60) found.set(hit.id, found.size);
  }
  return labels.flatMap((label) => {
    const place = found.get(label.id);
    if (place === undefined) return [label];
    if (place % 3 === 0) return [];
    if (place % 3 === 1) return [{ ...label, category_id: label.category_id === 5 ? 3 : 5 }];
    const [x, y, w, h] = label.bbox;
    return [{ ...label, bbox: [x + w * 0.35, y, w, h] satisfies Box }];
  });
}
