import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The environment for a program of ours: in it Node keeps compiled code from the very first file on, worker threads
 * and programs it starts included. Types are then stripped once and not at each start, which takes 0.1 s a thread.
 * Where the folder cannot be written, Node goes without.
 */
export function withCodeCache(env = process.env) {
  const isSet = Boolean(env.NODE_COMPILE_CACHE);
  return isSet ? env : { ...env, NODE_COMPILE_CACHE: join(cacheFolder(env), "fovea", "compiled") };
}

/** Folder of the user's caches, by the custom of each system. */
function cacheFolder(env) {
  if (process.platform === "win32") return env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches");
  return env.XDG_CACHE_HOME || join(homedir(), ".cache");
}
