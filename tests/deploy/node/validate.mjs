// validate.mjs < MANIFESTS : each object against Kubernetes' own schema of its kind.
// The schemas let fields pass that they do not know, so each field's name must also be one that
// Kubernetes has somewhere. Prints one line per fault and ends with 1 if there is one.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const yaml = require("js-yaml");
// Maps whose keys are the author's own.
const FREE = new Set(
  ["labels", "annotations", "matchLabels", "selector", "data", "requests", "limits"]);

const known = new Set(["apiVersion", "kind", "metadata", "labels", "matchLabels"]);
const schemas = new URL("node_modules/kubernetes-models/_schemas/", import.meta.url);
for (const file of readdirSync(schemas)) {
  if (!file.endsWith(".js")) continue;
  for (const found of readFileSync(new URL(file, schemas), "utf8").matchAll(/\bdata\d*\.(\w+)/g)) {
    known.add(found[1]);
  }
}

function* unknownFields(value, path) {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) yield* unknownFields(item, `${path}/${i}`);
  } else if (value && typeof value === "object") {
    for (const [key, item] of Object.entries(value)) {
      if (!known.has(key)) yield `${path}/${key}`;
      const free = FREE.has(key) && !item?.matchLabels;
      if (!free) yield* unknownFields(item, `${path}/${key}`);
    }
  }
}

let faults = 0;
function fault(name, what) {
  console.log(`${name}: ${what}`);
  faults += 1;
}

for (const manifest of yaml.loadAll(readFileSync(0, "utf8"))) {
  const name = `${manifest.kind}/${manifest.metadata?.name}`;
  try {
    const models = await import(`kubernetes-models/${manifest.apiVersion}/${manifest.kind}`);
    new models[manifest.kind](manifest).validate();
  } catch (error) {
    fault(name, error.message);
  }
  for (const path of unknownFields(manifest, "")) fault(name, `${path} is no field of Kubernetes`);
}
process.exit(faults > 0 ? 1 : 0);
