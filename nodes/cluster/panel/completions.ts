// Completes the last name of a list with commas.
import type { Completion } from '../../../types/node-red-editor.d.ts'
import type { KnownField } from '../../label/panel/known-fields.ts'

/** Lists that begin with what is typed and end in a known field that it does not name yet. */
export function completions(fields: readonly KnownField[], typed: string): Completion[] {
  const names = typed.split(',')
  const wanted = (names.pop() ?? '').trim().toLowerCase()
  const before = names.map((name) => name.trim()).filter((name) => name !== '')
  return fields
    .filter(({ name }) => !before.includes(name) && name.toLowerCase().includes(wanted))
    .filter(({ name }) => name !== wanted)
    .map(({ name, unit }) => ({
      value: [...before, name].join(', '),
      label: unit === '' ? name : `${name} (${unit})`,
    }))
}
