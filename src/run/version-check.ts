import { RlAdanError } from "../errors.js";
import type { Manifest } from "./manifest.js";
import { packageVersion } from "./package-version.js";
import type { RunDirectory } from "./run-directory.js";

/**
 * Whether a run's numbers would go on here as they began; to be called before its files are read. The versions of Node
 * and of the system don't count: the bits don't depend on them.
 *
 * Throws a sentence that names both versions of what differs: rl-adan (as npm's caret ranges see it) or the engine.
 */
export function checkVersions(
  run: RunDirectory,
  { rl_adan: trainedBy, mujoco }: Manifest,
  here: { readonly mujoco: string },
): void {
  const version = packageVersion();
  const refuse = (name: string, then: string, now: string) =>
    new RlAdanError(
      "version",
      `${run.path} was trained with ${name} ${then}, this is ${now}: its numbers would go on differently. ` +
        `Use the version that trained it: npm install rl-adan@${trainedBy}.`,
    );
  if (compatible(trainedBy) !== compatible(version)) throw refuse("rl-adan", trainedBy, version);
  if (mujoco !== here.mujoco) throw refuse("MuJoCo", mujoco, here.mujoco);
}

/** Throws a sentence when configuration and manifest name different environments, or versions of one. */
export function checkEnvVersion(run: RunDirectory, { env: trained }: Manifest, env: string): void {
  if (trained === env) return;
  throw new RlAdanError(
    "version",
    `${run.path} was trained in ${trained}, but its config.yaml says ${env}; write ${trained} there again.`,
  );
}

/** The part of a version that must be equal: up to the first number that is not 0. */
export function compatible(version: unknown): string {
  return /^(0\.)*\d+/.exec(String(version))?.[0] ?? String(version);
}
