// A process that fills a store until it is killed: `live`, from the checkpoint on, or `rebuild`, from the journal. It says how far it is.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { madeEvents } from './events.ts'
import { ModelJournal } from './model-journal.ts'
import { StoreBench } from './store-bench.ts'

const [kind, folder = '', count, seed] = process.argv.slice(2)
const events = madeEvents(Number(count), Number(seed))
const checkpointFile = join(folder, 'checkpoint')
const say = (seq: number) => process.stdout.write(`${seq}\n`)

const bench = new StoreBench(folder)
if (kind === 'live') {
  const stored = existsSync(checkpointFile) ? Number(readFileSync(checkpointFile, 'utf8')) : 0
  const journal = new ModelJournal(events, stored, {
    window: 300,
    moved(checkpoint) {
      writeFileSync(`${checkpointFile}.new`, String(checkpoint))
      renameSync(`${checkpointFile}.new`, checkpointFile)
      say(checkpoint)
    },
  })
  bench.open(journal)
  await bench.ready()
  await journal.send(events.lastSeq, (seq) => seq % 37 === 0)
} else {
  const paced = () => pause(20)
  const journal = new ModelJournal(events, events.lastSeq, { paced })
  const store = bench.open(journal)
  await bench.until(({ state, upTo }) => {
    say(upTo)
    return state === 'ready'
  })
  say(store.state.upTo)
}
await bench.close()
process.stdout.write('end\n')
