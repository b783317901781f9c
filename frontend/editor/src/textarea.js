// The textarea that stands on the page before the editor does, and again after it. At any time exactly one of the
// two is in the document, so exactly one element carries the text box's name.

/** Reads what the person already did in the textarea and returns how to swap the two. */
export function takeOver(textarea, parent) {
  const attributes = {};
  // A link to the text box and a sentence that describes it lead to the editor too.
  for (const name of ["id", "aria-describedby"]) {
    const value = textarea.getAttribute(name);
    if (value) attributes[name] = value;
  }

  return {
    doc: textarea.value,
    selection: { anchor: textarea.selectionStart, head: textarea.selectionEnd },
    attributes,

    replace(view) {
      const focused = document.activeElement === textarea;
      const scrolled = textarea.scrollTop;
      if (parent.contains(textarea)) {
        textarea.replaceWith(view.dom);
      } else {
        textarea.remove();
        parent.append(view.dom);
      }
      view.scrollDOM.scrollTop = scrolled;
      if (focused) view.focus();
    },

    restore(view) {
      const { anchor, head } = view.state.selection.main;
      const focused = view.hasFocus;
      textarea.value = view.state.doc.toString();
      if (view.dom.isConnected) view.dom.replaceWith(textarea);
      textarea.setSelectionRange(Math.min(anchor, head), Math.max(anchor, head));
      if (focused) textarea.focus();
      view.destroy();
    },
  };
}
