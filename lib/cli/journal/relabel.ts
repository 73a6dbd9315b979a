import { deviceFormat } from '../../devices/device-event.ts'
import { noNames } from '../../devices/names.ts'
import type { Flag } from '../../event.ts'
import { jeelinkFormats } from '../../formats/library/jeelink.ts'
import type { FlowRules } from '../../labelling/flow-rules.ts'
import { type Relabelling, type RuleChanges, relabel as relabelJournal } from '../../labelling/relabel.ts'
import { type Command, UsageError } from '../command.ts'
import { count, counted } from '../text.ts'
import { readRules } from './flow-file.ts'
import { journalDirectory } from './journal-directory.ts'
import { readingAll } from './reading.ts'

export const relabel: Command = {
  args: '[DIR] --flow FILE',
  about:
    "Tries a flow's formats and predicates on a whole journal, a live one too, and prints for each type and rule what\n" +
    'would be other than by the rules of another flow, or by those of the default flow. It changes nothing.',
  options: {
    flow: { type: 'string', value: 'FILE', about: 'flow file whose formats and label node are tried' },
    against: { type: 'string', value: 'FILE', about: 'flow file to compare with; default: the default flow' },
    node: { type: 'string', value: 'ID', about: 'id or name of the label node, where a flow has several' },
  },
  count: { min: 0, max: 1 },

  async run([path], { flow, against, node, json }, io) {
    if (typeof flow !== 'string') throw new UsageError('it needs --flow FILE')
    const directory = await journalDirectory(path, io.env)
    const after = await readRules(flow, node)
    const before = typeof against === 'string' ? await readRules(against, node) : defaultRules()
    const result = await readingAll(io, directory, 'read', (disk) =>
      relabelJournal(disk, directory, before, after, io.signal),
    )
    if (json) await io.out(`${JSON.stringify(result, null, 2)}\n`)
    else await io.out(report(result))
    return 0
  },
}

/** The shipped formats with their ranges, and no predicates of a user. */
function defaultRules(): FlowRules {
  return {
    formats: [deviceFormat, ...jeelinkFormats],
    match: 'first',
    names: noNames,
    rows: [],
    settings: {},
    isLabelled: true,
  }
}

function report({ entries, damaged, changed, types, rules }: Relabelling): string {
  const lines = [
    `${counted(entries, 'entry', 'entries')}${damaged > 0 ? `, ${count(damaged)} damaged` : ''}: ` +
      `${count(changed)} would have another verdict`,
  ]
  for (const { type, entries, changed, changes } of types) {
    lines.push(`${type === '-' ? 'unknown' : type}: ${count(changed)} of ${count(entries)}`)
    for (const { change, count: times, first } of changes) {
      lines.push(`  ${change}: ${count(times)}, first ${first}`)
    }
  }
  const shown = rules.filter(isOther).sort((a, b) => (a.type + a.rule < b.type + b.rule ? -1 : 1))
  if (shown.length > 0) lines.push('rules, before → after:')
  for (const { type, rule, before, after } of shown) {
    const parts = flagWords
      .filter(([flag]) => before[flag] > 0 || after[flag] > 0)
      .map(([flag, word]) => `${word} ${count(before[flag])} → ${count(after[flag])}`)
    lines.push(`  ${type}: ${rule}: ${parts.join(', ')}`)
  }
  return `${lines.join('\n')}\n`
}

const flagWords: ReadonlyArray<[Flag, string]> = [
  [4, 'fail'],
  [3, 'suspect'],
  [1, 'good'],
  [2, 'not evaluated'],
  [9, 'missing'],
]

function isOther({ before, after }: RuleChanges): boolean {
  return flagWords.some(([flag]) => before[flag] !== after[flag])
}
