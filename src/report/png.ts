import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ResvgRenderOptions } from "@resvg/resvg-js";
import { RlAdanError } from "../errors.js";

/** 350 dots an inch in a column of 8.5 cm. */
const WIDTH_PIXELS = 1200;
const FONT_FILE = join("assets", "DejaVuSansCondensed-subset.ttf");
/** What the font that comes with the package has: assets/README.md. */
const OWN_LETTERS = /^[\u0020-\u007e\u00a0-\u017f\u0370-\u03ff\u2010-\u2026\u2212\s]*$/;

/** Draws an SVG document. */
export type Rasterize = (svg: string) => Promise<Uint8Array>;

/**
 * Loads what draws an SVG document as a PNG, 1,200 pixels wide. Letters are of the font that comes with the package, so that a machine without
 * fonts draws the same; only for other scripts are the system's asked.
 *
 * Throws RlAdanError where the platform has no resvg.
 */
export async function loadRasterizer(): Promise<Rasterize> {
  const { renderAsync } = await import("@resvg/resvg-js").catch((cause: unknown) => {
    throw new RlAdanError(
      "png",
      "PNG figures need the package @resvg/resvg-js, which could not be loaded here; leave them out with --no-png.",
      { cause },
    );
  });
  const fontFiles = [fontPath()];
  return async (svg) => {
    const options: ResvgRenderOptions = {
      background: "#ffffff",
      fitTo: { mode: "width", value: WIDTH_PIXELS },
      font: {
        fontFiles,
        loadSystemFonts: !OWN_LETTERS.test(svg),
        defaultFontFamily: "DejaVu Sans Condensed",
      },
    };
    return (await renderAsync(svg, options)).asPng();
  };
}

/** Above src/report in a clone as above dist/src/report in a package. */
function fontPath(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const path = join(folder, FONT_FILE);
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) throw new RlAdanError("png", `The package lacks ${FONT_FILE}.`);
  }
}
