// The language as WASM, in the page or in a worker: the same for both.

/**
 * @param {string} glue address of the bindings
 * @param {WebAssembly.Module} [module] for a worker; the page has its WASM already
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
  };
}
