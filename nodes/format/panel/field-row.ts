// One field in the panel's list: name, where it comes from, type, unit and range in a line; the rest folds out below.
import type { DecoderKind, FieldDefinition } from '../../../lib/formats/model/definition.ts'
import { layouts } from '../../../lib/formats/notation/layouts.ts'
import { thousandsMarks } from '../../../lib/formats/steps/numbers.ts'
import { bare, currentValue, labelled, setValue, type Words } from '../../shared/panel/inputs.ts'
import { type FieldDraft, fromFieldDraft, toFieldDraft } from './field-draft.ts'

/** the inputs of a field */
type Name = Exclude<keyof FieldDraft, 'isFromImplied'>

const types = ['number', 'integer', 'boolean', 'string', 'time'] as const
const timeFormats = ['auto', 'iso', 's', 'ms', 'pattern'] as const
const numbers = ['number', 'integer']
const measured = [...numbers, 'time']

interface Detail {
  name: Name
  /** the field types that it is for; all by default */
  types?: readonly string[]
  /** the decoders that it is for; all by default */
  kinds?: readonly DecoderKind[]
  /** only where the value comes from the line */
  isRead?: boolean
  /** only where it is a counter's difference */
  isDifference?: boolean
  example?: string
}

const offsets = { kinds: ['packet' as const, 'bytes' as const], isRead: true }

/** the folded inputs, in the order of the steps that they are for */
const details: readonly Detail[] = [
  { name: 'modulus', isDifference: true, example: '65536' },
  { name: 'most', isDifference: true },
  { name: 'read', ...offsets },
  { name: 'notation', isRead: true },
  { name: 'bit', isRead: true },
  { name: 'bits', isRead: true },
  { name: 'signed', isRead: true },
  { name: 'also', isRead: true },
  { name: 'nulls', isRead: true, example: '-999, NaN' },
  { name: 'decimal', types: numbers, isRead: true },
  { name: 'thousands', types: numbers, isRead: true },
  { name: 'time', types: ['time'] },
  { name: 'pattern', types: ['time'], example: 'DD.MM.YYYY HH:mm' },
  { name: 'zone', types: ['time'], example: 'Europe/Berlin' },
  { name: 'scale', types: numbers },
  { name: 'offset', types: numbers },
  { name: 'points', types: numbers, example: '0=4, 1023=20' },
  { name: 'polynomial', types: numbers, example: 'c0, c1, c2' },
  { name: 'deviceUnit', types: numbers },
  { name: 'map', example: 'ON=true, OFF=false' },
  { name: 'mapElse' },
  { name: 'case', types: ['string'] },
  { name: 'wrong', isRead: true, types: ['number', 'integer', 'boolean', 'string'] },
  { name: 'allowed' },
  { name: 'range' },
  { name: 'decimals', types: ['number'] },
  { name: 'default' },
  { name: 'when' },
  { name: 'newsOf' },
  { name: 'deviceClass', types: ['number', 'integer', 'boolean'], example: 'humidity' },
  { name: 'reversed', isRead: true },
  { name: 'whole', ...offsets },
  { name: 'trim', types: ['string'] },
  { name: 'required' },
  { name: 'hidden' },
]

const flags: readonly Name[] = ['reversed', 'whole', 'trim', 'required', 'hidden']

export interface FieldRow {
  /** The field as it stands in the inputs, unchecked. */
  read(): FieldDefinition
  /** Shows the inputs of this decoder. */
  setKind(kind: DecoderKind): void
  /** Folds out when an input in there has a problem. */
  showProblems(): void
  /** Says below the field that none of so many clean readings has a value for it; 0 takes that back. */
  showNever(readings: number): void
  /** Another field has a new name: what refers to it goes along. */
  follow(before: string, after: string): void
}

