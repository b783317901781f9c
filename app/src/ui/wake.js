(function (script, wasm) {
  // Islands inside islands' children are woken in document order, parents first.
  const children = [];
  async function walk(node, module) {
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    const tag = node.tagName;
    if (tag === "LEPTOS-ISLAND") {
      const wake = module[node.dataset.component];
      if (wake) {
        const ready = children[children.length - 1];
        if (ready) ready();
        await wake(node);
      } else {
        console.error(`The scripts of this page are of another build: no island ${node.dataset.component}.`);
      }
    }
    if (tag === "LEPTOS-CHILDREN") children.push(node.$$on_hydrate);
    for (const child of Array.from(node.children)) await walk(child, module);
    if (tag === "LEPTOS-CHILDREN") children.pop();
  }
  import(script).then(async (module) => {
    await module.default({ module_or_path: wasm });
    module.hydrate();
    await walk(document.body, module);
  });
})
