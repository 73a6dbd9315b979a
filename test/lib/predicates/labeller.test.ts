import assert from 'node:assert/strict'
import type { FieldlogEvent, Scalar } from '../../../lib/event.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { type AnyRow, compilePredicates, type MissingPolicy } from '../../../lib/public/predicates.ts'

const room: FormatDefinition = {
  type: 'room',
  decoder: { kind: 'packet' },
  fields: [
    { name: 'temp', type: 'number', unit: '°C', min: -50, max: 50 },
    { name: 'humi', type: 'integer', max: 100 },
    { name: 'lobat', type: 'integer', allowed: [0, 1] },
    { name: 'note', type: 'string' },
    { name: 'secret', type: 'number', max: 1, hidden: true },
  ],
}

function event(data: Record<string, unknown>, rest: Partial<FieldlogEvent> = {}): FieldlogEvent {
  return {
    id: 'k3x9a7qd-1',
    seq: 1,
    received: 1353196800062,
    time: 1353196800062,
    source: 'ttyUSB0',
    raw: 'OK 12 1 118 182 0',
    replayed: false,
    type: 'room',
    data: data as Record<string, Scalar>,
    ...rest,
  }
}

const reading = { temp: 18.2, humi: 59, lobat: 0, note: '' }
const warm: AnyRow = { name: 'warm', field: 'temp', operator: '>=', values: [15] }

