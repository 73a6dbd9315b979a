// One predicate in an editable list, as a sentence: what it says, its conditions, and below it what it would find.
import type { Scalar } from '../../../lib/event.ts'
import { rowProblems } from '../../../lib/predicates/check/check.ts'
import { kindMismatch } from '../../../lib/predicates/check/kind.ts'
import { re2Engine } from '../../../lib/predicates/criteria/regex.ts'
import { nameOf } from '../../../lib/predicates/model/name.ts'
import { listText, parseList } from '../../../lib/predicates/model/operand-text.ts'
import { isOperatorName, operators } from '../../../lib/predicates/model/operators.ts'
import {
  completeCondition,
  completeRow,
  leavesOf,
  newRow,
  type PredicateRow,
} from '../../../lib/predicates/model/row.ts'
import { isStatefulName } from '../../../lib/predicates/model/stateful-names.ts'
import { votesOf } from '../../../lib/predicates/sentence.ts'
import { statefulOperators } from '../../../lib/predicates/stateful/operators.ts'
import type { Sentence } from '../../../lib/words/sentence.ts'
import type { Completion } from '../../../types/node-red-editor.d.ts'
import type { Words } from '../../shared/panel/inputs.ts'
import { listed } from '../../shared/panel/texts.ts'
import { conditionsInputs } from './conditions.ts'
import { guardInput } from './guard.ts'
import type { KnownField } from './known-fields.ts'
import { matching } from './test.ts'

export interface RowContext {
  fields: Map<string, KnownField>
  types: string[]
  /** Translates a key of the panel's locale, below `rule.` */
  words: Words
  /** What is wrong, in the editor's language. */
  say(sentence: Sentence): string
  /** the row has changed, or the user has come to it */
  changed(editor: RowEditor): void
}

export interface RowEditor {
  /** The row as it stands in the inputs; properties that the panel does not know it keeps. */
  read(): PredicateRow
  /** where stands what the rule would find */
  result: JQuery
  /** what it is about, where it is about one field */
  field(): string
}

