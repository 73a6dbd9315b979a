import assert from 'node:assert/strict'
import { problemOf, settingOf } from '../../../lib/options/check.ts'
import {
  choice,
  configNode,
  type Field,
  flag,
  number,
  optional,
  text,
  wholeNumber,
} from '../../../lib/options/fields.ts'
import {
  defaultsOf,
  OptionsError,
  problemsOf,
  readOptions,
  readOptionsOrDefaults,
} from '../../../lib/options/options.ts'
import { fc } from '../../support/random.ts'

const rate = wholeNumber({ title: 'rate', unit: 'events', min: 2, max: 50, default: 10, env: true })
const share = number({ title: 'share', min: 0, max: 1, default: 0.5 })
const parity = choice(['none', 'even'], { title: 'parity', default: 'none', env: true })
const bits = choice([8, 7], { title: 'data bits', default: 8 })
const retain = flag({ title: 'retain', default: true })
const path = text({
  title: 'path',
  default: '/dev/a',
  env: true,
  problem: (path) => (path.startsWith('/') ? undefined : `"${path}" is no path`),
})
const expiry = optional(wholeNumber({ title: 'expiry', min: 1, max: 9, env: true }))
const port = configNode('some-port', { title: 'port' })

const options = { rate, share, parity, bits, retain, path, expiry, port }
const right = { port: 'p1' }

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: Node-RED's own way to name a variable
describe('lib: options, what is wrong with a value', () => {
  const cases: Array<[Field, unknown, string | undefined]> = [
    [rate, 2, undefined],
    [rate, ' 50 ', undefined],
    [rate, '1e1', undefined],
    [rate, 51, 'rate is 51: give a whole number of events from 2 to 50'],
    [rate, '1', 'rate is 1: give a whole number of events from 2 to 50'],
    [rate, 2.5, 'rate is 2.5: give a whole number of events from 2 to 50'],
    [rate, 'many', 'rate is "many": give a whole number of events from 2 to 50'],
    [rate, '0x10', 'rate is "0x10": give a whole number of events from 2 to 50'],
    [rate, Number.NaN, 'rate is NaN: give a whole number of events from 2 to 50'],
    [rate, true, 'rate is true: give a whole number of events from 2 to 50'],
    [rate, [5], 'rate is [5]: give a whole number of events from 2 to 50'],
    [share, '.25', undefined],
    [share, 1.01, 'share is 1.01: give a number from 0 to 1'],
    [parity, ' even', undefined],
    [parity, 'odd', 'parity is "odd": give one of none, even'],
    [bits, '7', undefined],
    [bits, 9, 'data bits is 9: give one of 8, 7'],
    [retain, 'false', undefined],
    [retain, 'yes', 'retain is "yes": give true or false'],
    [path, '/dev/b', undefined],
    [path, 'b', '"b" is no path'],
    [path, {}, 'path is {}: give a text'],
    [expiry, 10, 'expiry is 10: give a whole number from 1 to 9'],
    [port, 'p1', undefined],
    [port, 0, 'port is 0: give the id of a config node'],
    [port, '', 'no port is chosen'],
    [optional(port), undefined, undefined],
  ]
  for (const [field, value, problem] of cases) {
    it(`${field.title}: ${JSON.stringify(value)}`, () => assert.equal(problemOf(field, value), problem))
  }

  it('is nothing where nothing was entered', () => {
    for (const empty of [undefined, null, '', ' \t']) {
      assert.deepEqual(problemsOf(options, { ...right, rate: empty, parity: empty, path: empty }), {})
    }
  })

  it('leaves a variable of the environment alone where the field says so, and only there', () => {
    for (const field of [rate, parity, path, expiry]) {
      assert.equal(problemOf(field, '${RATE}'), undefined)
      assert.equal(problemOf(field, '$(RATE)'), undefined)
    }
    assert.equal(problemOf(share, '${SHARE}'), 'share is "${SHARE}": give a number from 0 to 1')
    assert.equal(problemOf(bits, '${BITS}'), 'data bits is "${BITS}": give one of 8, 7')
  })

  it('is a variable that Node-RED would not replace', () => {
    const blanks = ': Node-RED replaces a variable only where it stands alone, without blanks'
    assert.equal(problemOf(rate, ' ${RATE}'), `rate is " \${RATE}"${blanks}`)
    assert.equal(problemOf(rate, '${A}0'), 'rate is "${A}0": give a whole number of events from 2 to 50')
    assert.equal(problemOf(path, '/dev/${A}'), undefined, 'a text with a dollar in it')
  })
})

