// The language as WebAssembly (crates/language/examples/check), for Node.js and for a page alike.

/**
 * Runs where it is called, also in a page, so it refers to nothing outside: answers functions that hand texts to a new
 * instance of the module.
 */
export async function instantiate(compiled) {
  // What takes and gives only numbers calls none of its imports.
  const imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(compiled)) {
    if (kind !== 'function') throw new Error(`the module wants ${kind} ${name}`);
    imports[from] ??= {};
    imports[from][name] = () => {
      throw new Error(`${name} was called`);
    };
  }
  const { exports } = await WebAssembly.instantiate(compiled, imports);
  // Without bindings a function's name still carries the hash that keeps crates apart.
  const work = (name) => {
    const [found] = Object.keys(exports).filter((key) => new RegExp(`^${name}_[0-9a-f]{16}$`).test(key));
    if (!found) throw new Error(`the module has no ${name}`);
    return exports[found];
  };
  const [begin, take, end, answer, give] = ['begin', 'take', 'end', 'answer', 'give'].map(work);

  return {
    /** The kinds of work on the text that was handed over last. */
    parse: work('parse'),
    check: work('check'),
    compare: work('compare'),
    /** Everything an editor asks about a place of it; `places()` says how many there are, counted from 0. */
    assist: work('assist'),
    places: work('places'),

    /** The text is what is said about words. */
    learn: work('learn'),

    /** Hands over a text. */
    read(text) {
      const bytes = new TextEncoder().encode(text);
      const padded = new Uint8Array((bytes.length + 3) & ~3);
      padded.set(bytes);
      begin(bytes.length);
      const view = new DataView(padded.buffer);
      for (let at = 0; at < padded.length; at += 4) take(view.getInt32(at, true));
      if (!end(bytes.length)) throw new Error('the module took the text for something else');
    },

    /** Everything that is said of it, as JSON. */
    answer() {
      const length = answer();
      const bytes = new Uint8Array((length + 3) & ~3);
      const view = new DataView(bytes.buffer);
      for (let at = 0; at < length; at += 4) view.setInt32(at, give(at), true);
      return new TextDecoder().decode(bytes.subarray(0, length));
    },

    /** How large its memory is, in MiB. */
    memory: () => exports.memory.buffer.byteLength / 2 ** 20,
  };
}
