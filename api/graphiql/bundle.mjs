// Bundles the page into the folder named on the command line: index.html and assets/, every asset
// named by its content. Run by build.py; the same sources and lock file give the same bytes.

import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const target = path.resolve(process.argv[2]);
const ADDRESS = "/graphiql/assets/";

const shared = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  metafile: true,
  target: "es2022",
  outdir: path.join(target, "assets"),
  define: { "process.env.NODE_ENV": '"production"', "process.env": "{}" },
  legalComments: "external",
  logLevel: "error",
};

/** Name under assets/ of the output made from an entry point. */
function outputOf({ metafile }, entryPoint) {
  const [output] = Object.entries(metafile.outputs).find(([, made]) => made.entryPoint === entryPoint);
  return path.basename(output);
}

const WORKERS = {
  editor: "node_modules/monaco-editor/esm/vs/editor/editor.worker.js",
  json: "node_modules/monaco-editor/esm/vs/language/json/json.worker.js",
  graphql: "node_modules/monaco-graphql/esm/graphql.worker.js",
};

const workers = await build({ ...shared, entryPoints: WORKERS, format: "iife", entryNames: "[name].worker-[hash]" });
const workerAddresses = Object.fromEntries(
  Object.entries(WORKERS).map(([kind, entryPoint]) => [kind, ADDRESS + outputOf(workers, entryPoint)]),
);

/** `import files from "examples"`: the files of examples/, sorted by name. */
const examples = {
  name: "examples",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^examples$/ }, () => ({ path: "examples", namespace: "examples" }));
    onLoad({ filter: /.*/, namespace: "examples" }, async () => {
      const folder = path.join(here, "examples");
      const names = (await readdir(folder)).filter((name) => name.endsWith(".graphql")).sort();
      const files = await Promise.all(
        names.map(async (file) => ({ file, text: await readFile(path.join(folder, file), "utf8") })),
      );
      return { contents: JSON.stringify(files), loader: "json" };
    });
  },
};

/** graphiql/style.css holds Monaco's styles already; the copies beside Monaco's modules are left out. */
const monacoStyles = {
  name: "monaco-styles",
  setup({ onLoad }) {
    onLoad({ filter: /node_modules\/monaco-editor\/.*\.css$/ }, () => ({ contents: "", loader: "css" }));
  },
};

const page = await build({
  ...shared,
  entryPoints: { page: "page/main.tsx" },
  format: "esm",
  splitting: true,
  jsx: "automatic",
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  publicPath: ADDRESS,
  loader: { ".graphql": "text", ".svg": "file" },
  define: { ...shared.define, WORKER_ADDRESSES: JSON.stringify(workerAddresses) },
  plugins: [examples, monacoStyles],
});

const script = outputOf(page, "page/main.tsx");
const style = path.basename(page.metafile.outputs[path.relative(here, path.join(target, "assets", script))].cssBundle);
const icon = Object.keys(page.metafile.outputs).map((output) => path.basename(output)).find((name) => /^icon-.*\.svg$/.test(name));

const filled = { script: ADDRESS + script, style: ADDRESS + style, icon: ADDRESS + icon };
const template = await readFile(path.join(here, "page", "index.html"), "utf8");
const html = template.replace(/\{\{(script|style|icon)\}\}/g, (_, name) => filled[name]);
await writeFile(path.join(target, "index.html"), html);