describe('lib: options, the settings of a node', () => {
  it('are values of their kind, with every default filled in', () => {
    const defaults = {
      rate: 10,
      share: 0.5,
      parity: 'none',
      bits: 8,
      retain: true,
      path: '/dev/a',
      port: 'p1',
    }
    assert.deepEqual(readOptions(options, right), defaults)
    assert.deepEqual(readOptions(options, { ...defaultsOf(options), ...right }), defaults)
    const saved = { rate: '20', bits: '7', retain: 'false', path: ' /dev/b ', expiry: '3', more: 1 }
    assert.deepEqual(readOptions(options, { ...right, ...saved }), {
      rate: 20,
      share: 0.5,
      parity: 'none',
      bits: 7,
      retain: false,
      path: '/dev/b',
      expiry: 3,
      port: 'p1',
    })
  })

  it('are the defaults where a variable is not set, so that its name still stands there', () => {
    const { rate, parity, expiry } = readOptions(options, {
      ...right,
      rate: '${NOT_SET}',
      parity: '$(NOT_SET)',
      expiry: '${NOT_SET}',
    })
    assert.deepEqual([rate, parity, expiry], [10, 'none', undefined])
  })

  it('are refused with all that is wrong, by property', () => {
    assert.throws(
      () => readOptions(options, { rate: 1, bits: 6 }),
      (error: unknown) => {
        assert.ok(error instanceof OptionsError)
        assert.equal(error.code, 'OPTIONS_WRONG')
        assert.deepEqual(error.problems, {
          rate: 'rate is 1: give a whole number of events from 2 to 50',
          bits: 'data bits is 6: give one of 8, 7',
          port: 'no port is chosen',
        })
        assert.equal(error.message, Object.values(error.problems).join('; '))
        return true
      },
    )
  })

  it('can fall back on the defaults, one by one, and say so', () => {
    const reports: string[] = []
    const read = readOptionsOrDefaults({ rate, share, expiry }, { rate: 51, share: 0.1, expiry: 0 }, (text) =>
      reports.push(text),
    )
    assert.deepEqual(read, { rate: 10, share: 0.1 })
    assert.deepEqual(reports, [
      'rate is 51: give a whole number of events from 2 to 50; until it is corrected 10 is used',
      'expiry is 0: give a whole number from 1 to 9; until it is corrected none is used',
    ])
  })

  it('are within their limits for any value that is not refused', () => {
    fc.assert(
      fc.property(anything(), (value) => {
        if (problemOf(rate, value) === undefined) {
          const setting = settingOf(rate, value)
          assert.ok(Number.isInteger(setting) && setting >= 2 && setting <= 50)
        }
        if (problemOf(bits, value) === undefined) assert.ok([7, 8].includes(settingOf(bits, value) as number))
        if (problemOf(retain, value) === undefined) assert.equal(typeof settingOf(retain, value), 'boolean')
        if (problemOf(path, value) === undefined) assert.match(String(settingOf(path, value)), /^\//)
      }),
    )
  })

  it('do not look at what an object inherits', () => {
    assert.throws(() => readOptions({ port }, Object.create(right)), /no port is chosen/)
  })
})
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: Node-RED's own way to name a variable

/** Whatever a flow file or an environment may hold, often near to what is right. */
function anything(): fc.Arbitrary<unknown> {
  const near = fc.oneof(fc.integer({ min: -1, max: 60 }), fc.double(), fc.constantFrom(7, 8, 9, 'true', '/a'))
  return fc.oneof(
    near,
    near.map(String),
    near.map((value) => ` ${value} `),
    fc.string(),
    fc.anything(),
  )
}
