import { expect, test } from "vitest";
import { ProtoWriter } from "../../../../models/graph/protobuf.ts";

test("fields are written as the wire format wants them", () => {
  const bytes = new ProtoWriter()
    .int(1, 150)
    .text(2, "tést")
    .float(3, 1.5)
    .message(16, (inner) => inner.int(1, 0))
    .finish();
  expect([...bytes]).toEqual([
    ...[0x08, 0x96, 0x01],
    ...[0x12, 0x05, 0x74, 0xc3, 0xa9, 0x73, 0x74],
    ...[0x1d, 0x00, 0x00, 0xc0, 0x3f],
    ...[0x82, 0x01, 0x02, 0x08, 0x00],
  ]);
});

test("whole numbers beyond 32 bits are kept", () => {
  expect([...new ProtoWriter().int(1, 2 ** 40).finish()]).toEqual([
    8, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20,
  ]);
});
