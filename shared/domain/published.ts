/**
 * Result tables of "Better Sampling, towards Better End-to-end Small Object Detection" (Huang et al. 2024), ResNet-50
 * unless said otherwise. Reference rows beside a run: never measured here, and always marked as published.
 * Values are percent as printed.
 */
import type { ProtocolId } from "./protocols.ts";

export interface PublishedRow {
  readonly published: true;
  readonly source: string;
  readonly method: string;
  /** Metric key (as in a run's summary) to percent; keys a table does not give are left out. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Millions of parameters; null where the table does not say. */
  readonly parameters: number | null;
}

export interface PublishedTable {
  readonly id: string;
  readonly title: string;
  /** The protocol whose metric names and area ranges the columns follow; null for ablations, which have no runs. */
  readonly protocol: ProtocolId | null;
  readonly kind: "results" | "ablation";
  /** Metric keys in the table's order. */
  readonly columns: readonly string[];
  readonly rows: readonly PublishedRow[];
}

const source = "Huang et al. 2024";

type Row = readonly [method: string, ...values: number[]];

function tableOf(
  head: Omit<PublishedTable, "rows">,
  rows: readonly Row[],
  withParameters: boolean,
): PublishedTable {
  return {
    ...head,
    rows: rows.map(([method, ...values]) => ({
      published: true,
      source,
      method,
      metrics: Object.fromEntries(head.columns.map((key, i) => [key, values[i]!])),
      parameters: withParameters ? values[head.columns.length]! : null,
    })),
  };
}

/** The paper scores VisDrone with COCO's metric and area ranges, not with VisDrone's own. */
const visDrone = tableOf(
  {
    id: "visdrone",
    title: "VisDrone2019 test, ResNet-50",
    protocol: "coco",
    kind: "results",
    columns: ["AP", "AP50", "AP75", "APs", "APm", "APl"],
  },
  [
    ["YOLOX", 24.1, 52.6, 25.1, 13.7, 39.5, 53.4, 43],
    ["Anchor-DETR", 27.7, 54.7, 26.3, 14.1, 40.8, 56.7, 39],
    ["Sparse R-CNN", 27.2, 56.9, 25.7, 17.4, 46.2, 57.1, 40],
    ["ViTDet-B", 28.9, 57.1, 25.3, 16.5, 47.3, 55.4, 47],
    ["Deformable-DETR", 21.7, 48.4, 23.5, 11.7, 34.8, 49.2, 43],
    ["Conditional-DETR", 26.4, 53.7, 27.4, 16.2, 46.2, 53.6, 44],
    ["DAB-DETR", 27.8, 56.8, 26.9, 16.4, 45.5, 54.8, 47],
    ["DINO", 26.8, 58.2, 28.9, 17.5, 47.3, 58.3, 47],
    ["Co-DINO", 29.4, 58.7, 29.5, 18.9, 46.8, 61.3, 55],
    ["RT-DETR", 28.9, 57.3, 31.1, 19.3, 46.0, 57.3, 42],
    ["RT-DETR + SPR + ST + SR", 32.3, 66.4, 36.7, 23.7, 50.0, 60.2, 43],
  ],
  true,
);

