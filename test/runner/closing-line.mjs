/** Prints the runner's own totals as the last line, in the form that continuous integration reads. */
export default class ClosingLine {
  onRunComplete(_contexts, results) {
    const failedSuites = results.testResults.filter((suite) => suite.testExecError).length;
    const failed = results.numFailedTests + failedSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const line = `${results.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
    // The default reporter writes its summary to standard error; this line must come after it.
    process.stderr.write('', () => process.stdout.write(`${line}\n`));
  }
}
