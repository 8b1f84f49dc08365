// Runs a notebook's cells through tslab, as its Jupyter kernel does, in a folder where rl-adan is installed as a package:
//   node scripts/run-notebook.mjs notebooks/first-training.ipynb [--write]
// Prints what the cells give, and with --write puts it into the notebook. Exit code 1 at the first cell that fails.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: "boolean", default: false } },
});
const [path] = positionals;
if (path === undefined) {
  console.error("Name a notebook: node scripts/run-notebook.mjs notebooks/first-training.ipynb");
  process.exit(2);
}

const notebook = JSON.parse(readFileSync(path, "utf8"));
const folder = installedFolder();
const stdout = process.stdout.write.bind(process.stdout);
const stderr = process.stderr.write.bind(process.stderr);
let failed = false;
try {
  failed = !(await runCells(notebook.cells.filter(({ cell_type }) => cell_type === "code")));
} finally {
  process.chdir(root);
  rmSync(folder, { recursive: true, force: true });
}
// tslab writes into the notebook instead of here until the end.
process.stdout.write = stdout;
process.stderr.write = stderr;
if (values.write && !failed) writeFileSync(path, `${JSON.stringify(notebook, null, 1)}\n`);
process.exit(failed ? 1 : 0);

/** A project of its own: tslab resolves packages from the folder that it was started in. */
function installedFolder() {
  const folder = mkdtempSync(join(tmpdir(), "rl-adan-notebook-"));
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "@types"), { recursive: true });
  symlinkSync(root, join(modules, "rl-adan"), "dir");
  for (const name of ["tslab", "@types/node"]) {
    symlinkSync(join(root, "node_modules", name), join(modules, name), "dir");
  }
  return folder;
}

/** Whether all ran without an error. Fills in the cells' outputs. */
async function runCells(cells) {
  process.chdir(folder);
  const require = createRequire(join(root, "package.json"));
  const { createConverter } = require("tslab/dist/converter.js");
  const { createExecutor } = require("tslab/dist/executor.js");
  const { JupyterHandlerImpl } = require("tslab/dist/jupyter.js");
  const converters = {
    node: createConverter({ isJS: false, isBrowser: false }),
    browser: createConverter({ isJS: false, isBrowser: true }),
    close() {
      this.node.close();
      this.browser.close();
    },
  };
  const executor = createExecutor(folder, converters, console);
  const kernel = new JupyterHandlerImpl(executor, false);
  let isWhole = true;
  for (const [index, cell] of cells.entries()) {
    cell.outputs = [];
    cell.execution_count = index + 1;
    const code = [cell.source].flat().join("");
    const { status } = await kernel.handleExecute(
      { code },
      (name, text) => addText(cell.outputs, name, text),
      (data, isUpdate) => show(cells, cell.outputs, data, isUpdate),
    );
    for (const output of cell.outputs) stdout(`${output.text ?? summary(output.data)}\n`);
    if (status === "ok") continue;
    stderr(`cell ${index + 1} failed (${status}):\n${code}\n`);
    isWhole = false;
    break;
  }
  kernel.close();
  converters.close();
  return isWhole;
}

function addText(outputs, name, text) {
  const last = outputs.at(-1);
  if (last?.output_type === "stream" && last.name === name) last.text += text;
  else outputs.push({ output_type: "stream", name, text });
}

/** A display that is shown again overwrites what it showed, in whichever cell that was. */
function show(cells, outputs, { data, metadata, transient }, isUpdate) {
  const id = transient?.display_id;
  const before = cells.flatMap((cell) => cell.outputs ?? []).find((output) => output.id === id);
  if (isUpdate && before !== undefined) before.data = data;
  else outputs.push(withId({ output_type: "display_data", data, metadata: metadata ?? {} }, id));
}

/** The id is for this run, not for the file. */
function withId(output, id) {
  return Object.defineProperty(output, "id", { value: id, enumerable: false });
}

function summary(data) {
  return Object.entries(data)
    .map(([type, value]) => `[${type}, ${String(value).length} characters]`)
    .join(" ");
}
