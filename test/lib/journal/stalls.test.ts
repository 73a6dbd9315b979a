// What is promised: no call on a journal holds the event loop for 20 ms, whatever its size. Here on a small one, with the
// largest batches that a writer makes of short lines; `npm run soak -- journal` does the same on 1 GB.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { callsHead, describeCall, type MeasuredCall } from './support/stalls.ts'

/** ms of processor time between two turns of the loop */
const longest = 20

/** A machine that others use counts some of their work here; what holds the loop does so in each run. */
const runs = 3

describe('journal: the event loop beside long calls', function () {
  this.timeout(300_000)

  async function measured(): Promise<MeasuredCall[]> {
    const directory = mkdtempSync(join(tmpdir(), 'fieldlog-stalls-'))
    try {
      const child = join(import.meta.dirname, 'support/stalls-child.ts')
      const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', child, directory])
      return JSON.parse(stdout) as MeasuredCall[]
    } finally {
      rmSync(directory, { recursive: true })
    }
  }

  it('is held by none of them', async () => {
    const tables: string[] = []
    let held: Set<string> | undefined
    for (let run = 0; run < runs && held?.size !== 0; run++) {
      const calls = await measured()
      assert.ok(calls.length >= 17)
      const now = calls.filter(({ maxBusy }) => maxBusy >= longest).map(({ name }) => name)
      held = new Set(now.filter((name) => held?.has(name) ?? true))
      tables.push([callsHead, ...calls.map(describeCall)].join('\n'))
    }
    assert.deepEqual([...held!], [], tables.join('\n\n'))
  })
})
