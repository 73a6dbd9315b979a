// A writer for the tests: logs `n 1`, `n 2` … into the directory it is given and prints each seq that is durable.
import { Journal } from '../../../../lib/journal/journal.ts'

await write(process.argv[2]!)

async function write(directory: string): Promise<void> {
  const journal = new Journal(
    { directory, bufferSize: 20, flushInterval: 0.01, reserve: 0 },
    { durable: (entries) => process.stdout.write(`${entries.at(-1)!.seq}\n`) },
  )
  await journal.start()
  let n = 0
  setInterval(() => {
    for (let i = 0; i < 25; i++) {
      journal.append({ kind: 'L', received: Date.now(), source: 'test', text: `n ${++n}` })
    }
  }, 5)
}
