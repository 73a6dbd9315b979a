// The inputs for a predicate's operands: as many, and of such kinds, as its operator takes.
import type { Scalar } from '../../../lib/event.ts'
import { listText, parseList, parseOperand } from '../../../lib/predicates/operand-text.ts'
import {
  type OperatorName,
  operandTypes,
  operators,
  type ValueKind,
} from '../../../lib/predicates/operators.ts'

const widgetTypes = { number: 'num', string: 'str', boolean: 'bool' } as const
const kinds: Record<string, ValueKind> = { num: 'number', str: 'string', bool: 'boolean', re: 'string' }

export interface OperandInputs {
  /** the operands as they stand in the inputs */
  read(): Scalar[]
}

export interface OperandSettings {
  operator: OperatorName
  values: readonly Scalar[]
  /** what an empty input offers first */
  kind: ValueKind | undefined
  /** the words between two inputs, and the hint in an empty list */
  words: { and: string; list: string }
  changed(): void
}

/** Fills `place` with the inputs of an operator. */
export function operandInputs(place: JQuery, settings: OperandSettings): OperandInputs {
  place.empty()
  const { operands } = operators[settings.operator]
  if (operands === 0) return { read: () => [] }
  if (operands === 'many') return listInput(place, settings)
  if (settings.operator === 'is of type') return typeSelect(place, settings)
  const first = typedInput(place, settings, 0)
  if (operands === 1) return { read: () => present([first()]) }
  $('<span class="fieldlog-rule-and">').text(settings.words.and).appendTo(place)
  const second = typedInput(place, settings, 1)
  return { read: () => present([first(), second()]) }
}

function present(values: Array<Scalar | undefined>): Scalar[] {
  return values.filter((value) => value !== undefined)
}

function listInput(place: JQuery, { values, words, changed }: OperandSettings): OperandInputs {
  const input = $('<input type="text" class="fieldlog-rule-list">').attr('placeholder', words.list)
  input.val(listText(values)).appendTo(place).on('input change', changed)
  return { read: () => parseList(String(input.val())) }
}

function typeSelect(place: JQuery, { values, changed }: OperandSettings): OperandInputs {
  const select = $('<select>').appendTo(place)
  for (const type of operandTypes) $('<option>').val(type).text(type).appendTo(select)
  select.val(operandTypes.includes(String(values[0])) ? String(values[0]) : 'number')
  select.on('change', changed)
  return { read: () => [String(select.val())] }
}

function typedInput(place: JQuery, settings: OperandSettings, index: number): () => Scalar | undefined {
  const { operator, values, kind, changed } = settings
  const allowed = operators[operator].operandKinds
  const value = values[index]
  const types = operator === 'matches regex' ? ['re' as const] : allowed.map((name) => widgetTypes[name])
  const wanted = value === undefined ? kind : (typeof value as ValueKind)
  const chosen = wanted !== undefined && allowed.includes(wanted) ? widgetTypes[wanted] : types[0]!
  const box = $('<span class="fieldlog-rule-operand">').appendTo(place)
  const input = $('<input type="text" style="width: 100%">').appendTo(box)
  input.typedInput({ types, default: chosen })
  input.typedInput('type', types.length === 1 ? types[0]! : chosen)
  input.typedInput('value', value === undefined || value === null ? '' : String(value))
  box.on('input', () => input.typedInput('validate'))
  input.on('change', changed)
  return () => parseOperand(kinds[input.typedInput('type')] ?? 'string', input.typedInput('value'))
}
