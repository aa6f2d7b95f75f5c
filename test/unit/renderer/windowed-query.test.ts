import { expect, test } from "vitest";
import { windowedQuery } from "../../../renderer/composables/windowed-query.ts";

/** A list of 95 numbers, i * 11, asked for in windows of ten, each answered when the test says so. */
function longList() {
  const asked: { offset: number; signal: AbortSignal; answer: () => void; fail: () => void }[] = [];
  const query = windowedQuery<number, { total: number; items: number[] }>(
    10,
    (offset, limit, signal) =>
      new Promise((resolve, reject) => {
        const items = Array.from({ length: limit }, (_, i) => (offset + i) * 11);
        asked.push({
          offset,
          signal,
          answer: () => resolve({ total: 95, items }),
          fail: () => reject(new Error("no answer")),
        });
        signal.addEventListener("abort", () =>
          reject(new DOMException("no longer wanted", "AbortError")),
        );
      }),
  );
  const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
  return { asked, query, settled };
}

test("only the windows looked at are asked for, each once", async () => {
  const { asked, query, settled } = longList();
  query.restart();
  asked[0]!.answer();
  await settled();
  query.want(18, 31);
  query.want(19, 33);
  expect(asked.map(({ offset }) => offset)).toEqual([0, 10, 20, 30]);
  asked[2]!.answer();
  await settled();
  expect(query.item(23)).toBe(253);
  expect(query.item(33)).toBeNull();
  expect(query.total.value).toBe(95);
});

test("a window scrolled past is no longer waited for", async () => {
  const { asked, query, settled } = longList();
  query.restart();
  asked[0]!.answer();
  await settled();
  query.want(20, 29);
  query.want(60, 69);
  await settled();
  expect(asked[1]!.signal.aborted).toBe(true);
  expect(query.error.value).toBeNull();
});

test("what was there stays until the new answer comes", async () => {
  const { asked, query, settled } = longList();
  query.restart();
  asked[0]!.answer();
  await settled();
  query.restart();
  expect(query.waiting.value).toBe(true);
  expect(query.item(4)).toBe(44);
  asked[1]!.answer();
  await settled();
  expect(query.waiting.value).toBe(false);
});

test("an answer to an earlier question is not shown", async () => {
  const { asked, query, settled } = longList();
  query.restart();
  query.restart();
  asked[0]!.answer();
  await settled();
  expect(query.total.value).toBeNull();
});

test("a failure is told, and asking anew forgets it", async () => {
  const { asked, query, settled } = longList();
  query.restart();
  asked[0]!.fail();
  await settled();
  expect(query.error.value).toMatchObject({ message: "no answer" });
  query.restart();
  expect(query.error.value).toBeNull();
});
