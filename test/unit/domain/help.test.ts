import { describe, expect, test } from "vitest";
import { bucketHelp, bucketSize } from "../../../shared/domain/help/buckets.ts";
import { chartHelp } from "../../../shared/domain/help/charts.ts";
import { errorHelp } from "../../../shared/domain/help/errors.ts";
import { reasonHelp, verdictHelp } from "../../../shared/domain/help/failures.ts";
import { metricHelp } from "../../../shared/domain/help/metrics.ts";
import { protocolHelp } from "../../../shared/domain/help/protocols.ts";
import { cocoParams, protocolParams, sodaDParams } from "../../../shared/domain/protocols.ts";
import { evaluate } from "../../../shared/evaluation/evaluate.ts";
import { smallSet } from "../evaluation/failures/small-set.ts";

const custom = {
  ...cocoParams,
  areaRanges: [
    { label: "all", low: 0, high: 1e10 },
    { label: "dot", low: 0, high: 64 },
  ],
  maxDets: [7, 50],
};

describe("help", () => {
  test.each([...Object.values(protocolParams), custom])(
    "every number of a $protocol summary has one",
    (params) => {
      const { summary } = evaluate(smallSet({}), params);
      for (const key of Object.keys(summary)) {
        const help = metricHelp(key, params);
        expect(help, key).not.toBeNull();
        expect(help?.what.length, key).toBeGreaterThan(20);
      }
    },
  );

  test("the same key is told as the protocol means it", () => {
    expect(metricHelp("AP", sodaDParams)?.what).toContain("1024 square pixels");
    expect(metricHelp("AP", sodaDParams)?.how).toContain("100 best detections");
    expect(metricHelp("AR_N", sodaDParams)?.how).toContain("1000 best detections");
    expect(metricHelp("APs", cocoParams)?.title).toBe("AP of small");
    expect(metricHelp("AR7", custom)?.title).toBe("AR7: average recall at 7");
  });

  test("keys that mean nothing have none", () => {
    expect(metricHelp("F1", cocoParams)).toBeNull();
    expect(metricHelp("AP_eS", cocoParams)).toBeNull();
    expect(metricHelp("APx", cocoParams)).toBeNull();
  });

  test("every text is complete", () => {
    const texts = [protocolHelp, errorHelp, reasonHelp, verdictHelp, chartHelp].flatMap((group) =>
      Object.values(group),
    );
    expect(texts.length).toBeGreaterThan(30);
    for (const { title, what, how, source } of texts)
      for (const text of [title, what, how, source]) expect(text.trim()).not.toBe("");
  });

  test("buckets are told in square pixels and as a square", () => {
    const [, extremely] = sodaDParams.areaRanges;
    expect(bucketHelp(extremely, sodaDParams).title).toBe("Extremely small");
    expect(bucketSize(extremely)).toBe("area up to 144 square pixels, about 12 x 12");
    expect(bucketSize({ label: "N", low: 1024, high: 2000 })).toBe(
      "area 1024 to 2000 square pixels, about 32 x 32 to 44.7 x 44.7",
    );
    expect(bucketSize({ label: "large", low: 9216, high: 1e10 })).toContain("from about 96 x 96");
    expect(bucketSize({ label: "all", low: 0, high: 1e10 })).toBe("any area");
    expect(bucketHelp({ label: "eS", low: 0, high: 99 }, sodaDParams).title).toBe("eS");
  });
});