/** Builds the inputs of a row in the element of an editable list. */
export function predicateRow(place: JQuery, given: Partial<PredicateRow>, context: RowContext): RowEditor {
  const { fields, types, words } = context
  const row = completeRow({ says: newRow.says, ...given })
  let isBuilt = false
  const element = $('<div class="fieldlog-rule">').appendTo(place)
  const conditionPlace = $('<div>').appendTo(element)
  const second = $('<div class="fieldlog-rule-line fieldlog-rule-second">').appendTo(element)
  const testContext = { fields, words, changed: review }
  const test = conditionsInputs(conditionPlace, second, row, testContext)
  const says = select(test.line, 'says', ['bad', 'suspect'], row.says).prependTo(test.line)
  $('<span>').text(words('when')).insertAfter(says)
  const votes = textInput(second, 'votes', votesText(row.votes))
  const told = $('<div class="fieldlog-rule-told">').appendTo(second)
  const more = $('<button type="button" class="red-ui-button red-ui-button-small fieldlog-rule-toggle">')
  more.attr({ title: words('more'), 'aria-label': words('more') })
  more.append('<i class="fa fa-caret-down">').appendTo(second)
  const details = $('<div class="fieldlog-rule-details">').appendTo(element)
  const named = $('<div class="fieldlog-rule-line">').appendTo(details)
  const name = textInput(named, 'name', row.name)
  const forTypes = textInput(named, 'types', row.types.join(', '))
  const third = $('<div class="fieldlog-rule-line">').appendTo(details)
  const suspect = textInput(third, 'suspectValues', listText((row.suspectValues ?? []) as Scalar[]))
  const sources = textInput(third, 'sources', row.sources.join(', '))
  const missing = select(third, 'missing', ['skip', 'keep', 'break'], row.missing)
  const fourth = $('<div class="fieldlog-rule-line">').appendTo(details)
  const guard = guardInput(fourth, row.onlyWhen, testContext)
  const enabled = checkbox(fourth, 'enabled', row.enabled)
  const problem = $('<div class="fieldlog-rule-problem">').appendTo(told)
  const result = $('<div class="fieldlog-rule-result">').appendTo(told)
  isBuilt = true
  const editor: RowEditor = { read, result, field: () => leavesOf(read())[0]?.field ?? '' }

  details.toggle(hasDetails(row))
  completeTypes(forTypes, types)
  more.on('click', () => details.toggle())
  element.on('input change focusin', 'input, select', review)
  setTimeout(review, 0)
  return editor

  function textInput(line: JQuery, key: string, value: string): JQuery {
    const input = $('<input type="text">').addClass(`fieldlog-rule-${key}`)
    input.attr({ placeholder: words(key), title: words(`hint.${key}`), 'aria-label': words(key) })
    return input.val(value).appendTo(line)
  }

  function select(line: JQuery, key: string, values: string[], value: string): JQuery {
    const input = $('<select>').addClass(`fieldlog-rule-${key}`)
    input.attr({ title: words(`hint.${key}`), 'aria-label': words(key) })
    for (const each of values)
      $('<option>')
        .val(each)
        .text(words(`${key}-${each}`))
        .appendTo(input)
    return input.val(value).appendTo(line)
  }

  function checkbox(line: JQuery, key: string, value: boolean): JQuery {
    const label = $('<label class="fieldlog-rule-check">')
      .attr('title', words(`hint.${key}`))
      .appendTo(line)
    const input = $('<input type="checkbox">').prop('checked', value).appendTo(label)
    label.append(document.createTextNode(words(key)))
    return input
  }

  function read(): PredicateRow {
    const {
      ignoreCase,
      settings,
      conditions,
      suspectValues,
      not,
      onlyWhen,
      votes: _,
      ...rest
    } = given as PredicateRow
    const narrow = parseList(String(suspect.val()))
    const condition = guard.read()
    return {
      ...rest,
      says: says.val() as PredicateRow['says'],
      name: String(name.val()).trim(),
      ...completeCondition(test.read()),
      ...(narrow.length > 0 && takesSuspect(test.read().operator) ? { suspectValues: narrow } : {}),
      ...(condition === undefined ? {} : { onlyWhen: condition }),
      ...readVotes(),
      types: listed(String(forTypes.val())),
      sources: listed(String(sources.val())),
      missing: missing.val() as PredicateRow['missing'],
      enabled: enabled.prop('checked') === true,
    }
  }

  /** What is no number stays as it is, so that the check can say so. */
  function readVotes(): Pick<PredicateRow, 'votes'> {
    const text = String(votes.val()).trim()
    if (text === '') return {}
    return { votes: votesOf(text) ?? ({ least: text } as unknown as NonNullable<PredicateRow['votes']>) }
  }

  function review(): void {
    if (!isBuilt) return
    const now = read()
    const problems = now.enabled ? rowProblems(now, re2Engine) : []
    const wrong = new Set<string>(problems.map(({ at }) => at))
    name.attr('placeholder', isBlank(now) ? words('name') : nameOf({ ...now, name: '' }))
    suspect.toggle(takesSuspect(now.operator))
    element.toggleClass('fieldlog-rule-off', !now.enabled)
    test.mark(wrong)
    for (const [at, input] of Object.entries({ name, suspectValues: suspect, says, missing, votes }))
      input.toggleClass('input-error', wrong.has(at))
    guard.mark(wrong.has('onlyWhen'))
    if (['suspectValues', 'onlyWhen', 'missing'].some((at) => wrong.has(at))) details.show()
    const texts = isBlank(now)
      ? []
      : problems.map((each) => `${words(`at.${each.at}`)}: ${context.say(each)}`)
    if (problems.length === 0 && now.enabled) texts.push(...mismatchesOf(now).map(context.say))
    problem.text(texts.join(' · '))
    result.toggle(problems.length === 0)
    context.changed(editor)
  }

  /** A rule that nobody has written yet is not wrong. */
  function isBlank({ field, values, conditions, operator }: PredicateRow): boolean {
    return field === '' && values.length === 0 && conditions === undefined && operator === newRow.operator
  }

  function mismatchesOf(now: PredicateRow): Sentence[] {
    return leavesOf(now).flatMap((leaf) => {
      const kind = fields.get(leaf.field ?? '')?.kind
      const mismatch = kind && kindMismatch(completeCondition(leaf), kind)
      return mismatch === undefined ? [] : [mismatch]
    })
  }
}

function votesText(votes: PredicateRow['votes']): string {
  return votes === undefined ? '' : `${votes.least} of ${votes.of}`
}

/** Folded out from the start: what is there must be seen. */
function hasDetails({
  name,
  types,
  sources,
  missing,
  enabled,
  onlyWhen,
  suspectValues,
}: PredicateRow): boolean {
  const hasMore = name !== '' || onlyWhen !== undefined || suspectValues !== undefined
  return hasMore || types.length > 0 || sources.length > 0 || missing !== 'skip' || !enabled
}

/** Whether an operator has a second, narrower threshold. */
function takesSuspect(operator: PredicateRow['operator']): boolean {
  if (isStatefulName(operator)) return statefulOperators[operator].threshold !== 'none'
  if (!isOperatorName(operator)) return false
  const { operands } = operators[operator]
  return operands === 1 || operands === 2
}

function completeTypes(input: JQuery, types: string[]): void {
  input.autoComplete({
    minLength: 0,
    search(text): Completion[] {
      const before = text.slice(0, text.lastIndexOf(',') + 1)
      const found = matching(types, text.slice(before.length).trim())
      return found.map((type) => ({ value: before === '' ? type : `${before} ${type}`, label: type }))
    },
  })
}
