// The inputs for a predicate's operands: as many, and of such kinds, as its operator takes.
import type { Scalar } from '../../../lib/event.ts'
import { listText, parseList, parseOperand } from '../../../lib/predicates/model/operand-text.ts'
import {
  type OperatorName,
  operandTypes,
  operators,
  takesFields,
  type ValueKind,
} from '../../../lib/predicates/model/operators.ts'
import { isFieldOperand, type Operand } from '../../../lib/predicates/model/row.ts'
import type { Words } from '../../shared/panel/inputs.ts'

const widgetTypes = { number: 'num', string: 'str', boolean: 'bool' } as const
const kinds: Record<string, ValueKind> = { num: 'number', str: 'string', bool: 'boolean', re: 'string' }

export interface OperandInputs {
  /** the operands as they stand in the inputs */
  read(): Operand[]
  /** The field's kind is another: what is empty offers it first. The inputs stay, as one may have the focus. */
  setKind(kind: ValueKind | undefined): void
}

export interface OperandSettings {
  operator: OperatorName
  values: readonly Operand[]
  /** what an empty input offers first */
  kind: ValueKind | undefined
  words: Words
  changed(): void
}

/** Fills `place` with the inputs of an operator. */
export function operandInputs(place: JQuery, settings: OperandSettings): OperandInputs {
  place.empty()
  const { operands } = operators[settings.operator]
  if (operands === 0) return { read: () => [], setKind }
  if (operands === 'many') return listInput(place, settings)
  if (settings.operator === 'is of type') return typeSelect(place, settings)
  const first = typedInput(place, settings, 0)
  if (operands === 1) return { read: () => present([first.read()]), setKind: first.setKind }
  $('<span class="fieldlog-rule-and">').text(settings.words('and')).appendTo(place)
  const second = typedInput(place, settings, 1)
  return {
    read: () => present([first.read(), second.read()]),
    setKind(kind) {
      first.setKind(kind)
      second.setKind(kind)
    },
  }
}

/** For inputs that are the same for every kind. */
function setKind(): void {}

function present(values: Array<Operand | undefined>): Operand[] {
  return values.filter((value) => value !== undefined)
}

function listInput(place: JQuery, { values, words, changed }: OperandSettings): OperandInputs {
  const input = $('<input type="text" class="fieldlog-rule-list">').attr('placeholder', words('list'))
  input
    .val(listText(values.filter((value) => !isFieldOperand(value)) as Scalar[]))
    .appendTo(place)
    .on('input change', changed)
  return { read: () => parseList(String(input.val())), setKind }
}

function typeSelect(place: JQuery, { values, changed }: OperandSettings): OperandInputs {
  const select = $('<select>').appendTo(place)
  for (const type of operandTypes) $('<option>').val(type).text(type).appendTo(select)
  select.val(operandTypes.includes(String(values[0])) ? String(values[0]) : 'number')
  select.on('change', changed)
  return { read: () => [String(select.val())], setKind }
}

interface OneOperand {
  read(): Operand | undefined
  setKind(kind: ValueKind | undefined): void
}

function typedInput(place: JQuery, settings: OperandSettings, index: number): OneOperand {
  const { operator, values, kind, words, changed } = settings
  const allowed = operators[operator].operandKinds
  const value = values[index]
  const plain = operator === 'matches regex' ? ['re' as const] : allowed.map((name) => widgetTypes[name])
  const field = { value: 'field', label: words('otherField'), icon: 'fa fa-columns', hasValue: true }
  const types = takesFields(operator) ? [...plain, field] : plain
  const box = $('<span class="fieldlog-rule-operand">').appendTo(place)
  const input = $('<input type="text" style="width: 100%">').appendTo(box)
  input.typedInput({ types, default: plain[0] as string })
  input.typedInput('type', chosenType(value, kind, plain))
  input.typedInput('value', isFieldOperand(value) ? value.field : String(value ?? ''))
  box.on('input', () => input.typedInput('validate'))
  input.on('change', changed)
  return {
    read() {
      const type = input.typedInput('type')
      const text = input.typedInput('value')
      if (type === 'field') return { field: text.trim() }
      return parseOperand(kinds[type] ?? 'string', text)
    },
    setKind(next) {
      if (input.typedInput('value') === '') input.typedInput('type', chosenType(undefined, next, plain))
    },
  }
}

/** The type of the value that is there, else of the field, where the operator takes it. */
function chosenType(
  value: Operand | undefined,
  kind: ValueKind | undefined,
  plain: readonly string[],
): string {
  if (isFieldOperand(value)) return 'field'
  const wanted = value === undefined || value === null ? kind : (typeof value as ValueKind)
  const type = wanted === undefined ? undefined : widgetTypes[wanted]
  return type !== undefined && plain.includes(type) ? type : (plain[0] as string)
}
