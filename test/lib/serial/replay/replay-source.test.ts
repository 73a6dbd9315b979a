import assert from 'node:assert/strict'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { createSource } from '../../../../lib/serial/create-source.ts'
import { readPortOptions } from '../../../../nodes/port/options.ts'
import { buildJournal, writeJournal } from '../../../support/build-journal.ts'
import { FakeClock, settle } from '../../../support/fake-clock.ts'

const { serial } = readPortOptions({})

describe('replay: as a source', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fieldlog replay? '))
  })
  afterEach(() => rm(directory, { recursive: true }))

  const home = () => ({ directory, id: 'p1', warn: () => undefined })
  const day = [
    'L 11:59:59.000 usb-A40117UK OK 12 1 118 182 0',
    'L 12:00:00.500 usb-A40117UK OK 9 213 11 68 235',
    'M 12:00:00.600 no line',
    'L 12:00:02.000 usb-A40117UK ? 4 254 \xff 249',
  ]
  const dayFile = () => Buffer.from(`${day.join('\r\n')}\n`, 'latin1')

  /** Connects; `heard` has each line with the moment at which it came, `said` what the log gets. */
  async function play(address: string, clock = new FakeClock('2026-11-21T12:00:00.000Z')) {
    const heard: string[] = []
    const said: string[] = []
    const source = createSource(address, serial, { clock, home: home() })
    const link = await source.connect(
      {
        data(chunk, received) {
          heard.push(`${new Date(received).toISOString().slice(11)} ${chunk.toString('latin1')}`)
        },
        closed: (reason) => assert.fail(reason),
        report: (level, text) => said.push(`${level}: ${text.replace(directory, 'HOME')}`),
      },
      new AbortController().signal,
    )
    return { clock, heard, said, link, source }
  }

  /** Until it has said so many sentences: what the disk does takes its time. */
  async function until(isDone: () => boolean): Promise<void> {
    while (!isDone()) await new Promise((resolve) => setImmediate(resolve))
  }

  it('plays a day at its time of day, without what has gone by and what is damaged, and stays connected', async () => {
    await writeFile(join(directory, '20121130.txt'), dayFile())
    const { clock, heard, said, link, source } = await play('replay:20121130.txt')
    assert.equal(source.name, '20121130@replay')
    await until(() => clock.timers > 0)
    assert.deepEqual(heard, [])
    await clock.advance(500)
    assert.deepEqual(heard, ['12:00:00.500Z OK 9 213 11 68 235\n'])
    await clock.advance(1_499)
    assert.equal(heard.length, 1)
    await clock.advance(1)
    assert.deepEqual(heard.slice(1), ['12:00:02.000Z ? 4 254 \xff 249\n'])
    await until(() => said.length > 0)
    assert.deepEqual(said, ['warn: played HOME/20121130.txt to its end: 2 lines; skipped: 1 damaged'])
    await link.close()
  })

  it('plays it faster, again and again', async () => {
    await writeFile(join(directory, 'day.txt'), dayFile())
    const { clock, heard, link } = await play('replay:day.txt?speed=60&loop')
    await until(() => heard.length === 1)
    await until(() => clock.timers > 0)
    await clock.advance(25)
    assert.deepEqual(heard.slice(1), ['12:00:00.025Z OK 9 213 11 68 235\n'])
    await clock.advance(25)
    assert.equal(heard.length, 3)
    // the next round begins when the day would be over
    await until(() => clock.timers > 0)
    for (let minute = 0; minute < 24; minute++) await clock.advance(60_000)
    assert.equal(heard[3], '12:24:00.000Z OK 12 1 118 182 0\n')
    await link.close()
  })

  it('plays a gzipped day, at a path with blanks and marks, at once', async () => {
    await writeFile(join(directory, 'a day? 100%.txt.gz'), gzipSync(dayFile()))
    const { heard, said, link, source } = await play('replay:a day%3F 100%25.txt.gz?speed=max')
    await until(() => said.length > 0)
    assert.equal(source.name, 'a_day__100_@replay')
    assert.deepEqual(
      heard.map((line) => line.slice(14)),
      ['OK 12 1 118 182 0\n', 'OK 9 213 11 68 235\n', '? 4 254 \xff 249\n'],
    )
    await link.close()
  })

  describe('a journal', () => {
    const begin = Date.UTC(2012, 10, 30, 12)
    const line = (text: string, second: number) => ({
      kind: 'L' as const,
      received: begin + second * 1000,
      source: 's',
      text,
    })

    beforeEach(() => {
      const files = buildJournal([
        {
          date: '20121130',
          batches: [
            [line('first \\xff', 0), { ...line('{"a":1}', 1), kind: 'E' as const }],
            [line('damaged', 2)],
            [
              { ...line('cut', 3), cut: 'end' as const },
              line('two\\x0alines', 4),
              { ...line('late', 5), kind: 'R' as const, time: begin + 2500 },
            ],
          ],
        },
        { date: '20121201', batches: [[line('next day', 86_400)]] },
      ])
      const first = files[0]!.bytes
      first[first.indexOf('damaged')] = 0x44
      writeJournal(directory, files)
    })

    it('in its directory: lines alone, in its order, over its days', async () => {
      const { heard, said, link } = await play(`replay:${directory.replaceAll('?', '%3F')}?speed=max`)
      await until(() => said.length > 0)
      assert.deepEqual(
        heard.map((each) => each.slice(14)),
        ['first \xff\n', 'late\n', 'next day\n'],
      )
      assert.deepEqual(said, [
        'warn: played HOME to its end: 3 lines; skipped: 1 damaged, 3 that are no whole lines',
      ])
      await link.close()
    })

    it('one file of it, also away from its directory', async () => {
      await copyFile(join(directory, '2012/20121130.txt'), join(directory, 'sent.txt'))
      for (const path of ['2012/20121130.txt', 'sent.txt']) {
        const { heard, said, link } = await play(`replay:${path}?speed=max`)
        await until(() => said.length > 0)
        assert.deepEqual(
          heard.map((each) => each.slice(14)),
          ['first \xff\n', 'late\n'],
        )
        await link.close()
      }
    })
  })

  it('obeys back-pressure, and reads on when it may', async () => {
    const lines = Array.from({ length: 50_000 }, (_, i) => `L 00:00:00.000 s line ${i}`)
    await writeFile(join(directory, 'long.txt'), lines.join('\n'))
    let count = 0
    let isDone = false
    const source = createSource('replay:long.txt?speed=max', serial, { home: home() })
    const events = {
      data() {
        if (++count % 10_000 === 0) link.pause()
      },
      closed: () => undefined,
      report() {
        isDone = true
      },
    }
    const link = await source.connect(events, new AbortController().signal)
    for (const paused of [10_000, 20_000, 30_000, 40_000, 50_000]) {
      await until(() => count === paused)
      await settle(20)
      assert.equal(count, paused)
      link.resume()
    }
    await until(() => isDone)
    await link.close()
  })

  it('ends at once when it is closed while it waits', async () => {
    await writeFile(join(directory, 'day.txt'), dayFile())
    const { clock, heard, link } = await play('replay:day.txt')
    await until(() => clock.timers > 0)
    await link.close()
    assert.deepEqual([clock.timers, heard], [0, []])
    await assert.rejects(link.write(Buffer.from('x')), { short: 'no input' })
  })

  const wrong: Array<[name: string, content: string | undefined, message: RegExp, short: string]> = [
    ['a missing file', undefined, /day\.txt does not exist: is the path right\?$/, 'no such file'],
    ['another text', 'hello\nworld\n', /day\.txt holds no line of a log: expected a JeeMon day/, 'not a log'],
    ['an empty file', '', /day\.txt holds no line of a log/, 'not a log'],
  ]
  for (const [name, content, message, short] of wrong) {
    it(`says in words what is wrong with ${name}`, async () => {
      if (content !== undefined) await writeFile(join(directory, 'day.txt'), content)
      await assert.rejects(play('replay:day.txt'), { name: 'SourceError', message, short })
    })
  }

  it('says that a folder holds no journal', async () => {
    await assert.rejects(play(`replay:${directory.replaceAll('?', '%3F')}`), {
      message: /holds no journal/,
      short: 'not a log',
    })
  })

  it('says that a broken archive cannot be read further, and keeps what came before', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `L 00:00:00.000 s line ${i} ${i * 7919}`)
    const whole = gzipSync(lines.join('\n'))
    await writeFile(join(directory, 'day.txt.gz'), whole.subarray(0, whole.length - 1000))
    const { heard, said, link } = await play('replay:day.txt.gz?speed=max')
    await until(() => said.length > 0)
    assert.ok(heard.length > 10_000)
    assert.match(said[0]!, /^warn: .*day\.txt\.gz cannot be decompressed: .*; nothing more of it is played$/)
    await link.close()
  })
})
