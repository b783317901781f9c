// Finding a marker wherever it went, also when it was encoded on the way.

import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** The forms in which programs write bytes down. */
function forms(marker: string): Buffer[] {
  const bytes = Buffer.from(marker);
  const base64 = [0, 1, 2].flatMap((shift) => {
    // Bytes before and after the marker change the letters at its ends; the rest is always the same.
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const whole = text.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
    return [whole, whole.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const texts = [marker, bytes.toString('hex'), bytes.toString('hex').toUpperCase(), ...base64];
  return [...texts.map((text) => Buffer.from(text)), Buffer.from(marker, 'utf16le')];
}

/** Whether the marker is in these bytes, in any form. */
export function holds(content: Buffer | string, marker: string): boolean {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return forms(marker).some((form) => bytes.includes(form));
}

/** The files of a directory that hold the marker. */
export async function filesHolding(directory: string, marker: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    if (holds(await readFile(path), marker)) found.push(relative(directory, path));
  }
  return found;
}