const sodaD = tableOf(
  {
    id: "soda-d",
    title: "SODA-D test, ResNet-50",
    protocol: "soda-d",
    kind: "results",
    columns: ["AP", "AP50", "AP75", "AP_eS", "AP_rS", "AP_gS", "AP_N"],
  },
  [
    ["YOLOX", 26.7, 53.4, 23.0, 13.6, 25.1, 30.9, 30.4, 43],
    ["Anchor-DETR", 27.3, 55.9, 22.7, 12.2, 24.2, 32.8, 41.7, 39],
    ["Sparse R-CNN", 24.2, 50.3, 20.3, 8.8, 20.4, 30.2, 39.4, 40],
    ["ViTDet-B", 28.1, 55.7, 24.8, 10.2, 23.9, 35.2, 45.4, 47],
    ["Deformable-DETR", 19.2, 44.8, 13.7, 6.3, 15.4, 24.9, 34.2, 42],
    ["Conditional-DETR", 25.7, 52.8, 15.0, 7.9, 20.3, 28.0, 36.5, 44],
    ["DAB-DETR", 27.2, 55.1, 20.6, 10.3, 22.5, 31.9, 37.2, 47],
    ["DINO", 28.9, 59.4, 22.4, 12.5, 22.7, 34.7, 42.8, 47],
    ["Co-DINO", 29.7, 61.3, 23.9, 13.6, 25.3, 36.1, 45.1, 55],
    ["RT-DETR", 29.3, 60.2, 25.2, 13.2, 26.9, 35.4, 44.6, 42],
    ["RT-DETR + SPR + ST + SR", 31.4, 63.7, 28.1, 15.6, 29.7, 38.4, 46.4, 43],
  ],
  true,
);

const ablation = (id: string, title: string, columns: readonly string[], rows: readonly Row[]) =>
  tableOf({ id, title, protocol: null, kind: "ablation", columns }, rows, false);

const ablations = [
  ablation(
    "ablation-parts",
    "VisDrone, parts of the method",
    ["AP", "AP50", "APs", "APm", "APl"],
    [
      ["ST", 29.9, 58.1, 20.5, 46.9, 58.2],
      ["SR", 30.5, 58.7, 21.1, 48.2, 58.6],
      ["SPR", 31.2, 61.0, 21.5, 48.3, 58.5],
      ["ST + SR", 31.8, 62.1, 22.8, 49.5, 59.8],
      ["SPR + ST + SR", 32.3, 66.4, 23.7, 50.0, 60.2],
    ],
  ),
  ablation(
    "ablation-beta",
    "VisDrone, β of the scale-aligned target",
    ["AP"],
    [
      ["β = 0.3", 30.4],
      ["β = 0.5", 31.4],
      ["β = 0.73", 32.3],
      ["β = 0.9", 31.9],
    ],
  ),
  ablation(
    "ablation-theta",
    "VisDrone, θ of the scale-aligned target",
    ["AP"],
    [
      ["θ = 1.5", 30.6],
      ["θ = 3", 30.9],
      ["θ = 6", 32.3],
      ["θ = 9", 31.7],
    ],
  ),
  ablation(
    "ablation-gamma",
    "VisDrone, γ and α of sample reweighting",
    ["AP"],
    [
      ["γ = 1.5, α = 0.25", 32.1],
      ["γ = 1.5, α = 0.5", 32.3],
      ["γ = 1.5, α = 0.75", 31.5],
      ["γ = 1.75, α = 0.25", 30.8],
      ["γ = 1.75, α = 0.5", 30.6],
      ["γ = 1.75, α = 0.75", 30.2],
    ],
  ),
  ablation(
    "ablation-eta",
    "VisDrone, η of sample point refinement by layer",
    ["AP"],
    [
      ["1.5, 1.4, 1.3, 1.2, 1.1, 1.0", 32.2],
      ["1.5, 1.3, 1.2, 1.1, 1.05, 1.0", 32.3],
      ["2.0, 1.8, 1.6, 1.4, 1.2, 1.0", 31.9],
      ["2.0, 1.6, 1.4, 1.2, 1.1, 1.0", 32.0],
    ],
  ),
  ablation(
    "ablation-assigners",
    "VisDrone, other label assigners",
    ["AP"],
    [
      ["GFL", 29.7],
      ["GFL + ST", 30.8],
      ["GFL + ST + SR", 31.6],
      ["TOOD", 29.5],
      ["TOOD + ST", 30.3],
      ["TOOD + ST + SR", 31.5],
    ],
  ),
];

export const publishedTables: readonly PublishedTable[] = [visDrone, sodaD, ...ablations];

/** Result tables whose columns a run of this protocol has. */
export function publishedFor(protocol: ProtocolId): readonly PublishedTable[] {
  return publishedTables.filter((table) => table.protocol === protocol);
}
