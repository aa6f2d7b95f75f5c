import { isUtf8 } from "node:buffer";
import type { ProblemLog } from "./problem-log.ts";

/**
 * The text of a small file: UTF-8, or UTF-16 where it starts with a byte order mark. Anything else is read as
 * Windows-1252 and reported, since every byte has a meaning there. Line ends become \n.
 */
export function decodeText(bytes: Uint8Array, file: string, problems: ProblemLog): string {
  return decode(bytes, file, problems).replace(/\r\n?/g, "\n");
}

function decode(bytes: Uint8Array, file: string, problems: ProblemLog): string {
  const utf16 = utf16Encoding(bytes);
  if (utf16 !== null) {
    problems.addToFile({
      code: "file/utf-16",
      severity: "info",
      file,
      record: null,
      message: "The file is UTF-16; expected UTF-8. It was converted.",
      action: "repaired",
    });
    return new TextDecoder(utf16).decode(bytes);
  }
  // TextDecoder drops a UTF-8 byte order mark.
  if (isUtf8(bytes)) return new TextDecoder("utf-8").decode(bytes);
  reportNotUtf8(file, null, problems);
  return new TextDecoder("windows-1252").decode(bytes);
}

export function utf16Encoding(bytes: Uint8Array): "utf-16le" | "utf-16be" | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return null;
}

export function reportNotUtf8(file: string, record: string | null, problems: ProblemLog): void {
  problems.addToFile({
    code: "file/not-utf-8",
    severity: "warning",
    file,
    record,
    message: "The file is not UTF-8. Its other letters were read as Windows-1252; check the names.",
    action: "repaired",
  });
}
