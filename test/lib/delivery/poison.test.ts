// An entry that cannot be decoded, and one that is too long, cost themselves and nothing else.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { LogService } from '../../../lib/delivery/log-service.ts'
import { FlowTracker } from '../../../lib/delivery/track/tracker.ts'
import { closeBatch } from '../../../lib/journal/format/batch.ts'
import { defaultEntryLimit } from '../../../lib/journal/format/entry-limit.ts'
import { headerLine } from '../../../lib/journal/format/line.ts'
import { FakeHooks, flowNode } from './support/fake-hooks.ts'

describe('delivery: entries that it cannot send', () => {
  let directory: string
  let service: LogService
  let warnings: string[]
  let sent: number[]
  let told: () => void

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'fieldlog-poison-'))
    warnings = []
    sent = []
    told = () => {}
    const hooks = new FakeHooks()
    const tracker = new FlowTracker(hooks)
    tracker.start()
    service = new LogService({ directory, flushInterval: 0, reserve: 0 }, tracker, {
      warn: (message) => warnings.push(message),
      changed() {},
      recovered() {},
    })
    const node = flowNode('sink')
    service.attach(
      (message, event) => {
        tracker.begin(event)
        sent.push(message.event.seq)
        hooks.take(message, node)
        hooks.done(message, node)
        told()
      },
      { quietTime: 0.01 },
    )
    service.release()
  })

  afterEach(async () => {
    await service.stop()
    rmSync(directory, { recursive: true })
  })

  const sentSo = (count: number) =>
    new Promise<void>((resolve) => {
      told = () => sent.length >= count && resolve()
      told()
    })

  it('passes and counts what cannot be decoded, and sends what is behind it', async () => {
    const time = '12:00:00.000'
    const head = headerLine({
      time: 0,
      epoch: 'testabcd',
      firstSeq: 1,
      previous: null,
      previousSize: 0,
      sha256: null,
    })
    const lines = `L ${time} tty one\nE ${time} pump {"rpm":}\nL ${time} tty a\\q\nL ${time} tty four\n`
    mkdirSync(join(directory, '2026'))
    writeFileSync(join(directory, '2026/20261121.txt'), closeBatch(head + lines, 4, 4, 0))
    service.start()
    await sentSo(2)
    assert.deepEqual(sent, [1, 4])
    // it counts when its notice is durable
    while (service.state.delivery!.damaged === 0) await nextTurn()
    assert.equal(service.state.delivery!.damaged, 2)
    assert.equal(warnings.filter((text) => /cannot be read back/.test(text)).length, 1)
    assert.match(
      warnings.find((text) => /cannot be read back/.test(text)) ?? '',
      /events 2 to 3 cannot be read back \(2026\/20261121\.txt: it has a backslash/,
    )
  })

  it('refuses an entry over the limit with an error on that message, and takes all others', async () => {
    service.start()
    const outcomes: Array<string | undefined> = []
    const log = (payload: unknown) =>
      new Promise<void>((resolve) =>
        service.log({ payload, source: 's' }, '', (error) => {
          outcomes.push(error && (error as NodeJS.ErrnoException).code)
          resolve()
        }),
      )
    await Promise.all([
      log('before'),
      log('x'.repeat(defaultEntryLimit + 1)),
      log({ data: 'x'.repeat(defaultEntryLimit) }),
      log(Buffer.alloc(defaultEntryLimit / 4 + 1)),
      log('x'.repeat(defaultEntryLimit)),
    ])
    await sentSo(2)
    assert.deepEqual(outcomes, ['ENTRY_TOO_LONG', 'ENTRY_TOO_LONG', 'ENTRY_TOO_LONG', undefined, undefined])
    assert.deepEqual(sent, [1, 2])
    assert.equal(service.state.journal.dropped, 0)
  })
})
