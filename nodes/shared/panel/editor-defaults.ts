import { type Field, type Fields, isConfigNode, isOptional } from '../../../lib/options/fields.ts'
import type { Saved } from '../../../lib/options/options.ts'
import type { EditorProperty } from '../../../types/node-red-editor.d.ts'
import { problemText } from './option-words.ts'
import type { Speaker } from './sentence-words.ts'

type EditorDefaults<Options extends Fields> = {
  [Name in keyof Options]: EditorProperty<Saved<Options>[Name]>
}

/** The `defaults` with which a panel registers its node: values, checks, and the types of config nodes. */
export function editorDefaults<Options extends Fields>(options: Options): EditorDefaults<Options> {
  const entries = Object.entries(options).map(([name, field]) => [name, property(name, field)])
  return Object.fromEntries(entries) as EditorDefaults<Options>
}

function property(name: string, field: Field): EditorProperty<unknown> {
  // Node-RED checks by itself that a config node is there and right, where no check of ours takes its place.
  if (isConfigNode(field)) return { value: '', type: field.configType, required: !isOptional(field) }
  // The editor shows a message only of a function that declares two parameters.
  function validate(this: Speaker, value: unknown, _options?: unknown) {
    return problemText(this, name, field, value) ?? true
  }
  return { value: field.default ?? '', validate }
}
