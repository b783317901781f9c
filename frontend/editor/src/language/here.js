// The language as WASM, in the page or in a worker: the same for both.

const CHECK = JSON.stringify({ ask: "check" });

/**
 * @param {string} glue address of the bindings
 * @param {WebAssembly.Module} [module] for an instance of one's own; the page has one already
 */
export async function language(glue, module) {
  const bindings = await import(glue);
  const first = await bindings.default(module && { module_or_path: module });
  let assist;
  return {
    /** Takes over what the account holds. */
    hold: (holdings) => bindings.hold(holdings),
    /** Takes the second half of the WASM, which has the answers, and what they say about words. */
    async learn(more, vocabulary) {
      bindings.know(vocabulary);
      const second = await WebAssembly.instantiate(more, { first });
      assist = second.exports.assist;
    },
    /** Answers a question about a text; needs the second half. */
    ask: (question, text) => bindings.ask(assist, question, text),
    /** The check of a text, and how many milliseconds that took. */
    check(text) {
      const begun = performance.now();
      const answer = bindings.ask(assist, CHECK, text);
      return { answer, took: performance.now() - begun };
    },
  };
}
