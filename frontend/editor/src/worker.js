// The worker. The page sends it its own compiled WASM, so nothing is loaded twice; it has no way to the network but
// for our own scripts.

import { language } from "./language/here.js";

let here;

async function begin({ glue, module }) {
  here = await language(glue, module);
  return "ready";
}

self.onmessage = async ({ data: { id, name, given } }) => {
  try {
    const answer = name === "begin" ? await begin(...given) : await here[name](...given);
    self.postMessage({ id, answer });
  } catch (error) {
    self.postMessage({ id, failed: String(error) });
  }
};
