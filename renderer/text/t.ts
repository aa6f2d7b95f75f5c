import { en } from "./en.ts";

/** A text, or [one, many] chosen by the parameter `n`. */
export type Text = string | readonly [one: string, many: string];
export type TextKey = keyof typeof en;
export type TextParams = Readonly<Record<string, string | number>>;

/** The text of a key with `{name}` filled in. Whole numbers are grouped by thousands. */
export function t(key: TextKey, params: TextParams = {}): string {
  const text: Text = en[key];
  const chosen = typeof text === "string" ? text : params["n"] === 1 ? text[0] : text[1];
  return chosen.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === "number" && Number.isInteger(value)
      ? value.toLocaleString("en")
      : String(value);
  });
}
