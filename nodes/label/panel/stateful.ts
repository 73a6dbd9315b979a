// The inputs of an operator that compares with the readings before: threshold and parameters, with their units.
import type { Scalar } from '../../../lib/event.ts'
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
  const parts = parameters.map((parameter) => {
    const label = $('<label class="fieldlog-rule-parameter">').appendTo(more)
    const read = parameterInput(label, parameter, settings[parameter.name], given)
    return { name: parameter.name, read }
  })
  const readSettings = () => Object.fromEntries(parts.map(({ name, read }) => [name, read()]))
  const ownUnits = more.find('.fieldlog-rule-unit-value')
  if (threshold === 'none')
    return { values: () => [], settings: readSettings, setUnit: (text) => void ownUnits.text(text) }
  $('<span class="fieldlog-rule-and">')
    .text(words(`over-${operator.replaceAll(' ', '-')}`))
    .appendTo(place)
  const input = numberInput(place, given.values[0], given.changed).addClass('fieldlog-rule-threshold')
  const told = $('<span class="fieldlog-rule-unit">').appendTo(place)
  const showUnit = () => told.text(thresholdUnit(threshold, unit, readSettings().measure, words))
  more.on('change', showUnit)
  showUnit()
  return {
    values: () => [numberOrText(String(input.val()))].filter((value) => value !== undefined),
    settings: readSettings,
    setUnit(text) {
      unit = text
      ownUnits.text(text)
      showUnit()
    },
  }
}

function thresholdUnit(kind: string, unit: string, measure: Scalar | undefined, words: Words): string {
  if (kind === 'seconds') return 's'
  if (kind === 'perSecond') return `${unit}/s`
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
  const input = numberInput(label, value, changed)
  const text =
    unit === 'seconds' ? 's' : unit === 'value' ? fieldUnit : unit === 'readings' ? words('readings') : ''
  $('<span class="fieldlog-rule-unit">')
    .toggleClass('fieldlog-rule-unit-value', unit === 'value')
    .text(text)
    .appendTo(label)
  return () => numberOrText(String(input.val())) ?? ''
}

function numberInput(place: JQuery, value: unknown, changed: () => void): JQuery {
  const input = $('<input type="text" inputmode="decimal" class="fieldlog-rule-number">')
  return input
    .val(value === undefined || value === null ? '' : String(value))
    .on('input change', changed)
    .appendTo(place)
}
