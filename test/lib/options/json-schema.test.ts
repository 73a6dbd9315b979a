import assert from 'node:assert/strict'
import Schema from 'typebox/schema'
import { problemOf } from '../../../lib/options/check.ts'
import { choice, configNode, flag, number, optional, text, wholeNumber } from '../../../lib/options/fields.ts'
import { jsonSchema } from '../../../lib/options/json-schema.ts'
import { fc } from '../../support/random.ts'

const options = {
  port: configNode('some-port', { title: 'port' }),
  path: text({ title: 'path', description: 'Where it is.' }),
  rate: wholeNumber({
    title: 'rate',
    description: 'How fast.',
    unit: 'Hz',
    min: 2,
    max: 50,
    default: 10,
    env: true,
  }),
  share: optional(number({ title: 'share', min: 0, max: 1 })),
  mode: choice(['in-order', 'x.y', 3], { title: 'mode', default: 3 }),
  retain: flag({ title: 'retain', default: true }),
}

describe('lib: options as JSON Schema', () => {
  it('says of each property what it is, its default and its range', () => {
    const numberText = '^\\s*([+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?)?\\s*$'
    assert.deepEqual(JSON.parse(JSON.stringify(jsonSchema('some-node', options))), {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'some-node',
      type: 'object',
      properties: {
        port: { title: 'port', type: 'string', pattern: '\\S' },
        path: { title: 'path', description: 'Where it is.', default: '', type: ['string', 'number', 'null'] },
        rate: {
          title: 'rate',
          description: 'How fast. A whole number of Hz from 2 to 50.',
          default: 10,
          anyOf: [
            { type: 'integer', minimum: 2, maximum: 50 },
            { type: ['string', 'null'], pattern: numberText },
            { type: 'string', pattern: '^\\$(\\{[^{}\\s]+\\}|\\([^()\\s]+\\))$' },
          ],
        },
        share: {
          title: 'share',
          description: 'A number from 0 to 1.',
          anyOf: [
            { type: 'number', minimum: 0, maximum: 1 },
            { type: ['string', 'null'], pattern: numberText },
          ],
        },
        mode: {
          title: 'mode',
          default: 3,
          anyOf: [
            { enum: ['in-order', 'x.y', 3] },
            { type: ['string', 'null'], pattern: '^\\s*(in-order|x\\.y|3)?\\s*$' },
          ],
        },
        retain: {
          title: 'retain',
          default: true,
          anyOf: [{ type: 'boolean' }, { type: ['string', 'null'], pattern: '^\\s*(true|false)?\\s*$' }],
        },
      },
      required: ['port'],
    })
  })

  it('accepts what the check accepts, and nothing else where the value is no text', () => {
    const schema = jsonSchema('some-node', options)
    const values = fc.oneof(
      fc.integer({ min: -2, max: 60 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(
        '',
        ' ',
        'in-order',
        'x.y',
        'xzy',
        '3',
        ' 3 ',
        'true',
        '$(RATE)',
        '${' + 'RATE}',
        '7',
        '-1e1',
      ),
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.integer()),
    )
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(options)), values, (name, value) => {
        const field = options[name as keyof typeof options]
        const isRight = problemOf(field, value) === undefined
        const isValid = Schema.Check(schema, { port: 'p1', [name]: value })
        if (typeof value !== 'string') assert.equal(isValid, isRight)
        else if (isRight) assert.ok(isValid)
      }),
    )
  })
})
