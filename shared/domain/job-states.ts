/** Whether a job that ended this way can be started again with what it was given. */
export function canResume(state: string): boolean {
  return state === "interrupted" || state === "failed";
}
