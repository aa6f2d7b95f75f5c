import type { SettingKey } from "../../../shared/domain/training-fields.ts";
import { settingKeys } from "../../../shared/domain/training-fields.ts";
import { toApiError } from "../../api/client.ts";

interface Issues {
  readonly errors?: readonly string[];
  readonly properties?: Readonly<Record<string, Issues>>;
}

/** What the main side refused, by setting, where it says so; the rest of an error is told as a whole. */
export function faultsOfCall(thrown: unknown): ReadonlyMap<SettingKey, string> {
  const { code, details } = toApiError(thrown);
  if (code !== "call/invalid-input") return new Map();
  const issues = (details as { issues?: Issues } | null)?.issues;
  const settings = issues?.properties?.["settings"];
  return new Map(
    settingKeys.flatMap((key) => {
      const found = key
        .split(".")
        .reduce<Issues | undefined>((node, name) => node?.properties?.[name], settings);
      const text = found?.errors?.[0];
      return text === undefined ? [] : [[key, text] as const];
    }),
  );
}
