// The way to the language: a worker, so that checking never keeps the page from drawing; where a browser gives none,
// the page itself.
//
// After a key, browsers draw before they hand over what a worker has sent, so what that found is seen a frame later, or
// two. A check that is known to take a fraction of a frame is therefore done in the page: together with the key, or, when
// there is no room beside it, in the work of the frame that draws it.

import { language } from "./here.js";
import { pace } from "./pace.js";

const beside = (name) => new URL(name, import.meta.url).href;
const GLUE = "workbench.js";
const MORE = "workbench_more.wasm";
const VOCABULARY = "vocabulary.txt";

/** The page checks a text itself that takes no longer, in milliseconds: a third of a frame. */
const QUICK = 6;

/** For a text whose check takes no longer in the worker, the page finds out how long it takes itself. */
const NEARLY = 2 * QUICK;

/** Browsers make code faster that is used: so often the first text is checked to see how fast that is. */
const ROUNDS = 12;

/** The same in the page, when it has nothing else to do. */
const ROUNDS_NEAR = 4;

/** Some time when the page has nothing else to do. */
const idle = () => new Promise((done) => (window.requestIdleCallback ?? setTimeout)(done));

/** In the work of the next frame. */
const nextFrame = () => new Promise((done) => requestAnimationFrame(done));

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
    const asked = waiting.get(id);
    // Nobody waits any more for what was on its way when the worker was ended.
    if (!asked) return;
    waiting.delete(id);
    if (failed === undefined) asked.resolve(answer);
    else asked.reject(new Error(failed));
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
  return { hold: call("hold"), learn: call("learn"), ask: call("ask"), check: call("check"), end };
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
    try {
      if (holdings !== undefined) await there.hold(holdings);
      if (more) await there.learn(...more);
    } catch (error) {
      there.end?.(error);
      throw error;
    }
    return there;
  }

  let opened = open();

  async function call(name, ...given) {
    opened ??= open();
    const mine = opened;
    let there;
    try {
      there = await mine;
      return await there[name](...given);
    } catch (error) {
      console.error(`The language gave no answer to ${name}.`, error);
      // What has failed once inside is not used again: the next question opens another. All that waited for it come
      // here, perhaps after that. In the page there is no other.
      if (!there || there.end) {
        there?.end(error);
        if (opened === mine) opened = undefined;
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
  async function ask(name, ...given) {
    loaded ??= load();
    try {
      await loaded;
    } catch {
      // The page tells that nothing is checked. Perhaps the network is back the next time.
      loaded = undefined;
      return undefined;
    }
    return call(name, ...given);
  }

  const speed = pace();
  const isQuick = (text) => speed.of(text.length) <= QUICK;
  // A language of the page's own, apart from that of its islands, which a failure must not reach.
  let near;
  let nearer;

  async function approach(text) {
    const mine = await language(`${beside(GLUE)}#near`, module);
    await mine.learn(...more);
    // The first checks are slow, and nobody waits for these.
    for (let round = 0; round < ROUNDS_NEAR; round += 1) {
      await idle();
      speed.took(text.length, mine.check(text).took);
    }
    if (holdings !== undefined) mine.hold(holdings);
    near = mine;
  }

  async function checkThere(text) {
    const done = await ask("check", text);
    if (!done) return undefined;
    speed.took(text.length, done.took);
    if (speed.of(text.length) <= NEARLY && (await opened)?.end) nearer ??= approach(text).catch(() => {});
    return done.answer;
  }

  // The first change finds much of the page's own code cold, and leaves no room for the check.
  let begun = false;
  // Where nobody looks, no frame comes.
  const isNear = (text) => near && begun && isQuick(text) && !document.hidden;

  function checkHere(text) {
    try {
      const { answer, took } = near.check(text);
      speed.took(text.length, took);
      return answer;
    } catch (error) {
      console.error("The page's own language gave no answer.", error);
      near = undefined;
      return undefined;
    }
  }

  return {
    /** What the account holds, as JSON. */
    hold(json) {
      holdings = json;
      near?.hold(json);
      return call("hold", json);
    },

    /** The check of a document as JSON, if that can be had at once and takes no more than so many milliseconds. */
    checkNow: (doc, room) => (isNear(doc) && speed.of(doc.length) <= room ? checkHere(doc.toString()) : undefined),

    /** The check of a text as JSON, later; nothing when it failed. */
    check(text) {
      if (isNear(text)) return nextFrame().then(() => checkHere(text) ?? checkThere(text));
      begun = near !== undefined;
      return checkThere(text);
    },

    /** Finds out how fast texts like this one are checked. */
    async rehearse(text) {
      for (let round = 0; round < ROUNDS && !nearer; round += 1) await checkThere(text);
    },

    /** The answer to a question about a text. */
    async ask(question, text) {
      const answer = await ask("ask", JSON.stringify(question), text);
      return answer ? JSON.parse(answer) : undefined;
    },

    end() {
      opened?.then((there) => there.end?.());
    },
  };
}
