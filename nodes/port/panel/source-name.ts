// What the log will call the source, and what changes by that: a name that is given to a port must not begin new series unnoticed.
import { isReference } from '../../../lib/options/reference.ts'
import { chosenSource, parseAddress, sourceName } from '../../../lib/serial/source/address.ts'

export interface SourceInputs {
  name: JQuery
  path: JQuery
  sourceName: JQuery
  nameIsSource: JQuery
}

type Words = (key: string, values?: Record<string, unknown>) => string

/** For `oneditprepare`. Gives the function that is told what the running port is called in the log. */
export function prepareSourceName(
  inputs: SourceInputs,
  words: Words,
): (deployed: string | undefined) => void {
  const { name, path, sourceName: chosen, nameIsSource } = inputs
  const note = $('#fieldlog-port-source-note')
  let was: string | undefined
  const textOf = (input: JQuery) => String(input.val()).trim()
  const show = () => {
    const isChosen = textOf(chosen) !== ''
    nameIsSource.closest('.form-row').toggle(!isChosen && textOf(name) !== '')
    const named = { name: textOf(name), nameIsSource: nameIsSource.prop('checked') === true }
    const byDefault = chosenSource({ ...named, sourceName: '' }) || nameOf(textOf(path))
    chosen.attr('placeholder', byDefault)
    const source = isChosen ? textOf(chosen) : byDefault
    note.empty()
    if (was === undefined || source === '' || isReference(source) || source === was) return
    const kept = was
    note.append($('<span>').text(words('renames', { source, was: kept }))).append(
      $('<button type="button" class="red-ui-button red-ui-button-small" id="fieldlog-port-keep">')
        .text(words('keep-source', { was: kept }))
        .on('click', () => chosen.val(kept).trigger('change')),
    )
  }
  for (const input of Object.values(inputs) as JQuery[]) input.on('input change', show)
  show()
  return (deployed) => {
    if (deployed === undefined || deployed === was) return
    was = deployed
    show()
  }
}

/** What the log calls the source where nothing else is chosen; nothing where that is not known here. */
function nameOf(path: string): string {
  if (isReference(path)) return ''
  try {
    return sourceName(parseAddress(path))
  } catch {
    return ''
  }
}
