import { expect, test } from "vitest";
import { type NewProblem, ProblemLog } from "../../../main/formats/problem-log.ts";

const problem = (code: string, record: string, rest: Partial<NewProblem> = {}): NewProblem => ({
  code,
  severity: "warning",
  file: "a.json",
  record,
  message: `${record} is odd.`,
  action: "kept",
  ...rest,
});

test("the first 20 of a kind are listed, the rest counted in one line", () => {
  const log = new ProblemLog();
  for (let n = 0; n < 33; n += 1) log.add(problem("box/empty", `annotations[${n}]`));
  log.add(problem("box/other", "annotations[40]"));
  const list = log.list().filter(({ code }) => code === "box/empty");
  expect(list).toHaveLength(21);
  expect(list[19]).toMatchObject({ record: "annotations[19]", count: 1 });
  expect(list[20]).toMatchObject({
    record: null,
    count: 13,
    message: "And 13 more with the same problem.",
  });
  expect(log.total).toBe(34);
});

test("a trait of a file is one line with a count", () => {
  const log = new ProblemLog();
  for (let n = 0; n < 5; n += 1) log.addToFile(problem("annotation/no-area", `annotations[${n}]`));
  log.addToFile(problem("annotation/no-area", "x", { file: "b.json" }), 2);
  expect(log.list()).toMatchObject([
    { file: "a.json", count: 5 },
    { file: "b.json", count: 2 },
  ]);
  expect(log.total).toBe(7);
});

test("errors come before warnings before notes", () => {
  const log = new ProblemLog();
  log.add(problem("c", "1", { severity: "info" }));
  log.add(problem("b", "2"));
  log.add(problem("a", "3", { severity: "error" }));
  expect(log.list().map(({ code }) => code)).toEqual(["a", "b", "c"]);
});
