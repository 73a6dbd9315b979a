// The inputs of a condition: field, operator, and what belongs to the operator, be it a group of others.
import {
  expressionOperator,
  groupOperators,
  isGroupOperator,
} from '../../../lib/predicates/model/compound.ts'
import { isOperatorName, operatorNames, operators } from '../../../lib/predicates/model/operators.ts'
import {
  type Condition,
  completeCondition,
  type Operand,
  type RowOperator,
} from '../../../lib/predicates/model/row.ts'
import { isStatefulName, statefulNames } from '../../../lib/predicates/model/stateful-names.ts'
import { looksAhead, statefulOperators } from '../../../lib/predicates/stateful/operators.ts'
import type { Completion } from '../../../types/node-red-editor.d.ts'
import type { Words } from '../../shared/panel/inputs.ts'
import type { KnownField } from './known-fields.ts'
import { operandInputs } from './operands.ts'
import { statefulInputs } from './stateful.ts'

export interface TestContext {
  fields: Map<string, KnownField>
  words: Words
  changed(): void
}

/** What stands in the inputs of a condition, with what no input shows. */
export type TestPart = Pick<Condition, 'field' | 'operator' | 'values'> & Partial<Condition>

export interface TestInputs {
  read(): TestPart
  /** Marks what is wrong. */
  mark(wrong: ReadonlySet<string>): void
  field: JQuery
  line: JQuery
}

/** @param depth of the groups around it, and the guard: what needs the next reading is not offered there */
export function testInputs(
  place: JQuery,
  given: Partial<Condition>,
  context: TestContext,
  depth = 0,
): TestInputs {
  const { words, fields, changed } = context
  let row = completeCondition(given)
  const line = $('<div class="fieldlog-rule-line">').appendTo(place)
  const not = notButton(line, row.not === true, context)
  const field = $('<input type="text" class="fieldlog-rule-field">').val(row.field).appendTo(line)
  field.attr({ placeholder: words('field'), title: words('hint.field'), 'aria-label': words('field') })
  const operator = operatorSelect(words, depth).val(row.operator).appendTo(line)
  const operandPlace = $('<div class="fieldlog-rule-operands">').appendTo(line)
  const settingsPlace = $('<div class="fieldlog-rule-settings">').appendTo(place)
  const groupPlace = $('<div class="fieldlog-rule-group">').appendTo(place)
  let part: () => Omit<TestPart, 'field' | 'operator'> = () => ({ values: row.values })
  let fieldChanged: (known: KnownField | undefined) => void = () => {}

  build()
  completeField(field, fields)
  operator.on('change', () => {
    row = { ...row, ...part(), operator: operator.val() as RowOperator }
    build()
    changed()
  })
  // the inputs are not built anew: the click that leaves the field may be on its way to one of them
  field.on('change', () => {
    row = { ...row, field: String(field.val()).trim() }
    fieldChanged(fields.get(row.field))
  })
  return { read, mark, field, line }

  function read(): TestPart {
    const name = operator.val() as RowOperator
    const isFieldless = name === expressionOperator || isGroupOperator(name)
    const { suspectValues, missing } = given
    return {
      field: isFieldless ? '' : String(field.val()).trim(),
      operator: name,
      ...(not.isOn() ? { not: true } : {}),
      ...part(),
      ...(depth > 0 && suspectValues !== undefined ? { suspectValues } : {}),
      ...(depth > 0 && missing !== undefined ? { missing } : {}),
    }
  }

  function build(): void {
    const name = operator.val() as RowOperator
    for (const each of [operandPlace, settingsPlace, groupPlace]) each.empty()
    part = () => ({ values: row.values }) // the widgets report changes while they are being built
    fieldChanged = () => {}
    field.toggle(name !== expressionOperator && !isGroupOperator(name))
    not.offer(mayBeDenied(name, depth))
    const optional = isStatefulName(name) && statefulOperators[name].fieldOptional === true
    field.attr('placeholder', words(optional ? 'fieldOrNone' : 'field'))
    if (isStatefulName(name)) part = statefulPart(name)
    else if (name === expressionOperator) part = expressionPart()
    else if (isGroupOperator(name)) part = groupPart()
    else if (isOperatorName(name)) part = plainPart(name)
    settingsPlace.toggle(settingsPlace.children().length > 0)
    groupPlace.toggle(groupPlace.children().length > 0)
  }

  function statefulPart(name: (typeof statefulNames)[number]): typeof part {
    const inputs = statefulInputs(operandPlace, settingsPlace, {
      operator: name,
      values: row.values,
      settings: row.settings ?? {},
      unit: fields.get(row.field)?.unit ?? '',
      words,
      changed,
    })
    fieldChanged = (known) => inputs.setUnit(known?.unit ?? '')
    return () => ({ values: inputs.values(), settings: inputs.settings() })
  }

  function expressionPart(): typeof part {
    const text = typeof row.values[0] === 'string' ? row.values[0] : ''
    const input = $('<input type="text" class="fieldlog-rule-expression" spellcheck="false">').val(text)
    input.attr({ placeholder: words('expressionExample'), title: words('hint.expression') })
    input.on('input change', changed).appendTo(operandPlace)
    return () => ({ values: [String(input.val())] })
  }

  function plainPart(name: (typeof operatorNames)[number]): typeof part {
    const kind = fields.get(row.field)?.kind
    const inputs = operandInputs(operandPlace, {
      operator: name,
      values: row.values as Operand[],
      kind,
      words,
      changed,
    })
    const unit = $('<span class="fieldlog-rule-unit">').appendTo(operandPlace)
    const showUnit = () => unit.text(fields.get(row.field)?.unit ?? '')
    const hasUnit = operators[name].operands !== 0 && operators[name].operandKinds.includes('number')
    if (hasUnit) showUnit()
    fieldChanged = (known) => {
      inputs.setKind(known?.kind)
      if (hasUnit) showUnit()
    }
    const operands = operators[name]
    const isTextual = 'textual' in operands && operands.textual === true
    if (!isTextual) return () => ({ values: inputs.read() })
    const label = $('<label class="fieldlog-rule-case">')
      .attr('title', words('hint.ignoreCase'))
      .appendTo(operandPlace)
    const box = $('<input type="checkbox">')
      .prop('checked', row.ignoreCase === true)
      .appendTo(label)
    label.append(document.createTextNode('Aa'))
    box.on('change', changed)
    return () => ({ values: inputs.read(), ...(box.prop('checked') === true ? { ignoreCase: true } : {}) })
  }

  function groupPart(): typeof part {
    const members: TestInputs[] = []
    const list = $('<div>').appendTo(groupPlace)
    const add = (member: Partial<Condition>) => {
      const item = $('<div class="fieldlog-rule-member">').appendTo(list)
      const inputs = testInputs(item, member, context, depth + 1)
      $('<button type="button" class="red-ui-button red-ui-button-small">')
        .attr({ title: words('remove'), 'aria-label': words('remove') })
        .append('<i class="fa fa-remove"></i>')
        .on('click', () => {
          members.splice(members.indexOf(inputs), 1)
          item.remove()
          changed()
        })
        .appendTo(inputs.line)
      members.push(inputs)
    }
    for (const member of row.conditions ?? [{}, {}]) add(member)
    $('<button type="button" class="red-ui-button red-ui-button-small">')
      .text(words('addMember'))
      .on('click', () => {
        add({})
        changed()
      })
      .appendTo(groupPlace)
    return () => ({ values: [], conditions: members.map((member) => member.read()) })
  }

  function mark(wrong: ReadonlySet<string>): void {
    field.toggleClass('input-error', wrong.has('field'))
    operandPlace.toggleClass('fieldlog-rule-wrong', wrong.has('values'))
    settingsPlace.toggleClass('fieldlog-rule-wrong', wrong.has('settings'))
    groupPlace.toggleClass('fieldlog-rule-wrong', wrong.has('conditions'))
  }
}

