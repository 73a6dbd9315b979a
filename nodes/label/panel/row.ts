// One predicate in an editable list: inputs for every property of the row, and what is wrong with it in words.
import type { Scalar } from '../../../lib/event.ts'
import { rowProblems } from '../../../lib/predicates/check/check.ts'
import { kindMismatch } from '../../../lib/predicates/check/kind.ts'
import { re2Engine } from '../../../lib/predicates/criteria/regex.ts'
import { listText, parseList } from '../../../lib/predicates/model/operand-text.ts'
import { isOperatorName, operators } from '../../../lib/predicates/model/operators.ts'
import { completeRow, nameOf, type PredicateRow } from '../../../lib/predicates/model/row.ts'
import { isStatefulName } from '../../../lib/predicates/model/stateful-names.ts'
import { statefulOperators } from '../../../lib/predicates/stateful/operators.ts'
import type { Completion } from '../../../types/node-red-editor.d.ts'
import type { Words } from '../../shared/panel/inputs.ts'
import { listed, numberOrText } from '../../shared/panel/texts.ts'
import { guardInput } from './guard.ts'
import type { KnownField } from './known-fields.ts'
import { matching, testInputs } from './test.ts'

export interface RowContext {
  fields: Map<string, KnownField>
  types: string[]
  /** Translates a key of the panel's locale, below `rule.` */
  words: Words
  /** the row has changed, or the user has come to it */
  changed(row: PredicateRow): void
}

export interface RowEditor {
  /** The row as it stands in the inputs; properties that the panel does not know it keeps. */
  read(): PredicateRow
}

/** Builds the inputs of a row in the element of an editable list. */
export function predicateRow(place: JQuery, given: Partial<PredicateRow>, context: RowContext): RowEditor {
  const { fields, types, words } = context
  const row = completeRow(given)
  let isBuilt = false
  const element = $('<div class="fieldlog-rule">').appendTo(place)
  const test = testInputs($('<div>').appendTo(element), row, { fields, words, changed: review })
  const more = $('<button type="button" class="red-ui-button red-ui-button-small fieldlog-rule-toggle">')
  more.attr('title', words('more')).append('<i class="fa fa-caret-down">').appendTo(test.line)
  const second = $('<div class="fieldlog-rule-line">').appendTo(element)
  const name = textInput(second, 'name', row.name)
  const forTypes = textInput(second, 'types', row.types.join(', '))
  const severity = select(second, 'severity', ['fail', 'suspect'], row.severity)
  const details = $('<div class="fieldlog-rule-details">').appendTo(element)
  const third = $('<div class="fieldlog-rule-line">').appendTo(details)
  const suspect = textInput(third, 'suspectValues', listText((row.suspectValues ?? []) as Scalar[]))
  const sources = textInput(third, 'sources', row.sources.join(', '))
  const missing = select(third, 'missing', ['skip', 'keep', 'break'], row.missing)
  const fourth = $('<div class="fieldlog-rule-line">').appendTo(details)
  const guard = guardInput(fourth, row.when, { fields, words, changed: review })
  const fifth = $('<div class="fieldlog-rule-line">').appendTo(details)
  $('<span>').text(words('votesBefore')).appendTo(fifth)
  const least = textInput(fifth, 'least', row.votes === undefined ? '' : String(row.votes.least))
  $('<span>').text(words('votesBetween')).appendTo(fifth)
  const of = textInput(fifth, 'of', row.votes === undefined ? '' : String(row.votes.of))
  $('<span class="fieldlog-rule-grow">').text(words('votesAfter')).appendTo(fifth)
  const enabled = checkbox(fifth, 'enabled', row.enabled)
  const problem = $('<div class="fieldlog-rule-problem">').appendTo(element)
  isBuilt = true

  details.toggle(hasDetails(row))
  completeTypes(forTypes, types)
  more.on('click', () => details.toggle())
  element.on('input change focusin', 'input, select', review)
  review()
  return { read }

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
    const { ignoreCase, settings, rows, suspectValues, when, votes, ...rest } = given as PredicateRow
    const narrow = parseList(String(suspect.val()))
    const condition = guard.read()
    return {
      ...rest,
      name: String(name.val()).trim(),
      ...test.read(),
      ...(narrow.length > 0 && takesSuspect(test.read().operator) ? { suspectValues: narrow } : {}),
      ...(condition === undefined ? {} : { when: condition }),
      ...readVotes(),
      types: listed(String(forTypes.val())),
      sources: listed(String(sources.val())),
      severity: severity.val() as PredicateRow['severity'],
      missing: missing.val() as PredicateRow['missing'],
      enabled: enabled.prop('checked') === true,
    }
  }

  /** What is no number stays as it is, so that the check can say so. */
  function readVotes(): Pick<PredicateRow, 'votes'> {
    const texts = [least, of].map((input) => numberOrText(String(input.val())))
    if (texts.every((text) => text === undefined)) return {}
    return { votes: { least: texts[0], of: texts[1] } as unknown as NonNullable<PredicateRow['votes']> }
  }

  function review(): void {
    if (!isBuilt) return
    const now = read()
    const problems = now.enabled ? rowProblems(now, re2Engine) : []
    const wrong = new Set<string>(problems.map(({ at }) => at))
    const kind = fields.get(now.field)?.kind
    name.attr(
      'placeholder',
      now.field === '' && now.values.length === 0 ? words('name') : nameOf({ ...now, name: '' }),
    )
    suspect.toggle(takesSuspect(now.operator))
    element.toggleClass('fieldlog-rule-off', !now.enabled)
    test.mark(wrong)
    for (const [at, input] of Object.entries({ name, suspectValues: suspect, severity, missing }))
      input.toggleClass('input-error', wrong.has(at))
    for (const input of [least, of]) input.toggleClass('input-error', wrong.has('votes'))
    guard.mark(wrong.has('when'))
    if (['suspectValues', 'votes', 'when', 'missing'].some((at) => wrong.has(at))) details.show()
    const mismatch = problems.length === 0 && now.enabled && kind ? kindMismatch(now, kind) : undefined
    const texts = problems.map(({ at, text }) => `${words(`at.${at}`)}: ${text}`)
    if (mismatch !== undefined) texts.push(mismatch)
    const advice = texts.length === 0 && now.enabled ? adviceFor(now) : undefined
    problem.toggleClass('fieldlog-rule-advice', advice !== undefined).text(advice ?? texts.join(' · '))
    context.changed(now)
  }

  function adviceFor(now: PredicateRow): string | undefined {
    if (fields.size === 0 || now.field === '') return undefined
    const known = fields.get(now.field)
    // types that other nodes make, as span, have no format
    const isOfOthers = now.types.length > 0 && !now.types.some((type) => types.includes(type))
    if (!known) return isOfOthers ? undefined : words('unknownField', { field: now.field })
    const other = now.types.find((type) => types.includes(type) && !known.types.includes(type))
    return other === undefined ? undefined : words('notInType', { field: now.field, type: other })
  }
}

/** Folded out from the start: what is there must be seen. */
function hasDetails({ sources, missing, enabled, when, votes, suspectValues }: PredicateRow): boolean {
  const hasMore = when !== undefined || votes !== undefined || suspectValues !== undefined
  return hasMore || sources.length > 0 || missing !== 'skip' || !enabled
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
