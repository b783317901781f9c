import { expect, type Locator, type Page } from '@playwright/test';
import { fromClipboard, toClipboard } from '../support/clipboard';

/** The text box "Workflow code", once the editor has taken it over from the text area. */
export class Editor {
  readonly box: Locator;
  /** What is underlined as an error; only the eye can find this. */
  readonly squiggles: Locator;

  constructor(readonly page: Page) {
    this.box = page.getByRole('textbox', { name: 'Workflow code', exact: true });
    this.squiggles = page.locator('.cm-lintRange-error');
  }

  /** Waits for the editor; until then the text box is a text area. */
  async ready(): Promise<void> {
    await expect(this.box).toHaveAttribute('contenteditable', 'true');
  }

  /** Puts a text in the place of what is there, as from another program. */
  async paste(text: string): Promise<void> {
    await toClipboard(this.page, text);
    await this.box.focus();
    await this.page.keyboard.press('Control+a');
    await this.page.keyboard.press('Control+v');
  }

  /** Types at the end of the text. */
  async typeAtEnd(text: string): Promise<void> {
    await this.box.focus();
    await this.page.keyboard.press('Control+End');
    await this.page.keyboard.type(text);
  }

  /** The whole text, also what is scrolled out of sight: selected and copied. */
  async text(): Promise<string> {
    await toClipboard(this.page, '');
    await this.box.focus();
    await this.page.keyboard.press('Control+a');
    return this.selected();
  }

  /** Puts the cursor before this part of the text, counted from the top, by keyboard. */
  async cursorAt(text: string, part: string, offset = 0): Promise<void> {
    const at = text.indexOf(part);
    if (at < 0) throw new Error(`the text has no ${part}`);
    const lines = text.slice(0, at + offset).split('\n');
    await this.box.focus();
    await this.page.keyboard.press('Control+Home');
    for (let line = 1; line < lines.length; line += 1) await this.page.keyboard.press('ArrowDown');
    for (let column = 0; column < (lines.at(-1) ?? '').length; column += 1) await this.page.keyboard.press('ArrowRight');
  }

  /** What is selected. */
  async selected(): Promise<string> {
    await this.page.keyboard.press('Control+c');
    return fromClipboard(this.page);
  }
}
