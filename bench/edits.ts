/**
 * How long edits, their undo, the log and revisions take in a large dataset: what a caller waits, and processor time of
 * the main thread, which other work on the machine hardly changes. Run with: node bench/edits.ts
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildApp } from "../main/app.ts";
import { PROJECT_FILE } from "../main/services/projects/open-project.ts";
import type { Input, Output, RouteName } from "../shared/api/contract.ts";
import type { AnnotationFields } from "../shared/domain/editing.ts";
import { drawProject } from "./drawn-project.ts";

const IMAGES = 25_000;
const BOXES = 280_000;
const SINGLE_EDITS = 400;
const MANY = 10_000;

const data = mkdtempSync(join(tmpdir(), "fovea-bench-"));
const app = buildApp(
  {
    info: { version: "0", host: "loopback", can: { openDialog: false, showInFolder: false } },
    pageFolder: join(data, "page"),
    sampleFolder: join(data, "sample"),
    dataFolder: data,
  },
  { log: (line) => console.error(line) },
);
try {
  drawProject(join(data, PROJECT_FILE), { images: IMAGES, boxes: BOXES, predictions: 1000 });
  await app.workspace.open(data);
  await measure();
} finally {
  await app.close();
  rmSync(data, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  await timed("progress, first", () => call("annotations/progress", { datasetId: 1 }));
  const single: Cost[] = [];
  const undo: Cost[] = [];
  const progress: Cost[] = [];
  for (let n = 0; n < SINGLE_EDITS; n += 1) {
    const imageId = 1 + ((n * 7919) % IMAGES);
    const { annotations } = await call("annotations/get", { imageId });
    const label = annotations[0];
    if (!label) continue;
    const before = fieldsOf(label);
    const [x, y, w, h] = before.box;
    const changes = [
      { id: label.id, before, after: { ...before, box: [x + 0.25, y, w, h] as const } },
    ];
    const edit = { imageId, action: "nudge" as const, changes };
    single.push(await took(() => call("annotations/edit", edit)));
    if (n % 4 === 0) undo.push(await took(() => call("annotations/undo", { imageId })));
    if (n % 20 === 0)
      progress.push(await took(() => call("annotations/progress", { datasetId: 1 })));
  }
  report("edit of one box", single);
  report("undo of it", undo);
  report("progress after an edit", progress);
  await timed("next unreviewed image", () =>
    call("annotations/next", { datasetId: 1, after: 17, states: ["todo"] }),
  );
  await timed("the log, newest 200", () => call("annotations/log", { datasetId: 1 }));
  await measureMany();
  const { current } = await call("revisions/list", { datasetId: 1 });
  await timed("first revision compared with now", () =>
    call("revisions/compare", { datasetId: 1, from: 1, to: current }),
  );
  await timed("first revision restored", () =>
    call("revisions/restore", { datasetId: 1, revision: 1 }),
  );
  await timed("the dataset removed", () => call("datasets/remove", { datasetId: 1 }));
}

async function measureMany(): Promise<void> {
  const imageId = 12_345;
  const added = Array.from({ length: MANY }, (_, n) => ({
    id: -1 - n,
    before: null,
    after: {
      categoryId: 1,
      box: [n % 1900, n / 10, 5.5, 6.25],
      crowd: false,
      ignore: false,
    } satisfies AnnotationFields,
  }));
  await timed(`${MANY} boxes added in one edit`, () =>
    call("annotations/edit", { imageId, action: "paste", changes: added }),
  );
  const { annotations } = await call("annotations/get", { imageId });
  const moved = annotations.map((label) => {
    const before = fieldsOf(label);
    const [x, y, w, h] = before.box;
    return { id: label.id, before, after: { ...before, box: [x, y + 1, w, h] as const } };
  });
  await timed(`${moved.length} boxes moved in one edit`, () =>
    call("annotations/edit", { imageId, action: "move", changes: moved }),
  );
  await timed("undo of it", () => call("annotations/undo", { imageId }));
  await timed("redo of it", () => call("annotations/redo", { imageId }));
  const one = [{ ...moved[0]!, before: moved[0]!.after, after: moved[0]!.before }];
  await timed("one box of that image moved", () =>
    call("annotations/edit", { imageId, action: "nudge", changes: one }),
  );
  await timed("that image read", () => call("annotations/get", { imageId }));
}

function fieldsOf({ categoryId, box, crowd, ignore }: AnnotationFields): AnnotationFields {
  return { categoryId, box, crowd, ignore };
}

async function call<Name extends RouteName>(name: Name, input: Input<Name>): Promise<Output<Name>> {
  const request = new Request(`http://127.0.0.1/api/${name}`, {
    method: "POST",
    body: JSON.stringify(input),
  });
  const response = await app.fetch(request);
  const body: unknown = await response.json();
  if (!response.ok) throw new Error(`${name}: ${JSON.stringify(body)}`);
  return body as never;
}

interface Cost {
  readonly wall: number;
  readonly processor: number;
}

async function took(work: () => Promise<unknown>): Promise<Cost> {
  const from = performance.now();
  const used = processorTime();
  await work();
  return { wall: performance.now() - from, processor: processorTime() - used };
}

/** Milliseconds, of this thread. */
function processorTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

async function timed(what: string, work: () => Promise<unknown>): Promise<void> {
  report(what, [await took(work)]);
}

function report(what: string, costs: readonly Cost[]): void {
  const of = (key: keyof Cost) => {
    const sorted = costs.map((cost) => cost[key]).sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(1);
    return sorted.length === 1 ? `${at(0.5)} ms` : `${at(0.5)} ms (p95 ${at(0.95)})`;
  };
  console.log(`${what}: ${of("wall")}, processor ${of("processor")}, n ${costs.length}`);
}
