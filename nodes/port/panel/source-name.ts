// What the log will call the source, and what changes by that: a name that is given to a port must not begin new series unnoticed.
import { isReference } from '../../../lib/options/reference.ts'
import { chosenSource, nameInLog, type PortNames, parseAddress } from '../../../lib/serial/source/address.ts'

export interface SourceInputs {
  name: JQuery
  path: JQuery
  sourceName: JQuery
  nameIsSource: JQuery
}

/** Another port of the workspace. */
export interface OtherPort {
  label: string
  /** in the log; empty: not known here */
  source: string
}

type Words = (key: string, values?: Record<string, unknown>) => string

/** For `oneditprepare`. Gives the function that is told what the running port is called in the log. */
export function prepareSourceName(
  inputs: SourceInputs,
  others: readonly OtherPort[],
  words: Words,
): (deployed: string | undefined) => void {
  const { name, path, sourceName: chosen, nameIsSource } = inputs
  const note = $('#fieldlog-port-source-note')
  const sharing = $('#fieldlog-port-source-shared')
  let was: string | undefined
  const textOf = (input: JQuery) => String(input.val()).trim()
  const show = () => {
    const isChosen = textOf(chosen) !== ''
    nameIsSource.closest('.form-row').toggle(!isChosen && textOf(name) !== '')
    const named = { name: textOf(name), nameIsSource: nameIsSource.prop('checked') === true }
    const byDefault = nameOf(textOf(path), { ...named, sourceName: '' })
    chosen.attr('placeholder', byDefault)
    const source = isChosen ? nameOf(textOf(path), { ...named, sourceName: textOf(chosen) }) : byDefault
    const same = others.find((other) => source !== '' && other.source === source)
    sharing.text(same ? words('shares-source', { source, other: same.label }) : '')
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

/** What the log calls a port's source; nothing where that is not known here. */
export function nameOf(path: string, names: PortNames): string {
  const chosen = chosenSource(names)
  if (isReference(chosen)) return ''
  // with a variable as the address, only a name that was chosen is known
  if (isReference(path)) return chosen
  try {
    return nameInLog(parseAddress(path), chosen)
  } catch {
    return chosen
  }
}
