import { expect, test } from "vitest";
import { ProblemLog } from "../../../main/formats/problem-log.ts";
import { decodeText } from "../../../main/formats/text.ts";

const decode = (bytes: Uint8Array) => {
  const problems = new ProblemLog();
  return {
    text: decodeText(bytes, "a.txt", problems),
    codes: problems.list().map(({ code }) => code),
  };
};

test("Windows and old Mac line ends become \\n", () => {
  expect(decode(Buffer.from("1\r\n2\r3\n4"))).toEqual({ text: "1\n2\n3\n4", codes: [] });
});

test("a UTF-8 byte order mark is dropped", () => {
  expect(decode(Buffer.from("\uFEFFblüte"))).toEqual({ text: "blüte", codes: [] });
});

test("UTF-16 in both byte orders is converted and noted", () => {
  const little = Buffer.from("\uFEFF0 größe", "utf16le");
  expect(decode(little)).toEqual({ text: "0 größe", codes: ["file/utf-16"] });
  expect(decode(Buffer.from(little).swap16())).toEqual({ text: "0 größe", codes: ["file/utf-16"] });
});

test("other bytes are read as Windows-1252 and reported", () => {
  expect(decode(Buffer.from([0x73, 0xe9, 0x80]))).toEqual({
    text: "sé€",
    codes: ["file/not-utf-8"],
  });
});

test("an empty file is an empty text", () => {
  expect(decode(new Uint8Array())).toEqual({ text: "", codes: [] });
});
