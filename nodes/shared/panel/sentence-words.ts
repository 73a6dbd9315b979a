// What lib says of something wrong, in the editor's language: the translation is in the node's locale below `problem`, that of what all
// options have in common in nodes/shared/locales.
import { inWords, type Sentence } from '../../../lib/words/sentence.ts'
import type { EditorNode } from '../../../types/node-red-editor.d.ts'

export type Speaker = Pick<EditorNode, '_' | 'type'>

/** The sentence in the editor's language; in English where it has none. */
export function said(node: Speaker, sentence: Sentence): string {
  const own = `${node.type}.problem.`
  return inWords(sentence, (key, values) => {
    for (const path of [own + key, `fieldlog-shared.option.${key}`]) {
      const words = node._(path, values)
      if (words !== path) return words
    }
    return undefined
  })
}

/** Each in a line of its own; empty where there are none. */
export function saidInLines(node: Speaker, sentences: readonly Sentence[]): string {
  return sentences.map((sentence) => said(node, sentence)).join('\n')
}