/** Builds the inputs of a field in the element of an editable list. */
export function fieldRow(
  place: JQuery,
  field: Partial<FieldDefinition>,
  kind: DecoderKind,
  words: Words,
  renamed: (before: string, after: string) => void,
): FieldRow {
  const element = $('<div class="fieldlog-field">').appendTo(place)
  const line = $('<div class="fieldlog-field-line">').appendTo(element)
  const more = $('<div class="fieldlog-field-more">').appendTo(element)
  const inputs = {
    name: bare(line, 'name', { words, placeholder: words('name') }),
    source: bare(line, 'source', { words, choices: [] }),
    from: bare(line, 'from', { words }),
    computed: bare(line, 'computed', { words, placeholder: words('computedExample') }),
    differenceOf: bare(line, 'differenceOf', { words, placeholder: words('differenceExample') }),
    type: bare(line, 'type', { words, choices: types.map((type) => [type, words(`type-${type}`)]) }),
    unit: bare(line, 'unit', { words, placeholder: words('unit') }),
    min: bare(line, 'min', { words, placeholder: words('min') }),
    max: bare(line, 'max', { words, placeholder: words('max') }),
    ...moreInputs(more, words),
  } as Record<Name, JQuery>
  const fold = foldButton(line, more, words)

  setDraft(toFieldDraft(field))
  setKind(kind)
  inputs.differenceOf.attr('data-problem', 'difference.of')
  for (const name of ['modulus', 'most'] as const) inputs[name].attr('data-problem', `difference.${name}`)
  for (const name of ['source', 'type', 'time', 'map', 'bits'] as const)
    inputs[name].on('input change', arrange)
  const never = $('<div class="fieldlog-field-never">').insertAfter(line).hide()
  inputs.name.data('before', String(inputs.name.val()))
  inputs.name.on('change', () => {
    const before = String(inputs.name.data('before'))
    const after = String(inputs.name.val()).trim()
    if (before === after || after === '') return
    inputs.name.data('before', after)
    if (before !== '') renamed(before, after)
  })
  return {
    read,
    setKind,
    showProblems: () => more.find('.input-error').length > 0 && fold(true),
    showNever(readings) {
      inputs.name.toggleClass('fieldlog-field-without', readings > 0)
      never.text(words('never', { count: readings })).toggle(readings > 0)
    },
    follow(before, after) {
      for (const name of ['differenceOf', 'newsOf'] as const)
        if (inputs[name].val() === before) inputs[name].val(after)
    },
  }

  function setDraft(draft: FieldDraft): void {
    for (const name of Object.keys(inputs) as Name[]) setValue(inputs[name], draft[name])
    inputs.source.attr('data-value', draft.source)
  }

  function draft(): FieldDraft {
    const names = Object.keys(inputs) as Name[]
    const values = Object.fromEntries(names.map((name) => [name, currentValue(inputs[name])]))
    return { ...values, isFromImplied: field.from === undefined } as unknown as FieldDraft
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
    for (const name of ['computed', 'difference']) {
      $('<option>')
        .val(name)
        .text(words(`from-${name}`))
        .appendTo(inputs.source)
    }
    inputs.source.val(source ?? 'line')
    arrange()
  }

  function arrange(): void {
    const source = inputs.source.val()
    inputs.from.toggle(source === 'line').attr('placeholder', words(`fromExample-${kind}`))
    inputs.computed.toggle(source === 'computed')
    inputs.differenceOf.toggle(source === 'difference')
    // what stands beside them keeps its place
    const hasRange = measured.includes(String(inputs.type.val()))
    for (const name of ['min', 'max'] as const)
      inputs[name].css('visibility', hasRange ? 'visible' : 'hidden')
    for (const { name, types, kinds, isRead, isDifference } of details) {
      const fitsType = types === undefined || types.includes(String(inputs.type.val()))
      const fitsDecoder = kinds === undefined || kinds.includes(kind)
      const fitsSource = (!isRead || source === 'line') && (!isDifference || source === 'difference')
      const shown = fitsType && fitsDecoder && fitsSource && isUseful(name)
      inputs[name].closest('.fieldlog-input').toggle(shown)
    }
  }

  /** Inputs that mean something only beside another one. */
  function isUseful(name: Name): boolean {
    if (name === 'pattern') return inputs.time.val() === 'pattern'
    if (name === 'bit' || name === 'signed') return String(inputs.bits.val()).trim() !== ''
    return name !== 'mapElse' || String(inputs.map.val()).trim() !== ''
  }
}

function moreInputs(more: JQuery, words: Words): Partial<Record<Name, JQuery>> {
  const choices = choicesOf(words)
  return Object.fromEntries(
    details.map(({ name, example }) => [
      name,
      labelled(more, name, {
        words,
        choices: choices[name],
        isFlag: flags.includes(name),
        ...(example === undefined ? {} : { placeholder: example }),
      }),
    ]),
  )
}

type Choices = Partial<Record<Name, ReadonlyArray<readonly [string, string]>>>

function choicesOf(words: Words): Choices {
  const named = (name: string, values: readonly string[]) =>
    values.map((value) => [value, words(`${name}-${value || 'none'}`)] as const)
  return {
    read: Object.keys(layouts).map((layout) => [layout, layout]),
    notation: named('notation', ['decimal', 'hex', 'binary', 'bcd']),
    signed: named('signed', ['', 'complement', 'magnitude']),
    time: named('time', timeFormats),
    decimal: decimalChoices(words),
    thousands: thousandsChoices(words),
    mapElse: named('mapElse', ['reject', 'keep']),
    case: named('case', ['', 'lower', 'upper']),
    wrong: named('wrong', ['reject', 'omit']),
    range: named('range', ['', 'reject', 'clamp']),
  }
}

export function decimalChoices(words: Words): Array<readonly [string, string]> {
  return [
    ['', words('decimal-none')],
    ['.', '1.5'],
    [',', '1,5'],
    ['any', words('decimal-any')],
  ]
}

export function thousandsChoices(words: Words): Array<readonly [string, string]> {
  return [['', words('thousands-none')], ...thousandsMarks.map((mark) => [mark, `1${mark}000`] as const)]
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
