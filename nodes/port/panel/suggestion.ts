// Below an address that is none: the one that was probably meant, which a click takes.
import { suggestedAddress } from '../../../lib/serial/source/address.ts'

/** For `oneditprepare`, when the input is bound. @param take what the button says */
export function prepareSuggestion(path: JQuery, take: (address: string) => string): void {
  const button = $(
    '<button type="button" class="red-ui-button red-ui-button-small" id="fieldlog-port-suggested">',
  )
  // what is wrong with the address, and the button, stand right below the input
  $('#node-config-input-path-problem').insertBefore('#fieldlog-port-list')
  button.insertBefore('#fieldlog-port-list')
  const show = () => {
    const suggestion = suggestedAddress(String(path.val()))
    button.toggle(suggestion !== undefined)
    if (suggestion !== undefined) button.text(take(suggestion)).attr('data-address', suggestion)
  }
  button.on('click', () => {
    path.val(button.attr('data-address') ?? '').trigger('change')
    path.trigger('focus')
  })
  path.on('input change', show)
  show()
}
