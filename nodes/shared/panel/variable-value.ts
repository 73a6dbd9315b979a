// Beside an option that is left to the environment: the value in force.
import type { Field } from '../../../lib/options/fields.ts'
import { isReference } from '../../../lib/options/reference.ts'

/** What the gateway says of a variable of its environment. */
export interface VariableReport {
  /** undefined where it is not set, or may not be shown */
  value?: string
  /** it may hold a secret, or is no variable of ours: it is not shown */
  isHidden?: true
}

/** Below the row of an input that holds `${NAME}`: what the gateway has for it now. */
export function showVariable(field: Field, input: JQuery): void {
  const place = $('<div class="fieldlog-option-value">')
    .attr('id', `${input.attr('id')}-value`)
    .appendTo(input.closest('.form-row'))
  const show = () => {
    const entered = String(input.val() ?? '').trim()
    place.text('')
    if (!isReference(entered)) return
    $.getJSON(`fieldlog/variables/${encodeURIComponent(entered.slice(2, -1))}`).then(
      (report: VariableReport) => {
        if (String(input.val() ?? '').trim() === entered) place.text(inForce(report, field))
      },
    )
  }
  // while it is typed: a row that goes when the input is left would move what is being clicked
  input.on('input change', show)
  show()
}

/** Nothing of a value that the gateway does not show. */
function inForce({ value, isHidden }: VariableReport, field: Field): string {
  if (isHidden) return ''
  if (value !== undefined) return `= ${value}`
  const standsIn = String(field.default ?? '')
  return standsIn === '' ? 'not set' : `not set: ${standsIn}`
}
