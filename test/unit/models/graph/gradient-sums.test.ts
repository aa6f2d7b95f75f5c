import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { runPiece } from "../../../../models/golden/graph-gradients.ts";
import { tapedOps } from "../../../../models/graph/taped-ops.ts";
import { loadTensorFlow } from "../../../../models/runtime/load.ts";

beforeAll(async () => void (await loadTensorFlow("training")));

test("a gradient of many parts is the same bit for bit in every run, also where they fill much memory", () => {
  const parts = 250;
  const x = tf.randomUniform([1024, 256], -1, 1, "float32", 1);
  const seed = tf.randomUniform([parts * 1024, 256], -1, 1, "float32", 2);
  const found = Array.from({ length: 4 }, () => {
    const { output, gradients } = runPiece(
      (graph, tape, [input]) => {
        const ops = tapedOps(graph, tape);
        const pieces = Array.from({ length: parts }, (_, i) =>
          i % 2 === 0 ? ops.sigmoid(input!) : ops.mul(input!, 1 + i / 7),
        );
        return { output: ops.concat(pieces, 0) };
      },
      [x],
      () => seed.clone(),
    );
    const values = Buffer.from(gradients[0]!.dataSync().slice().buffer);
    tf.dispose([output, gradients[0]!]);
    return values;
  });
  for (const again of found.slice(1)) expect(again.equals(found[0]!)).toBe(true);
});
