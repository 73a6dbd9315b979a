// The usual baud rates as a list in front of the input, which is shown for any other value: a number, or a variable.
import { baudRates } from '../../../lib/serial/source/settings.ts'

const other = 'other'

/** For `oneditprepare`, when the input is bound. @param otherText what the list calls any other value */
export function prepareBaudRates(input: JQuery, otherText: string): void {
  const list = $('#fieldlog-port-rates')
  for (const rate of baudRates) $('<option>').val(String(rate)).text(String(rate)).appendTo(list)
  $('<option>').val(other).text(otherText).appendTo(list)
  const show = (chosen: string) => {
    list.val(chosen)
    input.toggle(chosen === other)
  }
  list.on('change', () => {
    const chosen = String(list.val())
    show(chosen)
    if (chosen === other) input.trigger('focus').trigger('select')
    else input.val(chosen).trigger('change')
  })
  // not while it is typed: the input would go from under the hand
  input.on('change', () => {
    const value = String(input.val()).trim()
    show(baudRates.some((rate) => String(rate) === value) ? value : other)
  })
  input.trigger('change')
}
