import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * A browser and a GPU in software (SwiftShader, a Vulkan driver) from npm alone: @sparticuz/chromium carries both, for Linux x64.
 * Unpacked once into node_modules/.cache; the configurations of vitest put `vulkan` on the tests' LD_LIBRARY_PATH, where Dawn
 * finds it by the name of Vulkan's loader.
 */
const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "node_modules", ".cache", "rl-adan", `chromium-${chromiumVersion()}`);

export const chromiumPath = join(folder, "chromium");
export const vulkanFolder = join(folder, "vulkan");

/** Why the tests that need a GPU or a browser can't run here; undefined when they can. */
export function missingGpu(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64")
    return `needs Linux x64, this is ${process.platform} ${process.arch}`;
  if (chromiumVersion() === "none") return "the package @sparticuz/chromium is not installed";
  if (!isInstalled("webgpu")) return "the package webgpu is not installed";
  return undefined;
}

/** The environment of tests: SwiftShader before any other Vulkan. */
export function gpuEnvironment(): Record<string, string> {
  return missingGpu() === undefined ? { LD_LIBRARY_PATH: vulkanFolder } : {};
}

/** Unpacks what is not there yet: three seconds, once. */
export async function unpackGpu(): Promise<void> {
  if (missingGpu() !== undefined || existsSync(folder)) return;
  const { default: chromium } = await import("@sparticuz/chromium");
  const unpacking = `${folder}.${process.pid}`;
  mkdirSync(join(unpacking, "vulkan"), { recursive: true });
  const before = process.env["TMPDIR"];
  // Where the package unpacks to.
  process.env["TMPDIR"] = unpacking;
  try {
    await chromium.executablePath();
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
  symlinkSync("../libvk_swiftshader.so", join(unpacking, "vulkan", "libvulkan.so.1"));
  try {
    renameSync(unpacking, folder);
  } catch (error) {
    // Another run of the tests was faster.
    rmSync(unpacking, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
}

/** What vitest calls before all tests. */
export default unpackGpu;

function chromiumVersion(): string {
  const path = join(root, "node_modules", "@sparticuz", "chromium", "package.json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version : "none";
}

function isInstalled(name: string): boolean {
  return existsSync(join(root, "node_modules", name));
}
