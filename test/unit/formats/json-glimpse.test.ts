import { expect, test } from "vitest";
import { memorySource } from "../../../main/files/byte-source.ts";
import { glimpseJson } from "../../../main/formats/json-glimpse.ts";

const glimpse = (text: string) => glimpseJson(memorySource(Buffer.from(text), "a.json"));

test("of a large file both ends are seen, whatever lies between", () => {
  const annotation = (id: number) => ({ id, bbox: [1, 2, 3, 4], note: "y".repeat(500) });
  const text = JSON.stringify({
    images: [{ id: 1, file_name: "[a].jpg" }],
    annotations: Array.from({ length: 9000 }, (_, id) => annotation(id)),
    categories: [{ id: 4, name: 'c"ar' }],
  });
  expect(text.length).toBeGreaterThan(4e6);
  const seen = glimpse(text)!;
  expect(seen.topLevel).toBe("object");
  expect([...seen.keys].sort()).toEqual(["annotations", "categories", "images"]);
  expect(seen.elements.get("images")).toEqual([{ id: 1, file_name: "[a].jpg" }]);
  expect(seen.elements.get("categories")).toEqual([{ id: 4, name: 'c"ar' }]);
  expect(seen.elements.get("annotations")?.slice(0, 2)).toEqual([annotation(0), annotation(1)]);
});

test("a list, a file that is cut off and one that is no JSON", () => {
  expect(glimpse(' [{"image_id":1},{"image_id":2')).toEqual({
    topLevel: "list",
    keys: [],
    elements: new Map([["", [{ image_id: 1 }]]]),
  });
  expect(glimpse("")).toBeNull();
  expect(glimpse("<html>")).toBeNull();
});
