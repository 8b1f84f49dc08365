import { join } from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";
import { createViteServer } from "vitest/node";
import { chromiumPath } from "./software-gpu.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What lets a page share memory between threads. */
const ISOLATED = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** Chromium's WebGPU on SwiftShader; root is refused a sandbox, and containers have no other. */
const BROWSER_FLAGS = [
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
];

/**
 * Calls a function of one of this project's modules in a page of a real browser, and resolves with what it gives, by way of JSON.
 * The sources are served as modules from the loopback. packages: those that the modules import by name.
 */
export async function callInPage<Argument, Result>(
  packages: readonly string[],
  module: string,
  name: string,
  argument: Argument,
): Promise<Result> {
  const server = await createViteServer({
    root,
    configFile: false,
    appType: "custom",
    cacheDir: join(root, "node_modules", ".cache", "rl-adan", "vite"),
    logLevel: "error",
    server: { host: "127.0.0.1", port: 0, hmr: false, ws: false, watch: null, headers: ISOLATED },
    optimizeDeps: { noDiscovery: true, include: [...packages] },
    plugins: [{ name: "empty-page", configureServer: ({ middlewares }) => void middlewares.use(emptyPage) }],
  });
  try {
    await server.listen();
    const browser = await puppeteer.launch({
      executablePath: chromiumPath,
      headless: "shell",
      args: BROWSER_FLAGS,
    });
    try {
      const page = await browser.newPage();
      await page.goto(server.resolvedUrls!.local[0]!);
      // As text: what vitest makes of an import() would not run in a page.
      const call = `import("/${module}").then((module) => module.${name}(${JSON.stringify(argument)}))`;
      return (await page.evaluate(call)) as Result;
    } finally {
      await browser.close();
    }
  } finally {
    await server.close();
  }
}

interface Answer {
  setHeader(name: string, value: string): unknown;
  end(text: string): unknown;
}

function emptyPage({ url }: { url?: string | undefined }, answer: Answer, next: () => void): void {
  if (url !== "/") {
    next();
    return;
  }
  answer.setHeader("Content-Type", "text/html");
  for (const [name, value] of Object.entries(ISOLATED)) answer.setHeader(name, value);
  answer.end("<!doctype html><title>test</title>");
}
