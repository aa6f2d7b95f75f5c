/** What a terminal does to the processes that compute. */
import type { ChildProcess } from "node:child_process";

/**
 * Computing processes stand outside the process group, where Ctrl-C does not reach them: oneDNN 3 has products of
 * matrices that keep data where a signal's handler puts its own (https://github.com/uxlfoundation/oneDNN/issues/4845),
 * so that one signal could spoil a training. Windows has no signals, and would open a window for such a process.
 */
export const outsideTerminal: boolean = process.platform !== "win32";

/** Ctrl-Z stops the computing processes with this one, and `fg` lets all go on. */
export function stopWithTerminal(running: ReadonlySet<ChildProcess>): void {
  if (!outsideTerminal) return;
  const tell = (signal: NodeJS.Signals) => {
    for (const child of running) child.kill(signal);
  };
  const stop = () => {
    tell("SIGSTOP");
    // As if nobody had listened: it stops right here, or not at all where no shell could let it go on.
    process.off("SIGTSTP", stop);
    process.kill(process.pid, "SIGTSTP");
    tell("SIGCONT");
    process.on("SIGTSTP", stop);
  };
  process.on("SIGTSTP", stop);
}
