import { userInfo } from "node:os";
import type { Db } from "../../db/open.ts";
import type { Events } from "../events.ts";
import type { Workspace } from "../projects/workspace.ts";
import type { UserStore } from "../user-store.ts";

/** What an edit needs. */
export interface EditPorts {
  readonly db: Db;
  readonly events: Events;
  /** Who makes it, for the log. */
  readonly author: string;
}

export function editPorts(workspace: Workspace, events: Events): EditPorts {
  return { db: workspace.project.db, events, author: authorOf(workspace.users) };
}

const LONGEST_NAME = 200;

/** The name in the user's settings, else the one the operating system knows. */
export function authorOf(users: UserStore): string {
  const { author } = users.settings();
  if (typeof author === "string" && author.trim() !== "")
    return author.trim().slice(0, LONGEST_NAME);
  try {
    return userInfo().username;
  } catch {
    return "unknown"; // a system may run programs under a number that has no name
  }
}
