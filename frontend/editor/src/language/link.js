// The way to the language: a worker, so that checking never keeps the page from drawing; where a browser gives none,
// the page itself.

import { language } from "./here.js";

const beside = (name) => new URL(name, import.meta.url).href;
const GLUE = "workbench.js";
const MORE = "workbench_more.wasm";
const VOCABULARY = "vocabulary.txt";

/** A worker that is ready, as the functions of the language, each answering a promise. */
async function inWorker(module) {
  const worker = new Worker(beside("worker.js"), { type: "module" });
  const waiting = new Map();
  let last = 0;
  const end = (reason) => {
    worker.terminate();
    for (const { reject } of waiting.values()) reject(reason);
    waiting.clear();
  };
  worker.onmessage = ({ data: { id, answer, failed } }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (failed === undefined) resolve(answer);
    else reject(new Error(failed));
  };
  worker.onerror = (event) => {
    event.preventDefault();
    end(new Error(event.message ?? "the worker did not start"));
  };
  const call =
    (name) =>
    (...given) =>
      new Promise((resolve, reject) => {
        last += 1;
        waiting.set(last, { resolve, reject });
        worker.postMessage({ id: last, name, given });
      });
  try {
    await call("begin")({ glue: beside(GLUE), module });
  } catch (error) {
    end(error);
    throw error;
  }
  return { hold: call("hold"), learn: call("learn"), ask: call("ask"), end };
}

/**
 * @param {WebAssembly.Module} module what the page has compiled
 */
export function link(module) {
  let holdings;
  let more;

  async function open() {
    let there;
    try {
      there = await inWorker(module);
    } catch {
      there = await language(beside(GLUE));
    }
    if (holdings !== undefined) await there.hold(holdings);
    if (more) await there.learn(...more);
    return there;
  }

  let opened = open();

  async function call(name, ...given) {
    const there = await opened;
    try {
      return await there[name](...given);
    } catch (error) {
      console.error(`The language gave no answer to ${name}.`, error);
      // What has failed once inside is not used again. In the page there is no other.
      if (there.end) {
        there.end(error);
        opened = open();
      }
      return undefined;
    }
  }

  // Compiled by the page, which may; the worker only makes an instance of it.
  async function load() {
    const words = fetch(beside(VOCABULARY)).then((answer) => answer.text());
    more = await Promise.all([WebAssembly.compileStreaming(fetch(beside(MORE))), words]);
    await call("learn", ...more);
  }
  let loaded;

  /** The first question loads the second half of the WASM. */
  async function ask(question, text) {
    loaded ??= load();
    try {
      await loaded;
    } catch {
      // The page tells that nothing is checked. Perhaps the network is back the next time.
      loaded = undefined;
      return undefined;
    }
    return call("ask", JSON.stringify(question), text);
  }

  return {
    /** What the account holds, as JSON. */
    hold(json) {
      holdings = json;
      return call("hold", json);
    },

    /** The check of a text as JSON; nothing when it failed. */
    check: (text) => ask({ ask: "check" }, text),

    /** The answer to a question about a text. */
    async ask(question, text) {
      const answer = await ask(question, text);
      return answer ? JSON.parse(answer) : undefined;
    },

    end() {
      opened.then((there) => there.end?.());
    },
  };
}
