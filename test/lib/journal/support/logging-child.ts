// A process that logs as fast as it can, tells on standard output what is durable, and waits to be killed.
// `node logging-child.ts <directory> [hold | read-all | log]`
import { readdirSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Journal } from '../../../../lib/journal/journal.ts'

const [directory, task = 'log'] = process.argv.slice(2)
const journal = new Journal(
  { directory: directory!, bufferSize: 20, flushInterval: 0.02, reserve: 0 },
  {
    durable(entries) {
      tell(entries.map(({ epoch, seq, text }) => `${epoch}-${seq} ${text}\n`).join(''))
    },
  },
)

/** Written before it returns: what stands in the pipe stays there when the process is gone. */
function tell(text: string): void {
  try {
    writeSync(1, text)
  } catch {
    // nobody listens any more
    process.exit(1)
  }
}

// mocha loads every file of the folder
if (import.meta.main) {
  await journal.start()
  if (task === 'read-all') {
    for (const entry of readdirSync(directory!, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) readFileSync(join(entry.parentPath, entry.name))
  }
  if (task !== 'log') {
    tell('held\n')
    setInterval(() => {}, 60_000)
  } else {
    let count = 0
    const log = () => {
      // as fast as the disk takes it
      for (let i = 0; i < 7 && journal.statistics.held < 100; i++) {
        const text = `${process.pid} ${count++} ${'x'.repeat(count % 50)}`
        journal.append({ kind: 'L', received: Date.now(), source: 'child', text })
      }
      setImmediate(log)
    }
    log()
  }
}
