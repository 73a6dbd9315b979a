// Mocha's spec output, and the counts in the file that FIELDLOG_COUNTS names, so that several processes add up.
const { writeFileSync } = require('node:fs')
const { reporters, Runner } = require('mocha')

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PENDING } = Runner.constants

/** ms */
const grace = 20_000
/** exit status of a process that did not end by itself */
const aliveStatus = 86

module.exports = class CountReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    const failed = []
    const skipped = []
    runner.on(EVENT_TEST_FAIL, (test) => failed.push(test.fullTitle()))
    runner.on(EVENT_TEST_PENDING, (test) => skipped.push(test.fullTitle()))
    runner.once(EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats
      if (process.env.FIELDLOG_COUNTS) {
        const counts = { passes, failures, pending, failed, skipped }
        writeFileSync(process.env.FIELDLOG_COUNTS, JSON.stringify(counts))
        setTimeout(endAlive, grace).unref()
      }
    })
  }
}

/** What still runs long after the last test is a timer or a socket that something forgot: a failure, without the wait for it. */
function endAlive() {
  console.error(
    `still open ${grace / 1000} s after the last test: ${process.getActiveResourcesInfo().join(', ')}`,
  )
  process.exit(aliveStatus)
}