describe('predicates: labeller', () => {
  it('takes min, max and allowed of the formats as predicates; the bounds themselves pass', () => {
    const labeller = compilePredicates([], [room])
    for (const temp of [-50, 18.2, 50]) {
      const result = labeller.label(event({ ...reading, temp, humi: 100, lobat: 1 }))
      assert.deepEqual(result, {
        verdict: 'good',
        reasons: [],
        flags: { 'temp range': 1, 'humi range': 1, 'lobat allowed': 1 },
        rules: labeller.rules,
      })
    }
    const bad = labeller.label(event({ temp: 50.1, humi: 101, lobat: 2 }))
    assert.equal(bad.verdict, 'bad')
    assert.deepEqual(bad.flags, { 'temp range': 4, 'humi range': 4, 'lobat allowed': 4 })
    assert.deepEqual(bad.reasons, [
      'temp range: temp: found 50.1, expected between -50 and 50',
      'humi range: humi: found 101, expected at most 100',
      'lobat allowed: lobat: found 2, expected one of 0 or 1',
    ])
  })

  it('leaves the ranges of the formats out where the node switches them off', () => {
    const result = compilePredicates([warm], [room], { formatRanges: false }).label(event({ temp: 99 }))
    assert.deepEqual(result.flags, { warm: 1 })
  })

  it('judges by the formats of the own type only', () => {
    const labeller = compilePredicates([], [room, { ...room, type: 'attic', fields: [] }])
    assert.deepEqual(labeller.label(event({ temp: 99 }, { type: 'attic' })).flags, {})
  })

  it('takes the widest range where formats share a type, and none where one of them has none', () => {
    const field = (min?: number, max?: number): FormatDefinition => ({
      ...room,
      fields: [{ name: 'temp', type: 'number', ...(min === undefined ? {} : { min, max }) }],
    })
    const label = (...formats: FormatDefinition[]) =>
      compilePredicates([], formats).label(event({ temp: 60 }))
    assert.deepEqual(label(field(0, 40), field(-20, 60)).flags, { 'temp range': 1 })
    assert.deepEqual(label(field(0, 40), field(-20, 59)).reasons, [
      'temp range: temp: found 60, expected between -20 and 59',
    ])
    assert.deepEqual(label(field(0, 40), field()).flags, {})
  })

  it('lets a suspect reading be good with flag 3 and a reason, or bad where the node says so', () => {
    const rows = [{ ...warm, severity: 'suspect' as const }]
    const reasons = ['warm: temp: found 3, expected at least 15']
    const lenient = compilePredicates(rows, [])
    assert.deepEqual(lenient.label(event({ temp: 3 })), {
      verdict: 'good',
      reasons,
      flags: { warm: 3 },
      rules: lenient.rules,
    })
    const strict = compilePredicates(rows, [], { badFrom: 'suspect' })
    assert.deepEqual(strict.label(event({ temp: 3 })), {
      verdict: 'bad',
      reasons,
      flags: { warm: 3 },
      rules: strict.rules,
    })
  })

  it('does as the row says about a missing value: flag 9, kept, or broken', () => {
    const outcome = (missing: MissingPolicy, data: Record<string, unknown>) => {
      const { verdict, reasons, flags } = compilePredicates([{ ...warm, missing }], []).label(event(data))
      return [verdict, flags.warm, ...reasons]
    }
    for (const data of [{}, { temp: null }, { temp: Number.NaN }, { temp: undefined }]) {
      assert.deepEqual(outcome('skip', data), ['good', 9])
      assert.deepEqual(outcome('keep', data), ['good', 1])
    }
    assert.deepEqual(outcome('break', {}), ['bad', 4, 'warm: temp: found nothing, expected at least 15'])
  })

  it('counts a value of the wrong type as broken, and says what it found', () => {
    const label = (temp: unknown) => compilePredicates([warm], []).label(event({ temp })).reasons
    assert.deepEqual(label('18.2'), ['warm: temp: found "18.2", expected at least 15'])
    assert.deepEqual(label(true), ['warm: temp: found true, expected at least 15'])
    assert.deepEqual(label([18]), ['warm: temp: found a value of type array, expected at least 15'])
    assert.deepEqual(label('y'.repeat(100)), [`warm: temp: found "${'y'.repeat(59)}…", expected at least 15`])
  })

  it('reads only own properties of the data', () => {
    const row = { name: 'k', operator: 'has key' as const }
    for (const field of ['constructor', 'toString', '__proto__']) {
      const { flags } = compilePredicates([{ ...row, field }], []).label(event({}))
      assert.deepEqual(flags, { k: 4 }, field)
    }
    const named = compilePredicates(
      [
        { ...warm, name: 'constructor' },
        { ...warm, name: 'constructor' },
      ],
      [],
    )
    assert.deepEqual({ ...named.label(event(reading)).flags }, { constructor: 1 })
  })

  it('applies a row to its types and sources only; without types to those that declare its field', () => {
    const rows: AnyRow[] = [
      { ...warm, name: 'all' },
      { ...warm, name: 'typed', types: ['pump', 'room'] },
      { ...warm, name: 'other', types: ['pump'] },
      { ...warm, name: 'here', sources: ['ttyUSB0'] },
      { ...warm, name: 'there', sources: ['tcp:10.0.0.5:2000'] },
    ]
    const relay: FormatDefinition = { ...room, type: 'relay', fields: [{ name: 'yield', type: 'number' }] }
    const labeller = compilePredicates(rows, [room, relay], { formatRanges: false })
    const names = (rest: Partial<FieldlogEvent>) => Object.keys(labeller.label(event(reading, rest)).flags)
    assert.deepEqual(names({}), ['all', 'typed', 'here'])
    assert.deepEqual(names({ source: 'tcp:10.0.0.5:2000' }), ['all', 'typed', 'there'])
    assert.deepEqual(names({ type: 'relay' }), [], 'a format that does not declare temp')
    assert.deepEqual(names({ type: 'pump' }), ['all', 'typed', 'other', 'here'], 'a type without a format')
  })

  it('goes on judging rightly when types and sources come without end', () => {
    const labeller = compilePredicates([{ ...warm, sources: ['s1', 's2400'] }], [])
    for (let i = 0; i < 2500; i++) {
      const { flags } = labeller.label(event(reading, { type: `t${i}`, source: `s${i}` }))
      assert.deepEqual(flags, i === 1 || i === 2400 ? { warm: 1 } : {})
    }
    assert.deepEqual(labeller.label(event(reading, { type: 't1', source: 's1' })).flags, { warm: 1 })
  })

  it('gives the worst flag where predicates share a name: 4 > 3 > 1 > 2 > 9', () => {
    const keep = warm
    const fail = { ...warm, values: [90] }
    const suspect = { ...fail, severity: 'suspect' as const }
    const missing = { ...warm, field: 'gone' }
    const wrong = { ...warm, values: [] }
    const worst = (...rows: AnyRow[]) => compilePredicates(rows, []).label(event(reading)).flags.warm
    assert.equal(worst(suspect, fail, keep), 4)
    assert.equal(worst(keep, suspect, missing), 3)
    assert.equal(worst(missing, keep, wrong), 1)
    assert.equal(worst(missing, wrong), 2)
    assert.equal(worst(missing, missing), 9)
  })

  it('names a row without a name by its text', () => {
    const rows: AnyRow[] = [
      { field: 'temp', operator: '<=', values: [50] },
      { field: 'temp', operator: 'is between', values: [0, 20] },
      { field: 'lobat', operator: 'in set', values: [0, 1] },
      { field: 'temp', operator: 'is not null' },
    ]
    assert.deepEqual(Object.keys(compilePredicates(rows, []).label(event(reading)).flags), [
      'temp <= 50',
      'temp is between 0 and 20',
      'lobat in set 0, 1',
      'temp is not null',
    ])
  })

  it('never evaluates a row that is wrong, says why, and judges by the others', () => {
    const rows = [
      { ...warm, name: 'pattern', operator: 'matches regex', values: ['(['] },
      { ...warm, name: 'unheard', operator: 'roughly' },
      { ...warm, name: 'nowhere', field: ' ' },
      { ...warm, name: 'grave', severity: 'deadly' },
      { ...warm, name: 'odd', values: [{}] },
      { ...warm, name: 'off', field: '', enabled: false },
      warm,
    ] as unknown as AnyRow[]
    const labeller = compilePredicates(rows, [])
    const result = labeller.label(event(reading))
    assert.equal(result.verdict, 'good')
    assert.deepEqual(result.flags, { pattern: 2, unheard: 2, nowhere: 2, grave: 2, odd: 2, warm: 1 })
    assert.deepEqual(
      labeller.problems.map(({ name }) => name),
      ['pattern', 'unheard', 'nowhere', 'grave', 'odd'],
    )
    assert.match(labeller.problems[0]!.text, /^values: .*missing closing \]/)
    assert.equal(labeller.problems[1]!.text, 'operator: there is no operator "roughly"')
    assert.equal(labeller.problems[2]!.text, 'field: name the field that the rule is about')
  })

  it('hashes the rule set: the same for the same rules, another for others', () => {
    const hash = (rows: AnyRow[], formats = [room], badFrom: 'fail' | 'suspect' = 'fail') =>
      compilePredicates(rows, formats, { badFrom }).rules
    assert.match(hash([warm]), /^[0-9a-f]{8}$/)
    const { name, ...others } = warm
    assert.equal(hash([warm]), hash([{ ...others, types: [], name: name! }]), 'the order of keys is nothing')
    assert.equal(hash([warm]), hash([warm, { ...warm, enabled: false }]), 'a row switched off is no rule')
    const different = [hash([warm]), hash([]), hash([{ ...warm, values: [16] }]), hash([warm], [])]
    assert.equal(new Set([...different, hash([warm], [room], 'suspect')]).size, 5)
  })

  it('changes nothing of the event, and answers the same again', () => {
    const labeller = compilePredicates([warm], [room])
    const once = event(reading)
    const before = JSON.stringify(once)
    const first = labeller.label(once)
    first.flags.warm = 4
    assert.equal(JSON.stringify(once), before)
    assert.equal(labeller.label(once).flags.warm, 1)
  })
})
