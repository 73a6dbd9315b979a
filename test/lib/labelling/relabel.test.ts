import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { relabel } from '../../../lib/cli/journal/relabel.ts'
import { room } from '../../../lib/formats/library/jeelink.ts'
import { Journal } from '../../../lib/journal/journal.ts'
import { systemClock } from '../../../lib/kit/clock.ts'
import { runHere } from '../cli/helper.ts'

const day = Date.UTC(2026, 10, 21, 12)
/** temp is the low 10 bits of the last two bytes, in tenths of a degree */
const packet = (tenths: number) => `OK 2 100 100 ${tenths % 256} ${tenths >> 8}`

describe('predicates: relabel', () => {
  let directory: string

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'fieldlog-relabel-'))
    // what is received is in time, and not late
    const clock = { ...systemClock, wall: () => day }
    const journal = new Journal({ directory: join(directory, 'journal'), flushInterval: 0, clock })
    await journal.start()
    const texts = [
      packet(180),
      packet(182),
      packet(250),
      packet(181),
      ' ? 1 2',
      packet(180),
      'temp:7',
      packet(511),
    ]
    for (const [i, text] of texts.entries()) {
      journal.append({ kind: 'L', source: 's', text, received: day + i * 1000 })
    }
    await journal.stop()
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  async function run(...args: string[]) {
    const { err, ...ended } = await runHere('relabel', relabel, [join(directory, 'journal'), ...args])
    return { ...ended, errors: err }
  }

  function flow(predicates: object[], ...more: object[]): string {
    const path = join(directory, `flow-${predicates.length}-${more.length}.json`)
    const nodes = [
      { id: 'f1', type: 'fieldlog-format', definition: room },
      { id: 'l1', type: 'fieldlog-label', predicates },
      ...more,
    ]
    writeFileSync(path, JSON.stringify(nodes))
    return path
  }

  const spike = {
    name: 'jump',
    field: 'temp',
    operator: 'spike',
    values: [4],
    settings: { limit: 60, method: 'differential' },
  }

  it('says what would change, by type and by rule', async () => {
    const { status, out } = await run('--flow', flow([spike]))
    assert.equal(status, 0)
    const id = /first (\S+)/.exec(out)?.[1]
    assert.match(id ?? '', /^[a-z0-9]{8}-3$/)
    assert.equal(
      out,
      [
        '8 entries: 1 would have another verdict',
        'unknown: 0 of 2',
        'room: 1 of 6',
        `  good → bad: 1, first ${id}`,
        'rules, before → after:',
        '  room: jump: fail 0 → 1, good 0 → 3, not evaluated 0 → 2',
        '',
      ].join('\n'),
    )
  })

  it('compares two flows, with formats that one of them has not; as JSON', async () => {
    const more = {
      type: 'note',
      decoder: { kind: 'key-values' },
      fields: [{ name: 'temp', type: 'number', max: 5 }],
    }
    const { out } = await run(
      '--flow',
      flow([], { id: 'f2', type: 'fieldlog-format', definition: more }),
      '--against',
      flow([]),
      '--json',
    )
    const { entries, changed, types, rules } = JSON.parse(out)
    assert.deepEqual([entries, changed], [8, 1])
    assert.deepEqual(
      types
        .find(({ type }: { type: string }) => type === 'note')
        .changes.map(({ change }: { change: string }) => change),
      ['unknown → bad'],
    )
    const rule = rules.find(({ type }: { type: string }) => type === 'note')
    assert.deepEqual([rule.rule, rule.before[4], rule.after[4]], ['temp range', 0, 1])
  })

  it('changes nothing where a flow names the faults of one that stated what is right', async () => {
    const right = { name: 'cool', field: 'temp', operator: '<=', values: [20] }
    const fault = { says: 'bad', name: 'cool', field: 'temp', operator: 'is above', values: [20] }
    const { out } = await run('--flow', flow([fault]), '--against', flow([right], { type: 'comment' }))
    assert.equal(
      out,
      ['8 entries: 0 would have another verdict', 'unknown: 0 of 2', 'room: 0 of 6', ''].join('\n'),
    )
    const other = await run('--flow', flow([fault]), '--against', flow([], {}, {}))
    assert.match(other.out, /^8 entries: [1-9] would have another verdict\n/)
  })

  it('changes nothing by the same rules, whichever they are', async () => {
    const path = flow([spike])
    assert.match(
      (await run('--flow', path, '--against', path)).out,
      /^8 entries: 0 would have another verdict\n/,
    )
  })

  it('says what is wrong with a flow', async () => {
    const empty = join(directory, 'empty.json')
    writeFileSync(empty, '[]')
    assert.equal((await run()).status, 2)
    assert.match(
      (await run('--flow', join(directory, 'none.json'))).errors,
      /cannot use .*none\.json: ENOENT/,
    )
    assert.match((await run('--flow', empty)).errors, /cannot use .*empty\.json: it has no formats/)
    const two = flow([], { id: 'l2', name: 'second', type: 'fieldlog-label' })
    assert.match((await run('--flow', two)).errors, /choose one of its label nodes: l1, l2 \(second\)/)
    assert.equal((await run('--flow', two, '--node', 'second')).status, 0)
    const broken = flow([], { id: 'f9', type: 'fieldlog-format', definition: { type: 'x' } }, {})
    assert.match((await run('--flow', broken)).errors, /the format f9 is wrong: decoder: /)
  })
})
