import assert from 'node:assert/strict'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { re2Engine } from '../../../lib/predicates/criteria/regex.ts'
import { operators } from '../../../lib/predicates/model/operators.ts'
import { labelDefaults, predicatesProblem } from '../../../nodes/label/options.ts'
import { knownFields } from '../../../nodes/label/panel/known-fields.ts'
import { browserRegex } from '../../../nodes/label/panel/pattern-check.ts'

describe('nodes: label panel', () => {
  it('tells which rules are wrong, and leaves out those that are not in use', () => {
    assert.equal(predicatesProblem(labelDefaults.predicates, browserRegex), undefined)
    const rows = [
      { field: 'temp', operator: '<=', values: [50] },
      { name: 'hot', field: 'temp', operator: '<=', values: [] },
      { field: '', operator: '<=', values: [1], enabled: false },
      { field: 'note', operator: 'matches regex', values: ['(?=a)'] },
    ]
    assert.equal(
      predicatesProblem(rows, browserRegex),
      'rule 2 (hot): needs a number or a text to compare with; ' +
        'rule 4 (note matches regex (?=a)): looking ahead or behind, (?=…), is not available in RE2',
    )
    assert.equal(predicatesProblem('none', browserRegex), 'the rules are not a list')
  })

  it('looks at a pattern as RE2 does', () => {
    const good = ['^a+$', '(?i)on|off', '(?P<n>\\d+) (?<m>x)', 'a\\\\1', '[[:alpha:]]', '(?s:a.b)', '\\pN']
    const bad = ['(', '[', 'a**', '(?=a)', '(?<!a)b', '(a)\\1', '*']
    const refuses = (engine: typeof re2Engine) => (pattern: string) => {
      try {
        operators['matches regex'].compile([pattern], { ignoreCase: false, regex: engine })
        return false
      } catch {
        return true
      }
    }
    for (const engine of [browserRegex, re2Engine]) {
      assert.deepEqual(good.filter(refuses(engine)), [])
      assert.deepEqual(bad.filter(refuses(engine)), bad)
    }
    assert.equal(browserRegex('^ok', true)('OK 1'), true)
    assert.equal(browserRegex('^ok', false)('OK 1'), false)
  })

  it('knows the fields of the formats, their kind where the formats agree, and hides the hidden', () => {
    const decoder = { kind: 'json' } as const
    const formats: FormatDefinition[] = [
      {
        type: 'room',
        decoder,
        fields: [
          { name: 'temp', type: 'number', unit: '°C' },
          { name: 'state', type: 'string' },
          { name: 'node', type: 'integer', hidden: true },
        ],
      },
      {
        type: 'pump',
        decoder,
        fields: [
          { name: 'temp', type: 'integer' },
          { name: 'state', type: 'boolean' },
        ],
      },
    ]
    assert.deepEqual(
      [...knownFields(formats).values()],
      [
        { name: 'temp', unit: '°C', types: ['room', 'pump'], kind: 'number' },
        { name: 'state', unit: '', types: ['room', 'pump'], kind: undefined },
      ],
    )
  })
})
