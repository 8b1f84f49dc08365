import { readdirSync, readFileSync } from "node:fs";

/** Every JSON file of a fixture folder, parsed, with its name. */
export function readFixtures<T>(folder: string): { name: string; data: T }[] {
  const directory = new URL(`../fixtures/${folder}/`, import.meta.url);
  return readdirSync(directory)
    .filter((name) => name.endsWith(".json"))
    .map((name) => ({ name, data: JSON.parse(readFileSync(new URL(name, directory), "utf8")) as T }));
}
