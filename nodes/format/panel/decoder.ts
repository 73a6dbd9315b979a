// The decoder's options in the panel: one set of inputs for each decoder, of which the chosen one's is shown.
import { decoderKinds } from '../../../lib/formats/check/check.ts'
import type { Decoder, DecoderKind } from '../../../lib/formats/model/definition.ts'
import { currentValue, labelled, setValue, type Words } from '../../shared/panel/inputs.ts'
import { fromDecoderDraft, toDecoderDraft } from './draft.ts'

interface Option {
  name: string
  placeholder?: string
  /** a checkbox */
  isFlag?: boolean
  /** values of a select; the texts are `<name>-<value>` in the locale */
  choices?: readonly string[]
  /** what stands there where nothing was chosen yet. Default: nothing */
  initial?: string
  /** stands with what is folded away */
  isExtra?: boolean
  /** where its problems are, in the decoder. Default: its name */
  problem?: string
}

/** the inputs of each decoder, and what stands there where nothing is entered */
const options: Readonly<Record<DecoderKind, readonly Option[]>> = {
  packet: [
    { name: 'minBytes', placeholder: '0' },
    { name: 'maxBytes', placeholder: '256' },
    { name: 'partsFrom', placeholder: '0', isExtra: true, problem: 'parts.from' },
    { name: 'partsSize', isExtra: true, problem: 'parts.size' },
  ],
  datacodes: [{ name: 'codes', placeholder: 'h, h, h, L' }],
  bytes: [
    { name: 'written', choices: ['raw', 'hex', 'base64'] },
    { name: 'start', placeholder: '42 4D' },
    { name: 'bytesPattern', placeholder: 'data=(?<bytes>[0-9A-F]+)', isExtra: true, problem: 'pattern' },
    { name: 'path', placeholder: 'payload.data', isExtra: true },
    { name: 'minBytes', placeholder: '0', isExtra: true },
    { name: 'maxBytes', isExtra: true },
    { name: 'partsFrom', placeholder: '0', isExtra: true, problem: 'parts.from' },
    { name: 'partsSize', isExtra: true, problem: 'parts.size' },
  ],
  json: [{ name: 'each' }, { name: 'lenient', isFlag: true }],
  sections: [],
  'stored-event': [],
  'key-values': [
    { name: 'pairSeparator', placeholder: ',' },
    { name: 'valueSeparator', placeholder: ':' },
    { name: 'quote' },
  ],
  columns: [
    { name: 'delimiter', placeholder: ',' },
    { name: 'quote', initial: '"' },
    { name: 'header', placeholder: 'time, temp, humidity' },
    { name: 'headers', isFlag: true, isExtra: true },
  ],
  tagged: [{ name: 'tagSeparator', placeholder: '(', problem: 'valueSeparator' }],
  pattern: [
    { name: 'pattern', placeholder: 'T=(?<temp>[-0-9.]+)' },
    { name: 'ignoreCase', isFlag: true },
  ],
}

export interface DecoderInputs {
  kind(): DecoderKind
  /** The decoder as it stands in the inputs, unchecked. */
  read(): Decoder
  /** Whether something is entered among what is folded away. */
  hasExtra(): boolean
}

/** Builds the options of each decoder in `place` and `extra`; `select` chooses the one that is shown. */
export function decoderInputs(
  place: JQuery,
  extra: JQuery,
  select: JQuery,
  decoder: Decoder,
  words: Words,
  changed: (kind: DecoderKind) => void,
): DecoderInputs {
  place.find('.fieldlog-decoder-options').remove()
  extra.empty()
  select.empty().off('change.fieldlog')
  for (const kind of decoderKinds)
    $('<option>')
      .val(kind)
      .text(words(`decoder-${kind}`))
      .appendTo(select)
  select.val(decoder.kind)
  const groups = decoderKinds.map((kind) => group(kind))
  const show = () => {
    for (const { kind, element, folded } of groups) {
      element.toggle(kind === select.val())
      folded.toggle(kind === select.val())
    }
    select.attr('title', words(`hint.decoder-${String(select.val())}`))
  }
  select.on('change.fieldlog', () => {
    show()
    changed(kind())
  })
  show()
  return { kind, read, hasExtra }

  function kind(): DecoderKind {
    return select.val() as DecoderKind
  }

  function hasExtra(): boolean {
    const extras = options[kind()].filter(({ isExtra }) => isExtra).map(({ name }) => name)
    const inputs = groups.find((each) => each.kind === kind())?.inputs ?? []
    return inputs.some(([name, input]) => extras.includes(name) && Boolean(currentValue(input)))
  }

  function read(): Decoder {
    const inputs = groups.find((each) => each.kind === kind())?.inputs ?? []
    return fromDecoderDraft(
      kind(),
      Object.fromEntries(inputs.map(([name, input]) => [name, currentValue(input)])),
    )
  }

  function group(kind: DecoderKind) {
    const given = decoder.kind === kind ? toDecoderDraft(decoder) : {}
    const element = $('<div class="fieldlog-decoder-options">').appendTo(place)
    const folded = $('<div>').appendTo(extra)
    const inputs = options[kind].map((option) => {
      const { name, placeholder, isExtra, isFlag = false, problem = name, initial = '' } = option
      const choices = option.choices?.map((value) => [value, words(`${name}-${value}`)] as const)
      const input = labelled(isExtra ? folded : element, name, { words, placeholder, isFlag, choices })
      input.attr('data-problem', problem)
      setValue(input, given[name] ?? (isFlag ? false : (option.choices?.[0] ?? initial)))
      return [name, input] as const
    })
    return { kind, element, folded, inputs }
  }
}
