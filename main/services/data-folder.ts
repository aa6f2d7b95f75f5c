import { homedir } from "node:os";
import { join } from "node:path";

interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/**
 * Where Fovea keeps what belongs to the user and to no project: settings, recent projects, new projects.
 * FOVEA_DATA decides where it is set; else the place the system has for such data.
 */
export function dataFolder(
  { platform, env, home }: Surroundings = {
    platform: process.platform,
    env: process.env,
    home: homedir(),
  },
): string {
  if (env["FOVEA_DATA"]) return env["FOVEA_DATA"];
  if (platform === "win32")
    return join(env["APPDATA"] ?? join(home, "AppData", "Roaming"), "Fovea");
  if (platform === "darwin") return join(home, "Library", "Application Support", "Fovea");
  return join(env["XDG_DATA_HOME"] || join(home, ".local", "share"), "fovea");
}
