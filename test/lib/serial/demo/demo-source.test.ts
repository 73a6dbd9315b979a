import assert from 'node:assert/strict'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { demoSource } from '../../../../lib/serial/demo/demo-source.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

describe('demo: as a source', () => {
  let directory: string
  const warnings: string[] = []
  const home = () => ({ directory, id: 'port/1', warn: (text: string) => warnings.push(text) })

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fieldlog-demo-'))
    warnings.length = 0
  })
  afterEach(() => rm(directory, { recursive: true, force: true }))

  /** Connects for so many ms, as a gateway that is started and stopped does. */
  async function run(clock: FakeClock, ms: number, send = ''): Promise<string[]> {
    let text = ''
    const events = {
      data: (chunk: Buffer) => {
        text += chunk.toString('latin1')
      },
      closed: () => undefined,
    }
    const link = await demoSource(clock, home()).connect(events, new AbortController().signal)
    clock.tick(ms / 2)
    if (send !== '') await link.write(Buffer.from(send))
    clock.tick(ms / 2)
    await link.close()
    return text.split('\r\n')
  }

  it('keeps its flash in a file of the home, by the id of its port', async () => {
    const clock = new FakeClock()
    const first = await run(clock, 60_000)
    const saved = first.filter((line) => line.startsWith('DF S '))
    assert.equal(saved[0], 'DF S 512 1 0')
    clock.tick(60_000)
    const second = await run(clock, 60_000, '0,1,0,0,0,0r')
    // all pages behind the first one, those of the minute in which it was away among them
    const times = second.filter((line) => line.startsWith('R 1 ')).map((line) => Number(line.split(' ')[2]))
    assert.ok(times.length > 60 && times[0]! < 60 && times.at(-1)! > 110, String(times))
    assert.ok((await stat(join(directory, 'fieldlog-demo-port_1.flash'))).size < 300_000)
    assert.deepEqual(warnings, [])
  })

  it('begins with an empty flash where the file holds something else', async () => {
    await writeFile(join(directory, 'fieldlog-demo-port_1.flash'), 'no flash')
    assert.equal((await run(new FakeClock(), 1_000))[2], 'DF I 7935 0')
  })

  it('works in memory, and says so once, where the file cannot be written', async () => {
    await rm(directory, { recursive: true })
    assert.equal((await run(new FakeClock(), 60_000))[2], 'DF I 7935 0')
    assert.equal(warnings.length, 1)
    assert.match(
      warnings[0]!,
      /^the demo collector's flash cannot be kept: ENOENT: .*; it is in memory only$/,
    )
  })
})
