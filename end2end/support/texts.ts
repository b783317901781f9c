// Workflow texts of our own.

/** One step whose `spec` has these lines. */
export function stepWith(...spec: string[]): string {
  const lines = spec.map((line) => `      ${line}\n`).join('');
  return `steps:\n  - name: only\n    image: alpine:3\n    spec:\n${lines}`;
}

/** Nothing missing, nothing wrong. */
export const PLAIN = stepWith('greeting: hello');

/** A step that runs these lines in a shell; `more` are further lines of it. */
export function scriptStep(name: string, script: string[], ...more: string[]): string {
  const lines = (all: string[], indent: string) => all.map((line) => `${indent}${line}\n`).join('');
  return `  - name: ${name}\n    image: alpine:3\n${lines(more, '    ')}    input:\n      - |\n${lines(script, '        ')}`;
}

/** Steps as a workflow. */
export function steps(...all: string[]): string {
  return `steps:\n${all.join('')}`;
}

/** A bracket is never closed. */
export const BROKEN = 'steps:\n  - name: [unclosed\n    image: alpine:3\n';

/** Each line stands for ten of the line above. */
export function aliasBomb(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 12; level += 1) {
    lines.push(`a${level}: &a${level} [${Array(10).fill(`*a${level - 1}`).join(', ')}]`);
  }
  return `${PLAIN}locals:\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

/** A readable workflow with a comment that makes it so many bytes long. */
export function longText(bytes: number): string {
  const line = `# ${'long '.repeat(19)}\n`;
  const body = PLAIN + line.repeat(Math.ceil((bytes - PLAIN.length) / line.length));
  return `${body}# the last line\n`;
}
