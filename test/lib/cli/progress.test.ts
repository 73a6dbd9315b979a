import assert from 'node:assert/strict'
import { Progress } from '../../../lib/cli/progress.ts'
import { runHere } from './helper.ts'

describe('how far a command is', () => {
  /** What a command writes to standard error that tells it for so long. */
  async function told(ms: number, isWatched: boolean): Promise<string> {
    const command = {
      args: '',
      about: '',
      count: { min: 0, max: 0 },
      async run(_args: string[], _options: object, io: ConstructorParameters<typeof Progress>[0]) {
        const progress = new Progress(io)
        const end = performance.now() + ms
        while (performance.now() < end) {
          progress.tell((seconds) => `after ${Math.floor(seconds)} s`)
          await new Promise(setImmediate)
        }
        progress.end()
        return 0
      },
    }
    return (await runHere('test', command, [], { isWatched })).err
  }

  it('is told on a terminal, on one line that is gone at the end', async () => {
    const lines = (await told(1_500, true)).split('\r').slice(1)
    assert.ok(lines.length >= 3, JSON.stringify(lines))
    assert.deepEqual(new Set(lines.slice(0, -2)), new Set(['after 1 s']))
    assert.deepEqual(lines.slice(-2), [' '.repeat('after 1 s'.length), ''])
  })

  it('is not told of what ends within a second, nor where nobody watches', async () => {
    assert.equal(await told(50, true), '')
    assert.equal(await told(1_200, false), '')
  })
})
