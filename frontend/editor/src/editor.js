// The workflow page's code editor: the only module of the bundle that the page calls.
//
//   const editor = mount({ parent, textarea, nonce, readOnly, label, module, onChange, onChecked, onSave, … });
//
// Places in the text are UTF-16 offsets into `editor.text()`, whose lines always end in a single "\n".
//
// What loads with the page is here; what somebody has to ask for is in assist/ and structure/, which are loaded when
// they are first used.

import { Annotation, Compartment, EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { afterPaint } from "./after-paint.js";
import { diagnostics, remarks } from "./diagnostics.js";
import { keys } from "./keys.js";
import { checker } from "./language/checker.js";
import { link } from "./language/link.js";
import { look } from "./look.js";
import { panels } from "./panels.js";
import { takeOver } from "./textarea.js";
import { workflowLanguage } from "./yaml.js";

/** A key and the check after it may take so many milliseconds, so that the rest of a frame is enough to draw both. */
const FRAME_PART = 9;

// Marks a change that came through the handle, not from the person: onChange is not told about it.
const fromOutside = Annotation.define();

// What a check has found in the text that the change makes: the answer as JSON, and its remarks.
const checkedWith = Annotation.define();

/**
 * Puts the editor in the textarea's place, with its text, selection and focus.
 *
 * @param {object} options
 * @param {HTMLElement} options.parent where the editor goes; exactly to the textarea's place when that is inside
 * @param {HTMLTextAreaElement} options.textarea leaves the document now and comes back with destroy()
 * @param {HTMLElement} [options.panel] where outline and graph go
 * @param {string} options.nonce the page's CSP nonce, for the one style element the editor makes
 * @param {boolean} options.readOnly the text can be read, selected and searched, not changed
 * @param {string} options.label the text box's accessible name
 * @param {WebAssembly.Module} options.module the page's WASM, which the worker runs too
 * @param {string} options.holdings what the account holds, as JSON
 * @param {string} [options.checked] what a check of the textarea's text has found, as JSON, when somebody has done one
 * @param {(text: string) => void} options.onChange told about every change a person makes
 * @param {(answer: string) => void} options.onChecked told what each check of the text has found, as JSON; nothing when it
 *   failed
 * @param {() => void} options.onSave told when a person presses the key for saving
 */
export function mount(options) {
  const { parent, textarea, panel, nonce, label, module, holdings, checked, onChange, onChecked, onSave } = options;
  const access = new Compartment();
  const late = new Compartment();
  const { doc, selection, attributes, replace, restore } = takeOver(textarea, parent);

  const language = link(module);
  // What stands around the text may follow a frame later.
  const checkedSoon = afterPaint(onChecked);
  const found = remarks(() => view.state.readOnly);
  // When the browser began with what the person does.
  let begun = -Infinity;
  const check = checker({
    check: language.check,
    text() {
      found.taken(view.state.doc);
      return view.state.doc.toString();
    },
    shown(answer) {
      const transaction = found.found(view.state, answer ? JSON.parse(answer).remarks : []);
      if (!transaction) return;
      view.dispatch(transaction);
      checkedSoon(answer ?? "");
    },
  });

  /**
   * What a check finds is shown by the change itself when there is time for that: a transaction of its own would make the
   * browser lay the page out once more.
   */
  const checkWithin = EditorState.transactionExtender.of((change) => {
    if (!change.docChanged) return null;
    const room = FRAME_PART - (performance.now() - begun);
    const answer = room > 0 ? language.checkNow(change.newDoc, room) : undefined;
    if (answer === undefined) return null;
    const { remarks } = JSON.parse(answer);
    return {
      effects: found.effects(change.startState, remarks),
      annotations: checkedWith.of({ answer, remarks }),
    };
  });

  /** What the parts that come later work with. */
  const tools = {
    /** The answer to a question about the text as it is. */
    ask: (question) => language.ask(question, view.state.doc.toString()),
    problems: found.at,
    carryOut: found.carryOut,
  };

  let assistant;
  const assist = () => {
    assistant ??= import("./assist/index.js").then(
      (part) => {
        view.dispatch({ effects: late.reconfigure(part.assist(tools)) });
        // The language comes before the first word is typed.
        check();
        void language.rehearse(view.state.doc.toString());
        return part.commands(tools);
      },
      () => {
        // Perhaps the network is back the next time.
        assistant = undefined;
      },
    );
    return assistant;
  };
  /** A key whose work is loaded when it is first pressed. */
  const command = (name) => () => {
    void assist().then((commands) => commands?.[name](view));
    return true;
  };

  const view = new EditorView({
    state: EditorState.create({
      doc,
      selection,
      extensions: [
        EditorView.cspNonce.of(nonce),
        EditorView.contentAttributes.of({ ...attributes, "aria-label": label, tabindex: "0" }),
        access.of(EditorState.readOnly.of(options.readOnly)),
        late.of([]),
        keys({ onSave, command, toPanels: () => beside?.focus() }),
        workflowLanguage(),
        diagnostics(),
        look(),
        checkWithin,
        EditorView.domEventHandlers({
          focus: () => void assist(),
          mousemove: () => void assist(),
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) {
            found.changed(update.changes);
            if (!update.transactions.some((t) => t.annotation(fromOutside))) onChange(update.state.doc.toString());
            const done = update.transactions.at(-1).annotation(checkedWith);
            if (done) {
              found.shown(update.state.doc, done.remarks);
              checkedSoon(done.answer);
            } else {
              check();
            }
          }
          if (update.selectionSet || update.docChanged) beside?.moved(update.docChanged);
        }),
      ],
    }),
  });
  for (const name of ["keydown", "beforeinput", "paste", "cut", "drop"]) {
    view.dom.addEventListener(name, () => (begun = performance.now()), true);
  }
  replace(view);
  const beside = panel && panels({ view, panel, ask: tools.ask });
  void language.hold(holdings);
  if (checked) {
    found.taken(view.state.doc);
    view.dispatch(found.found(view.state, JSON.parse(checked).remarks));
  } else {
    check();
  }
  if (view.hasFocus) void assist();

  const clamp = (offset) => Math.max(0, Math.min(offset, view.state.doc.length));

  return {
    text: () => view.state.doc.toString(),

    /** Replaces the whole text as one step that can be undone; does not call onChange. */
    setText(text) {
      const insert = view.state.toText(text);
      if (insert.eq(view.state.doc)) return;
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert },
        selection: { anchor: Math.min(view.state.selection.main.head, insert.length) },
        annotations: fromOutside.of(true),
      });
    },

    /** What the account holds has changed: the text is checked against it. */
    setHoldings(json) {
      void language.hold(json);
      check();
    },

    /** Carries out a cure of the last check, given as JSON. */
    cure(edits) {
      found.carryOut(view, JSON.parse(edits));
      view.focus();
    },

    /** Selects a place, brings it to the middle of what can be seen, and focuses the editor. */
    goTo(from, to = from) {
      const anchor = clamp(from);
      const head = clamp(to);
      view.dispatch({
        selection: { anchor, head },
        effects: EditorView.scrollIntoView(anchor, { y: "center" }),
      });
      view.focus();
    },

    focus: () => view.focus(),

    setReadOnly(value) {
      view.dispatch({ effects: access.reconfigure(EditorState.readOnly.of(value)) });
    },

    /** Takes the editor away; the textarea is back in its place, with the text as it is now. */
    destroy() {
      language.end();
      restore(view);
    },
  };
}
