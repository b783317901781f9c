// Values that are awkward to write down, each around a token that stands in nothing else: however the value is quoted,
// escaped or cut on its way, its token is found.

export interface Canary {
  /** What is awkward about it. */
  kind: string;
  value: string;
  token: string;
}

/** Where the token goes. */
const ONE_LINE = {
  quotes: `say "it's" §, 'not' \`that\``,
  'the end of a script': '</script><!-- ]]> <b>§&amp;</b>',
  'letters of many alphabets': 'schlüßel §-ключ-鍵-\u{1f511}-\u202eעברית',
  'percent signs': '100%§%41%zz%',
  backslashes: 'C:\\new\\u0041\\§\\"\\',
  'a form': 'a=1&b=§+c d#e?f',
};

const LINES = {
  'two lines': 'one line "\n§ and another\n',
  'a key of several lines': '-----BEGIN PRIVATE KEY-----\nMC4CAQAw§BQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n',
};

/** Canaries with tokens of their own for every `use`, which is a word; those of one line, or others too. */
export function canaries(use: string, lines: 'one line' | 'any'): Canary[] {
  const templates = { ...ONE_LINE, ...(lines === 'any' ? LINES : {}) };
  return Object.entries(templates).map(([kind, template], number) => {
    const token = `${use}${number}Zq7vT9Lw3KxR`;
    return { kind, value: template.replace('§', token), token };
  });
}
