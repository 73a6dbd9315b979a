// A process that logs as fast as it can, tells on standard output what is durable, and waits to be killed.
// `node logging-child.ts <directory> [hold | read-all | log | mixed]`
import { readdirSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { NewEntry } from '../../../../lib/journal/format/batch.ts'
import { escapeText } from '../../../../lib/journal/format/text.ts'
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

/** All that an entry can be, one after another. */
function mixed(n: number): NewEntry {
  const received = Date.now()
  const entry = { kind: 'L' as const, received, source: 'child', text: `${process.pid} ${n}` }
  const structured = JSON.stringify({ n, text: `${process.pid} "\\" \n é \u2028` })
  switch (n % 6) {
    case 1:
      return { ...entry, kind: 'R', time: received - 3_600_000 - n }
    case 2:
      return { ...entry, kind: 'E', text: structured }
    case 3:
      return { ...entry, text: escapeText(Buffer.from([n & 255, 0, 255, 92, 0xc3, 0xa9, n % 128])) }
    case 4:
      return { ...entry, received: received - 86_400_000, text: `${entry.text} of yesterday` }
    case 5:
      return { ...entry, kind: 'E', received: received - 86_400_000, text: structured }
    default:
      return { ...entry, text: `${entry.text} ${'x'.repeat(n % 500)}` }
  }
}

/** Written before it returns: what stands in the pipe stays there when the process is gone. */
function tell(text: string): void {
  try {
    writeSync(1, text)
  } catch {
    // nobody listens any more
    process.exit(1)
  }
}

await journal.start()
if (task === 'read-all') {
  for (const entry of readdirSync(directory!, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) readFileSync(join(entry.parentPath, entry.name))
}
if (task !== 'log' && task !== 'mixed') {
  tell('held\n')
  setInterval(() => {}, 60_000)
} else {
  let count = 0
  const log = () => {
    // as fast as the disk takes it
    for (let i = 0; i < 7 && journal.statistics.held < 100; i++) {
      const text = `${process.pid} ${count++} ${'x'.repeat(count % 50)}`
      const line = { kind: 'L' as const, received: Date.now(), source: 'child', text }
      journal.append(task === 'mixed' ? mixed(count) : line)
    }
    setImmediate(log)
  }
  log()
}
