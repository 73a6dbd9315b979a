// The inputs of an operator that compares with the readings before: threshold and parameters, with their units.
import type { Scalar } from '../../../lib/event.ts'
import { durationText } from '../../../lib/predicates/model/duration.ts'
import type { Operand } from '../../../lib/predicates/model/row.ts'
import type { StatefulName } from '../../../lib/predicates/model/stateful-names.ts'
import type { Parameter } from '../../../lib/predicates/stateful/operator.ts'
import { completeSettings, statefulOperators } from '../../../lib/predicates/stateful/operators.ts'
import type { Words } from '../../shared/panel/inputs.ts'
import { numberOrText } from '../../shared/panel/texts.ts'

export interface StatefulInputs {
  values(): Operand[]
  settings(): Record<string, Scalar>
  /** The field's unit is another. The inputs stay, as one may have the focus. */
  setUnit(unit: string): void
}

export interface StatefulGiven {
  operator: StatefulName
  values: readonly Operand[]
  settings: Readonly<Record<string, Scalar>>
  /** the field's unit */
  unit: string
  words: Words
  changed(): void
}

/** Fills `place` with the threshold, and `more` with the parameters. */
export function statefulInputs(place: JQuery, more: JQuery, given: StatefulGiven): StatefulInputs {
  const { operator, words } = given
  let { unit } = given
  const { threshold, parameters } = statefulOperators[operator]
  const settings = completeSettings(statefulOperators[operator], given.settings)
  place.empty()
  more.empty()
  const thresholdPlace = $('<span class="fieldlog-rule-threshold-place">').appendTo(place)
  const parts = parameters.map((parameter) => {
    // "5 °C a minute" reads in one go; all else stands below
    const label = $('<label class="fieldlog-rule-parameter">').appendTo(
      parameter.name === 'per' ? place : more,
    )
    const read = parameterInput(
      label,
      parameter,
      given.settings[parameter.name] ?? settings[parameter.name],
      given,
    )
    return { name: parameter.name, read }
  })
  const readSettings = () => Object.fromEntries(parts.map(({ name, read }) => [name, read()]))
  const ownUnits = more.find('.fieldlog-rule-unit-value')
  if (threshold === 'none')
    return { values: () => [], settings: readSettings, setUnit: (text) => void ownUnits.text(text) }
  const isTime = threshold === 'seconds'
  const input = isTime
    ? timeInput(thresholdPlace, given.values[0], given)
    : numberInput(thresholdPlace, given.values[0], given.changed)
  input.addClass('fieldlog-rule-threshold')
  const told = $('<span class="fieldlog-rule-unit">').appendTo(thresholdPlace)
  const showUnit = () => told.text(thresholdUnit(threshold, unit, readSettings().measure, words))
  more.on('change', showUnit)
  showUnit()
  return {
    values: () => {
      const text = String(input.val()).trim()
      return [isTime ? text || undefined : numberOrText(text)].filter((value) => value !== undefined)
    },
    settings: readSettings,
    setUnit(text) {
      unit = text
      ownUnits.text(text)
      showUnit()
    },
  }
}

function thresholdUnit(kind: string, unit: string, measure: Scalar | undefined, words: Words): string {
  if (kind === 'seconds') return ''
  return kind === 'measured' && measure === 'deviation' ? words('deviations') : unit
}

function parameterInput(
  label: JQuery,
  { name, kind, choices = [], unit }: Parameter,
  value: Scalar | undefined,
  { words, changed, unit: fieldUnit }: StatefulGiven,
): () => Scalar {
  if (kind === 'flag') {
    const input = $('<input type="checkbox">')
      .prop('checked', value === true)
      .appendTo(label)
    label.append(document.createTextNode(words(`parameter-${name}`)))
    input.on('change', changed)
    return () => input.prop('checked') === true
  }
  if (name !== 'per')
    $('<span>')
      .text(words(`parameter-${name}`))
      .appendTo(label)
  if (kind === 'choice') {
    const select = $('<select>').appendTo(label)
    for (const choice of choices)
      $('<option>')
        .val(choice)
        .text(words(`choice-${choice}`))
        .appendTo(select)
    select.val(String(value)).on('change', changed)
    return () => String(select.val())
  }
  if (unit === 'seconds') {
    const input = timeInput(label, value, { words, changed })
    return () => String(input.val()).trim()
  }
  const input = numberInput(label, value, changed)
  const text = unit === 'value' ? fieldUnit : unit === 'readings' ? words('readings') : ''
  $('<span class="fieldlog-rule-unit">')
    .toggleClass('fieldlog-rule-unit-value', unit === 'value')
    .text(text)
    .appendTo(label)
  return () => numberOrText(String(input.val())) ?? ''
}

/** How long, as people write it: `10 min`. A number in the flow counts seconds. */
function timeInput(
  place: JQuery,
  value: unknown,
  { words, changed }: Pick<StatefulGiven, 'words' | 'changed'>,
): JQuery {
  const text = typeof value === 'number' ? durationText(value) : String(value ?? '')
  return $('<input type="text" class="fieldlog-rule-time">')
    .attr('placeholder', words('time'))
    .val(text)
    .on('input change', changed)
    .appendTo(place)
}

function numberInput(place: JQuery, value: unknown, changed: () => void): JQuery {
  const input = $('<input type="text" inputmode="decimal" class="fieldlog-rule-number">')
  return input
    .val(value === undefined || value === null ? '' : String(value))
    .on('input change', changed)
    .appendTo(place)
}
