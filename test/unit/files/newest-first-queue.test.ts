import { expect, test } from "vitest";
import { NewestFirstQueue } from "../../../main/files/newest-first-queue.ts";

const open = new AbortController().signal;

test("no more than the width run at once, the newest waiting one next", async () => {
  const queue = new NewestFirstQueue(2);
  const order: number[] = [];
  const ends: (() => void)[] = [];
  const tasks = [0, 1, 2, 3, 4].map((n) =>
    queue.run(
      () =>
        new Promise<void>((resolve) => {
          order.push(n);
          ends.push(resolve);
        }),
      open,
    ),
  );
  expect(order).toEqual([0, 1]);
  ends[0]!();
  await tasks[0];
  await Promise.resolve();
  expect(order).toEqual([0, 1, 4]);
  while (order.length < 5) {
    for (const end of ends) end();
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const end of ends) end();
  await Promise.all(tasks);
  expect(order).toEqual([0, 1, 4, 3, 2]);
});

test("a task that was given up while it waited is never started, and a failed one does not block", async () => {
  const queue = new NewestFirstQueue(1);
  const abort = new AbortController();
  const started: string[] = [];
  const first = queue.run(async () => {
    started.push("first");
    abort.abort(new Error("gone"));
    throw new Error("failed");
  }, open);
  const second = queue.run(async () => started.push("second"), abort.signal);
  const third = queue.run(async () => started.push("third"), open);
  await expect(first).rejects.toThrow("failed");
  await expect(second).rejects.toThrow("gone");
  await third;
  expect(started).toEqual(["first", "third"]);
});
