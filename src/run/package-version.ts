import { readFileSync } from "node:fs";

/** This package's version, from the package.json nearest above (it lies elsewhere from sources than from dist). */
export function packageVersion(): string {
  for (const place of ["../../package.json", "../../../package.json"]) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(place, import.meta.url), "utf8")) as Record<
        string,
        string
      >;
      if (name === "rl-adan") return version!;
    } catch {
      // Not here: look one folder higher.
    }
  }
  return "unknown";
}
