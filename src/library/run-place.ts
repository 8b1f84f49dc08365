import { resolve } from "node:path";

/** Where a run directory goes; a relative path is taken from where the program stands when it says so. */
export interface RunPlace {
  /** The run's own directory. */
  readonly runDirectory?: string | undefined;
  /** Or the folder of run directories that gets one more; `runs` by default. */
  readonly runsRoot?: string | undefined;
}

/** The same place, whatever the program's directory is later. */
export function absolutePlace({ runDirectory, runsRoot = "runs" }: RunPlace): RunPlace {
  return {
    runDirectory: runDirectory === undefined ? undefined : resolve(runDirectory),
    runsRoot: resolve(runsRoot),
  };
}
