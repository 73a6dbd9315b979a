// The conditions of a rule, one a line, joined by and / or: "bad when battery is below 2.8 and temp is above 30".
import {
  type GroupOperator,
  groupOperators,
  isGroupOperator,
} from '../../../lib/predicates/model/compound.ts'
import type { Condition } from '../../../lib/predicates/model/row.ts'
import { type TestContext, type TestInputs, type TestPart, testInputs } from './test.ts'

export interface ConditionsInputs {
  /** one condition, or the group of them all */
  read(): TestPart
  /** Marks what is wrong. */
  mark(wrong: ReadonlySet<string>): void
  /** the first line, for what stands before and behind its condition */
  line: JQuery
}

interface Line {
  inputs: TestInputs
  joint: JQuery | undefined
}

/** @param buttons where the buttons for a further condition stand */
export function conditionsInputs(
  place: JQuery,
  buttons: JQuery,
  given: Partial<Condition>,
  context: TestContext,
): ConditionsInputs {
  const { words, changed } = context
  const isJoined = isGroupOperator(given.operator) && given.not !== true && Array.isArray(given.conditions)
  let joint: GroupOperator = isJoined ? (given.operator as GroupOperator) : 'and'
  const lines: Line[] = []
  for (const condition of isJoined ? (given.conditions ?? []) : [given]) add(condition)
  if (lines.length === 0) add({})
  const more = groupOperators.map((name) =>
    $('<button type="button" class="red-ui-button red-ui-button-small">')
      .addClass(`fieldlog-rule-${name}`)
      .text(`+ ${words(`joint-${name}`)}`)
      .attr('title', words(`hint.add-${name}`))
      .on('click', () => {
        joint = name
        const { field } = add({}).inputs
        showJoints()
        changed()
        field.trigger('focus')
      })
      .appendTo(buttons),
  )
  showJoints()
  return { read, mark, line: (lines[0] as Line).inputs.line }

  function add(condition: Partial<Condition>): Line {
    const item = $('<div class="fieldlog-rule-condition">').appendTo(place)
    const isFirst = lines.length === 0
    const inputs = testInputs(item, condition, context, isJoined || !isFirst ? 1 : 0)
    const line: Line = { inputs, joint: isFirst ? undefined : jointSelect(inputs.line) }
    lines.push(line)
    if (!isFirst) removeButton(line, item)
    return line
  }

  function jointSelect(line: JQuery): JQuery {
    const select = $('<select class="fieldlog-rule-joint">').attr('aria-label', words('joint'))
    for (const name of groupOperators)
      $('<option>')
        .val(name)
        .text(words(`joint-${name}`))
        .appendTo(select)
    return select.prependTo(line).on('change', () => {
      joint = select.val() as GroupOperator
      showJoints()
      changed()
    })
  }

  function removeButton(line: Line, item: JQuery): void {
    $('<button type="button" class="red-ui-button red-ui-button-small">')
      .attr({ title: words('remove'), 'aria-label': words('remove') })
      .append('<i class="fa fa-remove"></i>')
      .on('click', () => {
        lines.splice(lines.indexOf(line), 1)
        item.remove()
        showJoints()
        changed()
      })
      .appendTo(line.inputs.line)
  }

  /** All are joined by the same word: which one binds closer nobody needs to know. */
  function showJoints(): void {
    for (const line of lines) line.joint?.val(joint)
    more.forEach((button, i) => void button.toggle(lines.length === 1 || groupOperators[i] === joint))
  }

  function read(): TestPart {
    const parts = lines.map(({ inputs }) => inputs.read())
    if (parts.length === 1) return parts[0] as TestPart
    return { field: '', operator: joint, values: [], conditions: parts }
  }

  function mark(wrong: ReadonlySet<string>): void {
    const isOne = lines.length === 1
    for (const { inputs } of lines) inputs.mark(isOne ? wrong : new Set())
    place.toggleClass('fieldlog-rule-wrong', !isOne && wrong.has('conditions'))
  }
}
