// One predicate in an editable list: inputs for every property of the row, and what is wrong with it in words.
import type { Scalar } from '../../../lib/event.ts'
import { kindMismatch, rowProblems } from '../../../lib/predicates/check.ts'
import { type OperatorName, operatorNames, operators } from '../../../lib/predicates/operators.ts'
import { completeRow, nameOf, type PredicateRow } from '../../../lib/predicates/row.ts'
import type { Completion } from '../../../types/node-red-editor.d.ts'
import type { KnownField } from './known-fields.ts'
import { browserRegex } from './pattern-check.ts'
import { type OperandInputs, operandInputs } from './predicate-operands.ts'

export interface RowContext {
  fields: Map<string, KnownField>
  types: string[]
  /** Translates a key of the panel's locale, below `rule.` */
  words(key: string, values?: Record<string, unknown>): string
}

export interface RowEditor {
  /** The row as it stands in the inputs; properties that the panel does not know it keeps. */
  read(): PredicateRow
}

/** Builds the inputs of a row in the element of an editable list. */
export function predicateRow(
  place: JQuery,
  given: Partial<PredicateRow>,
  { fields, types, words }: RowContext,
): RowEditor {
  const row = completeRow(given)
  const element = $('<div class="fieldlog-rule">').appendTo(place)
  const line = $('<div class="fieldlog-rule-line">').appendTo(element)
  const field = textInput(line, 'field', row.field)
  const operator = $('<select class="fieldlog-rule-operator">').appendTo(line)
  const operandPlace = $('<div class="fieldlog-rule-operands">').appendTo(line)
  const more = $('<button type="button" class="red-ui-button red-ui-button-small fieldlog-rule-toggle">')
  more.attr('title', words('more')).append('<i class="fa fa-caret-down">').appendTo(line)
  const second = $('<div class="fieldlog-rule-line">').appendTo(element)
  const name = textInput(second, 'name', row.name)
  const forTypes = textInput(second, 'types', row.types.join(', '))
  const severity = select(second, 'severity', ['fail', 'suspect'], row.severity)
  const third = $('<div class="fieldlog-rule-line">').appendTo(element)
  const sources = textInput(third, 'sources', row.sources.join(', '))
  const missing = select(third, 'missing', ['skip', 'keep', 'break'], row.missing)
  const ignoreCase = checkbox(third, 'ignoreCase', row.ignoreCase === true)
  const enabled = checkbox(third, 'enabled', row.enabled)
  const problem = $('<div class="fieldlog-rule-problem">').appendTo(element)
  let operands: OperandInputs

  for (const words of operatorNames) $('<option>').val(words).text(words).appendTo(operator)
  operator.val(row.operator)
  showOperands()
  const opened = row.sources.length > 0 || row.missing !== 'skip' || row.ignoreCase || !row.enabled
  third.toggle(Boolean(opened))

  completeField(field, fields)
  completeTypes(forTypes, types)
  more.on('click', () => third.toggle())
  operator.on('change', () => {
    row.values = operands.read()
    showOperands()
    review()
  })
  field.on('change', () => {
    row.values = operands.read()
    if (row.values.length === 0) showOperands()
  })
  element.on('input change', 'input, select', review)
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

  function showOperands(): void {
    operands = { read: () => row.values as Scalar[] } // the widgets report changes while they are being built
    operands = operandInputs(operandPlace, {
      operator: operator.val() as OperatorName,
      values: row.values as Scalar[],
      kind: fields.get(String(field.val()).trim())?.kind,
      words: { and: words('and'), list: words('list') },
      changed: () => review(),
    })
  }

  function read(): PredicateRow {
    const { ignoreCase: _, ...rest } = given as PredicateRow
    return {
      ...rest,
      name: String(name.val()).trim(),
      field: String(field.val()).trim(),
      operator: operator.val() as OperatorName,
      values: operands.read(),
      ...(ignoreCase.prop('checked') === true ? { ignoreCase: true } : {}),
      types: listed(forTypes),
      sources: listed(sources),
      severity: severity.val() as PredicateRow['severity'],
      missing: missing.val() as PredicateRow['missing'],
      enabled: enabled.prop('checked') === true,
    }
  }

  function review(): void {
    const now = read()
    const problems = now.enabled ? rowProblems(now, browserRegex) : []
    const kind = fields.get(now.field)?.kind
    name.attr('placeholder', now.field === '' ? words('name') : nameOf({ ...now, name: '' }))
    ignoreCase.closest('label').toggle(operators[now.operator as OperatorName]?.textual === true)
    element.toggleClass('fieldlog-rule-off', !now.enabled)
    field.toggleClass(
      'input-error',
      problems.some(({ at }) => at === 'field'),
    )
    operandPlace.toggleClass(
      'fieldlog-rule-wrong',
      problems.some(({ at }) => at === 'values'),
    )
    name.toggleClass(
      'input-error',
      problems.some(({ at }) => at === 'name'),
    )
    const mismatch = problems.length === 0 && now.enabled && kind ? kindMismatch(now, kind) : undefined
    const texts = problems.map(({ at, text }) => `${words(`at.${at}`)}: ${text}`)
    if (mismatch !== undefined) texts.push(mismatch)
    const advice = texts.length === 0 && now.enabled ? adviceFor(now) : undefined
    problem.toggleClass('fieldlog-rule-advice', advice !== undefined).text(advice ?? texts.join(' · '))
  }

  function adviceFor(now: PredicateRow): string | undefined {
    if (fields.size === 0) return undefined
    const known = fields.get(now.field)
    if (!known) return words('unknownField', { field: now.field })
    const other = now.types.find((type) => types.includes(type) && !known.types.includes(type))
    return other === undefined ? undefined : words('notInType', { field: now.field, type: other })
  }
}

/** The parts of a text input with commas. */
function listed(input: JQuery): string[] {
  const parts = String(input.val()).split(',')
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

function completeField(input: JQuery, fields: Map<string, KnownField>): void {
  input.autoComplete({
    minLength: 0,
    search(text) {
      const found = matching([...fields.keys()], text)
      return found.map((name) => ({ value: name, label: fieldLabel(fields.get(name)) }))
    },
  })
}

function fieldLabel(field: KnownField | undefined): JQuery {
  const label = $('<div class="fieldlog-rule-completion">').text(field?.name ?? '')
  const about = [field?.unit ?? '', (field?.types ?? []).join(', ')].filter((text) => text !== '').join(' · ')
  return label.append($('<span>').text(about))
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

/** The names that contain the text, those that begin with it first; none when it is complete. */
function matching(names: string[], text: string): string[] {
  const wanted = text.trim().toLowerCase()
  const found = names.filter((name) => name.toLowerCase().includes(wanted))
  if (found.some((name) => name === text)) return []
  const rank = (name: string) => (name.toLowerCase().startsWith(wanted) ? 0 : 1)
  return found.sort((a, b) => rank(a) - rank(b))
}
