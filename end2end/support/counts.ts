// The last line of a run: how many tests passed, failed and were skipped.

import type { FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter';

export default class Counts implements Reporter {
  private readonly outcomes = new Map<string, TestResult['status']>();

  onTestEnd(test: TestCase, result: TestResult) {
    this.outcomes.set(test.id, result.status);
  }

  onEnd(result: FullResult) {
    const statuses = [...this.outcomes.values()];
    const passed = statuses.filter((status) => status === 'passed').length;
    const skipped = statuses.filter((status) => status === 'skipped').length;
    const failed = statuses.length - passed - skipped;
    // Everything else that prints at the end has done so when the process leaves.
    process.on('exit', () => {
      console.log(`end-to-end: ${passed} passed, ${failed} failed, ${skipped} skipped (${result.status})`);
    });
  }

  printsToStdio() {
    return false;
  }
}
