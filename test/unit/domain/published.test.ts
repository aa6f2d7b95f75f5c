import { describe, expect, test } from "vitest";
import { publishedFor, publishedTables } from "../../../shared/domain/published.ts";
import { protocolParams } from "../../../shared/domain/protocols.ts";
import { evaluate } from "../../../shared/evaluation/evaluate.ts";
import { smallSet } from "../evaluation/failures/small-set.ts";

describe("published results", () => {
  test("every row is marked, named and complete, in percent", () => {
    for (const { columns, rows, id } of publishedTables)
      for (const row of rows) {
        expect(row.published).toBe(true);
        expect(Object.keys(row.metrics), id).toEqual(columns);
        for (const value of Object.values(row.metrics)) {
          expect(value).toBeGreaterThan(1);
          expect(value).toBeLessThan(100);
        }
      }
  });

  test("result tables have parameters and the metric names of their protocol", () => {
    for (const table of publishedTables.filter(({ kind }) => kind === "results")) {
      expect(table.rows).toHaveLength(11);
      expect(table.rows.every(({ parameters }) => parameters !== null)).toBe(true);
      const { summary } = evaluate(smallSet({}), protocolParams[table.protocol!]);
      for (const column of table.columns) expect(summary).toHaveProperty(column);
    }
  });

  test("the rows read as printed", () => {
    const [soda] = publishedFor("soda-d");
    expect(soda?.rows[9]).toEqual({
      published: true,
      source: "Huang et al. 2024",
      method: "RT-DETR",
      metrics: {
        AP: 29.3,
        AP50: 60.2,
        AP75: 25.2,
        AP_eS: 13.2,
        AP_rS: 26.9,
        AP_gS: 35.4,
        AP_N: 44.6,
      },
      parameters: 42,
    });
    expect(publishedFor("visdrone")).toEqual([]);
  });
});
