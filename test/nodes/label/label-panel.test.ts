import assert from 'node:assert/strict'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { compilePredicates } from '../../../lib/predicates/judge/compile.ts'
import type { PredicateRow } from '../../../lib/predicates/model/row.ts'
import { statefulOperators } from '../../../lib/predicates/stateful/operators.ts'
import words from '../../../nodes/label/locales/en-US/label.json' with { type: 'json' }
import { labelDefaults, predicatesProblems } from '../../../nodes/label/options.ts'
import { knownFields } from '../../../nodes/label/panel/known-fields.ts'

describe('nodes: label panel', () => {
  it('tells which rules are wrong, and leaves out those that are not in use', () => {
    assert.deepEqual(predicatesProblems(labelDefaults.predicates), [])
    const rows = [
      { field: 'temp', operator: 'is above', values: [50] },
      { name: 'hot', field: 'temp', operator: 'is above', values: [] },
      { field: '', operator: 'is above', values: [1], enabled: false },
      { field: 'note', operator: 'matches regex', values: ['(?=a)'] },
    ].map((row) => ({ says: 'bad', ...row }))
    const texts = (rows: unknown) => predicatesProblems(rows).map(({ text }) => text)
    assert.deepEqual(texts(rows), [
      'rule 2 (hot): needs a number or a text to compare with',
      'rule 4 (note matches regex (?=a)): looking ahead or behind, (?=…), is not available in RE2',
    ])
    assert.deepEqual(texts('none'), ['the rules are not a list'])
  })

  it('has the verdict of the deploy on every pattern: both ask RE2', () => {
    const good = [
      '^a+$',
      '(?i)on|off',
      '(?P<n>\\d+) (?<m>x)',
      'a\\\\1',
      '[[:alpha:]]',
      '(?s:a.b)',
      '\\pN',
      '\\z',
      '\\Qa(b\\E',
    ]
    // The browser's own engine takes these: the panel said yes, and the deploy no.
    const onlyInJavaScript = ['a{1001}', '(?=a)', '(?<!a)b', '(a)\\1', '(?<é>a)']
    const bad = ['(', '[', 'a**', '*', ...onlyInJavaScript]
    for (const pattern of onlyInJavaScript) assert.doesNotThrow(() => new RegExp(pattern), pattern)
    for (const pattern of [...good, ...bad]) {
      const row = { says: 'bad', field: 'note', operator: 'matches regex', values: [pattern] }
      const { problems } = compilePredicates([row as Partial<PredicateRow>], [], {})
      const isRefused = predicatesProblems([row]).length > 0
      assert.deepEqual(
        [isRefused, problems.length > 0],
        [bad.includes(pattern), bad.includes(pattern)],
        pattern,
      )
    }
  })

  it('has words for the parameters and choices of each operator that remembers', () => {
    const { rule } = words['fieldlog-label']
    const needed = Object.values(statefulOperators).flatMap(({ parameters }) =>
      parameters.flatMap(({ name, choices = [] }) => [
        `parameter-${name}`,
        ...choices.map((choice) => `choice-${choice}`),
      ]),
    )
    assert.deepEqual(
      needed.filter((key) => !Object.hasOwn(rule, key)),
      [],
    )
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
