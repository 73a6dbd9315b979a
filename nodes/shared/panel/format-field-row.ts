// One field in the panel's list: name, where it comes from, type and unit in a line; the rest folds out below.
import { layouts } from '../../../lib/formats/decoders/packet.ts'
import type { DecoderKind, FieldDefinition } from '../../../lib/formats/definition.ts'
import { type FieldDraft, fromFieldDraft, toFieldDraft } from './format-draft.ts'
import { bare, currentValue, labelled, setValue, type Words } from './format-inputs.ts'

type Name = keyof FieldDraft

const types = ['number', 'integer', 'boolean', 'string', 'time'] as const
const timeFormats = ['auto', 'iso', 's', 'ms'] as const

/** the folded inputs, in their order, with the field types and, where it matters, the decoder they are for */
const details: ReadonlyArray<{ name: Name; types?: readonly string[]; isPacket?: boolean }> = [
  { name: 'read', isPacket: true },
  { name: 'bit', isPacket: true },
  { name: 'bits', isPacket: true },
  { name: 'time', types: ['time'] },
  { name: 'scale', types: ['number', 'integer'] },
  { name: 'offset', types: ['number', 'integer'] },
  { name: 'decimals', types: ['number'] },
  { name: 'min', types: ['number', 'integer', 'time'] },
  { name: 'max', types: ['number', 'integer', 'time'] },
  { name: 'allowed' },
  { name: 'default' },
  { name: 'when' },
  { name: 'signed', isPacket: true },
  { name: 'required' },
  { name: 'hidden' },
]

const flags: readonly Name[] = ['signed', 'required', 'hidden']

export interface FieldRow {
  /** The field as it stands in the inputs, unchecked. */
  read(): FieldDefinition
  /** Shows the inputs of this decoder. */
  setKind(kind: DecoderKind): void
  /** Folds out when an input in there has a problem. */
  showProblems(): void
}

/** Builds the inputs of a field in the element of an editable list. */
export function fieldRow(
  place: JQuery,
  field: Partial<FieldDefinition>,
  kind: DecoderKind,
  words: Words,
): FieldRow {
  const element = $('<div class="fieldlog-field">').appendTo(place)
  const line = $('<div class="fieldlog-field-line">').appendTo(element)
  const more = $('<div class="fieldlog-field-more">').appendTo(element)
  const inputs = {
    name: bare(line, 'name', { words, placeholder: words('name') }),
    source: bare(line, 'source', { words, choices: [] }),
    from: bare(line, 'from', { words }),
    computed: bare(line, 'computed', { words, placeholder: words('computedExample') }),
    type: bare(line, 'type', { words, choices: types.map((type) => [type, words(`type-${type}`)]) }),
    unit: bare(line, 'unit', { words, placeholder: words('unit') }),
    ...moreInputs(more, words),
  } as Record<Name, JQuery>
  const fold = foldButton(line, more, words)

  setDraft(toFieldDraft(field))
  setKind(kind)
  inputs.source.on('change', arrange)
  inputs.type.on('change', arrange)
  return { read, setKind, showProblems: () => more.find('.input-error').length > 0 && fold(true) }

  function setDraft(draft: FieldDraft): void {
    for (const name of Object.keys(inputs) as Name[]) setValue(inputs[name], draft[name])
    inputs.source.attr('data-value', draft.source)
  }

  function draft(): FieldDraft {
    const names = Object.keys(inputs) as Name[]
    return Object.fromEntries(
      names.map((name) => [name, currentValue(inputs[name])]),
    ) as unknown as FieldDraft
  }

  function read(): FieldDefinition {
    return fromFieldDraft(draft(), kind)
  }

  function setKind(next: DecoderKind): void {
    kind = next
    const source = inputs.source.val() ?? inputs.source.attr('data-value')
    inputs.source.empty()
    $('<option value="line">')
      .text(words(`from-${kind}`))
      .appendTo(inputs.source)
    $('<option value="computed">').text(words('from-computed')).appendTo(inputs.source)
    inputs.source.val(source ?? 'line')
    arrange()
  }

  function arrange(): void {
    const isComputed = inputs.source.val() === 'computed'
    inputs.from.toggle(!isComputed).attr('placeholder', words(`fromExample-${kind}`))
    inputs.computed.toggle(isComputed)
    for (const { name, types, isPacket } of details) {
      const fitsType = types === undefined || types.includes(String(inputs.type.val()))
      const fitsDecoder = isPacket !== true || (kind === 'packet' && !isComputed)
      inputs[name].closest('.fieldlog-input').toggle(fitsType && fitsDecoder)
    }
  }
}

function moreInputs(more: JQuery, words: Words): Partial<Record<Name, JQuery>> {
  const choices: Partial<Record<Name, ReadonlyArray<readonly [string, string]>>> = {
    read: Object.keys(layouts).map((layout) => [layout, layout]),
    time: timeFormats.map((format) => [format, words(`time-${format}`)]),
  }
  return Object.fromEntries(
    details.map(({ name }) => [
      name,
      labelled(more, name, { words, choices: choices[name], isFlag: flags.includes(name) }),
    ]),
  )
}

/** A button that folds the rest out and in; the function does it, too. */
function foldButton(line: JQuery, more: JQuery, words: Words): (open: boolean) => void {
  const button = $('<button type="button" class="red-ui-button red-ui-button-small">').appendTo(line)
  const icon = $('<i class="fa">').appendTo(button)
  const set = (open: boolean) => {
    more.toggle(open)
    icon.toggleClass('fa-caret-up', open).toggleClass('fa-caret-down', !open)
    button.attr({ 'aria-expanded': String(open), title: words(open ? 'less' : 'more') })
  }
  button.on('click', () => {
    set(button.attr('aria-expanded') !== 'true')
    more.get(0)?.scrollIntoView({ block: 'nearest' })
  })
  set(false)
  return set
}