function operatorSelect(words: Words, depth: number): JQuery {
  const select = $('<select class="fieldlog-rule-operator">').attr('aria-label', words('operator'))
  const offered = statefulNames.filter((name) => depth === 0 || !looksAhead(statefulOperators[name]))
  const groups: Record<string, readonly RowOperator[]> = {
    value: operatorNames,
    before: offered,
    more: [...groupOperators, expressionOperator],
  }
  for (const [label, names] of Object.entries(groups)) {
    const group = $('<optgroup>')
      .attr('label', words(`operators-${label}`))
      .appendTo(select)
    for (const name of names) {
      $('<option>')
        .val(name)
        .text(words(`operator-${name}`))
        .appendTo(group)
    }
  }
  return select
}

/** Most operators have an opposite in the list. These have none, and where conditions are joined one is needed. */
function mayBeDenied(name: RowOperator, depth: number): boolean {
  if (isStatefulName(name)) return depth > 0
  return !isOperatorName(name)
}

interface NotButton {
  isOn(): boolean
  /** Shows it, or hides it where it is off. */
  offer(isOffered: boolean): void
}

function notButton(line: JQuery, isOn: boolean, { words, changed }: TestContext): NotButton {
  const button = $('<button type="button" class="red-ui-button red-ui-button-small fieldlog-rule-not">')
    .text(words('not'))
    .attr('title', words('hint.not'))
    .toggleClass('selected', isOn)
    .attr('aria-pressed', String(isOn))
    .appendTo(line)
  const state = () => button.hasClass('selected')
  button.on('click', () => {
    button.toggleClass('selected').attr('aria-pressed', String(state()))
    changed()
  })
  return { isOn: state, offer: (isOffered) => void button.toggle(isOffered || state()) }
}

function completeField(input: JQuery, fields: Map<string, KnownField>): void {
  input.autoComplete({
    minLength: 0,
    search(text): Completion[] {
      return matching([...fields.keys()], text).map((name) => ({
        value: name,
        label: fieldLabel(fields.get(name)),
      }))
    },
  })
}

function fieldLabel(field: KnownField | undefined): JQuery {
  const label = $('<div class="fieldlog-rule-completion">').text(field?.name ?? '')
  const about = [field?.unit ?? '', (field?.types ?? []).join(', ')].filter((text) => text !== '').join(' · ')
  return label.append($('<span>').text(about))
}

/** The names that contain the text, those that begin with it first; none when it is complete. */
export function matching(names: string[], text: string): string[] {
  const wanted = text.trim().toLowerCase()
  const found = names.filter((name) => name.toLowerCase().includes(wanted))
  if (found.some((name) => name === text)) return []
  const rank = (name: string) => (name.toLowerCase().startsWith(wanted) ? 0 : 1)
  return found.sort((a, b) => rank(a) - rank(b))
}
