import type { SystemInfo } from "../../shared/api/system.ts";
import { listFolder } from "../files/list-folder.ts";
import { examine } from "../services/doctor.ts";
import type { Workspace } from "../services/projects/workspace.ts";
import type { HandlersOf } from "./handlers.ts";

export function systemHandlers(
  workspace: Workspace,
  info: SystemInfo,
  dataFolder: string,
): HandlersOf<"system"> {
  return {
    "system/info": () => info,
    "system/doctor": async () => ({ checks: await examine(dataFolder) }),
    "system/folder": ({ path }) => listFolder(path, [{ name: "Fovea's data", path: dataFolder }]),
    "system/settings": () => workspace.users.settings(),
    "system/saveSettings": (changes) => workspace.users.saveSettings(changes),
  };
}
