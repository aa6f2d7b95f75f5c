import { expect, test } from "vitest";
import { LruCache } from "../../../main/workers/lru-cache.ts";

const sized = (bytes: number) => ({ bytes });

test("a value is made once while it is held", () => {
  const cache = new LruCache(100);
  let made = 0;
  const get = () => cache.get("a", () => ({ bytes: 10, n: (made += 1) }));
  expect(get()).toBe(get());
  expect(made).toBe(1);
});

test("what was used longest ago goes first when room is needed", () => {
  const cache = new LruCache(100);
  cache.get("a", () => sized(40));
  cache.get("b", () => sized(50));
  cache.get("a", () => sized(40));
  cache.get("c", () => sized(30));
  expect(cache.size).toBe(2);
  let made = "";
  cache.get("a", () => ((made += "a"), sized(40)));
  cache.get("b", () => ((made += "b"), sized(50)));
  expect(made).toBe("b");
});

test("what is asked for is kept though it is larger than the bound", () => {
  const cache = new LruCache(100);
  cache.get("a", () => sized(40));
  const large = cache.get("b", () => sized(300));
  expect(cache.size).toBe(1);
  expect(cache.get("b", () => sized(1))).toBe(large);
});
