import { problemOf } from '../../../lib/options/check.ts'
import { type Field, type Fields, isConfigNode, isOptional } from '../../../lib/options/fields.ts'
import type { Saved } from '../../../lib/options/options.ts'
import type { EditorProperty } from '../../../types/node-red-editor.d.ts'

type EditorDefaults<Options extends Fields> = {
  [Name in keyof Options]: EditorProperty<Saved<Options>[Name]>
}

/** The `defaults` with which a panel registers its node: values, checks, and the types of config nodes. */
export function editorDefaults<Options extends Fields>(options: Options): EditorDefaults<Options> {
  const entries = Object.entries(options).map(([name, field]) => [name, property(field)])
  return Object.fromEntries(entries) as EditorDefaults<Options>
}

function property(field: Field): EditorProperty<unknown> {
  // Node-RED checks by itself that a config node is there and right, where no check of ours takes its place.
  if (isConfigNode(field)) return { value: '', type: field.configType, required: !isOptional(field) }
  // The editor shows a message only of a function that declares two parameters.
  const validate = (value: unknown, _options?: unknown) => problemOf(field, value) ?? true
  return { value: field.default ?? '', validate }
}
