// What the editor shows around the text, and its theme.
//
// The theme has no colour of its own: it reads these custom properties, which the page's style sheet sets on the
// editor or anything above it, once per colour scheme.
//
//   --code-font       font family              --code-size       font size           --code-line  line height
//   --code-bg         background               --code-fg         text and cursor
//   --code-gutter     line numbers             --code-gutter-bg  their background    --code-rule  lines between areas
//   --code-active     the cursor's line        --code-selection  selected text       --code-match what a search finds
//   --code-accent     focus, matching bracket  --code-panel-bg   search panel and tooltips
//   --code-key --code-string --code-number --code-comment --code-tag --code-mark --code-expression
//                     the classes of the same names (.code-key …) that language.js gives to parts of the text
//   --code-error --code-warning --code-info    squiggles, gutter marks and tooltips
//
// Height is the page's affair: give .cm-editor one (or a max-height) and the text scrolls inside.

import { EditorState } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  lineNumbers,
} from "@codemirror/view";

const severities = ["error", "warning", "info"];

// A zigzag of gradients: the colour of CodeMirror's own pictures cannot follow a custom property, and a wavy
// text-decoration takes the text's colour where the text is selected, as it is after every jump to a problem.
const zigzag = (colour) =>
  [
    `linear-gradient(-45deg, transparent 65%, ${colour} 80%, transparent 90%)`,
    `linear-gradient(135deg, transparent 5%, ${colour} 15%, transparent 25%)`,
    `linear-gradient(135deg, transparent 45%, ${colour} 55%, transparent 65%)`,
    `linear-gradient(45deg, transparent 25%, ${colour} 35%, transparent 50%)`,
  ].join(", ");

const squiggles = Object.fromEntries(
  severities.flatMap((severity) => [
    [
      `.cm-lintRange-${severity}`,
      {
        backgroundImage: zigzag(`var(--code-${severity})`),
        backgroundSize: "8px 3px",
        backgroundPosition: "0 100%",
        paddingBottom: "2px",
      },
    ],
    [`.cm-diagnostic-${severity}`, { borderLeftColor: `var(--code-${severity})` }],
    [`.cm-lintPoint-${severity}:after`, { borderBottomColor: `var(--code-${severity})` }],
    [
      `.cm-lint-marker-${severity}`,
      {
        content: '""',
        width: "0.7em",
        height: "0.7em",
        marginTop: "0.35em",
        background: `var(--code-${severity})`,
        // Told apart by shape as well as by colour.
        borderRadius: severity === "error" ? "50%" : "1px",
        ...(severity === "warning" && { clipPath: "polygon(50% 0, 100% 100%, 0 100%)" }),
      },
    ],
  ]),
);

const colours = Object.fromEntries(
  ["key", "string", "number", "comment", "tag", "mark", "expression"].map((name) => [
    `.code-${name}`,
    { color: `var(--code-${name})` },
  ]),
);

const theme = EditorView.theme({
  "&": { color: "var(--code-fg)", backgroundColor: "var(--code-bg)", fontSize: "var(--code-size)" },
  "&.cm-focused": { outline: "2px solid var(--code-accent)", outlineOffset: "-1px" },
  ".cm-scroller": { fontFamily: "var(--code-font, monospace)", lineHeight: "var(--code-line, 1.5)" },
  ".cm-content": { caretColor: "var(--code-fg)" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--code-fg)" },
  ".cm-gutters": {
    color: "var(--code-gutter)",
    backgroundColor: "var(--code-gutter-bg, var(--code-bg))",
    borderRight: "1px solid var(--code-rule)",
  },
  ".cm-activeLine": { backgroundColor: "var(--code-active)" },
  ".cm-activeLineGutter": { color: "var(--code-fg)", backgroundColor: "var(--code-active)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--code-selection)",
  },
  ".cm-selectionMatch, .cm-searchMatch": { backgroundColor: "var(--code-match)" },
  ".cm-searchMatch-selected": {
    backgroundColor: "var(--code-selection)",
    outline: "1px solid var(--code-accent)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "transparent", outline: "1px solid var(--code-accent)" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "transparent", outline: "1px solid var(--code-error)" },
  ".cm-panels": { color: "var(--code-fg)", backgroundColor: "var(--code-panel-bg, var(--code-bg))" },
  ".cm-panels.cm-panels-top": { borderBottom: "1px solid var(--code-rule)" },
  ".cm-panel.cm-search label": { fontSize: "inherit" },
  ".cm-panel.cm-search [name=close]": { width: "24px", height: "24px" },
  ".cm-textfield": { fontSize: "inherit", backgroundColor: "var(--code-bg)", borderColor: "var(--code-rule)" },
  ".cm-button": {
    fontSize: "inherit",
    backgroundImage: "none",
    backgroundColor: "var(--code-bg)",
    borderColor: "var(--code-rule)",
  },
  ".cm-textfield:focus-visible, .cm-button:focus-visible": { outline: "2px solid var(--code-accent)" },
  ".cm-tooltip": {
    color: "var(--code-fg)",
    backgroundColor: "var(--code-panel-bg, var(--code-bg))",
    border: "1px solid var(--code-rule)",
    maxWidth: "40rem",
  },
  ".cm-diagnosticAction": {
    margin: "0 0 0 12px",
    padding: "2px 10px",
    color: "var(--code-fg)",
    backgroundColor: "var(--code-bg)",
    border: "1px solid var(--code-rule)",
    borderRadius: "6px",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--code-font, monospace)", fontSize: "var(--code-size)" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "3px 8px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    color: "var(--code-fg)",
    backgroundColor: "var(--code-selection)",
  },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-completionDetail": { color: "var(--code-gutter)", fontStyle: "normal" },
  ".cm-tooltip.cm-completionInfo": { padding: "8px 12px", maxWidth: "24rem" },
  ".cm-diagnosticSource": { opacity: 1, color: "var(--code-gutter)" },
  ...squiggles,
  ...colours,
});

export function look() {
  return [
    lineNumbers(),
    highlightActiveLineGutter(),
    highlightActiveLine(),
    // Shows characters that are invisible or turn the direction of text, which a reviewer must not miss.
    highlightSpecialChars(),
    drawSelection(),
    EditorState.allowMultipleSelections.of(true),
    theme,
  ];
}
