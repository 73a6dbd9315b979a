// Mocha's spec output, and the counts in the file that FIELDLOG_COUNTS names, so that several runs add up.
const { appendFileSync } = require('node:fs')
const { reporters, Runner } = require('mocha')

module.exports = class CountReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats
      if (process.env.FIELDLOG_COUNTS) {
        appendFileSync(process.env.FIELDLOG_COUNTS, `${JSON.stringify({ passes, failures, pending })}\n`)
      }
    })
  }
}
