// The lines that the panel tries the draft on, and what becomes of each.
import type { Scalar } from '../../../lib/event.ts'
import { compileFormats } from '../../../lib/formats/compile.ts'
import type { Outcome } from '../../../lib/formats/format.ts'
import type { FieldDefinition, FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { isPlausible } from '../../../lib/formats/model/plausible.ts'
import { whyNotTaken } from '../../../lib/formats/why-not-taken.ts'
import type { Words } from '../../shared/panel/inputs.ts'

const mostLines = 200

/** Shows in `place` what a definition without problems makes of these lines; the source plays no part. */
export function tryLines(place: JQuery, definition: FormatDefinition, lines: string, words: Words): void {
  place.empty()
  const { source: _, ...takes } = definition.takes ?? {}
  const formats = compileFormats([{ ...definition, takes }])
  // an empty line may belong to a record
  const tried = lines.split(/\r?\n/).filter((line) => definition.record !== undefined || line.trim() !== '')
  // one after another, as they would come from a journal: records, headers and counters go on from line to line
  const received = Date.now()
  const taken = tried
    .slice(0, mostLines)
    .map((payload, i) => ({ payload, source: '', id: `line-${i + 1}`, seq: i + 1, received }))
  for (const { reading, outcome } of taken.flatMap((each) => formats.take(each))) {
    if (outcome.kind === 'part' || reading.payload.trim() === '') continue
    showLine(place, reading.payload, outcome.kind, words, (values) =>
      outcome.kind === 'unknown'
        ? values.text(words('notTaken', { why: whyNotTaken(definition, reading.payload) ?? '' }))
        : showOutcome(values, definition, outcome, words),
    )
  }
  const unended = taken.find((reading) => formats.limitOf(reading) !== undefined)
  if (unended)
    showLine(place, unended.payload, 'unknown', words, (values) => values.text(words('recordHasNoEnd')))
  if (tried.length > mostLines)
    $('<div>')
      .text(words('tryMore', { count: mostLines }))
      .appendTo(place)
}

function showLine(
  place: JQuery,
  line: string,
  kind: Outcome['kind'],
  words: Words,
  show: (values: JQuery) => void,
): void {
  const row = $('<div class="fieldlog-try-line">').appendTo(place)
  $('<span class="fieldlog-try-kind">')
    .addClass(`fieldlog-try-${kind}`)
    .text(words(`outcome-${kind}`))
    .attr('title', line)
    .appendTo(row)
  show($('<span class="fieldlog-try-values">').appendTo(row))
}

export function showOutcome(
  place: JQuery,
  definition: FormatDefinition,
  outcome: Outcome,
  words: Words,
): void {
  if (outcome.kind === 'rejected' || outcome.kind === 'suppressed')
    for (const reason of outcome.reasons) $('<div>').text(reason).appendTo(place)
  if (outcome.kind !== 'clean') return
  for (const { data, time } of outcome.events) {
    for (const field of definition.fields) {
      const value = data[field.name]
      if (value !== undefined) showValue(place, field, value, words)
    }
    const isShown = definition.time !== undefined && definition.time in data
    if (time !== undefined && !isShown) showPair(place, words('deviceTime'), new Date(time).toISOString())
  }
}

function showValue(place: JQuery, field: FieldDefinition, value: Scalar, words: Words): void {
  const { name, type, unit = '' } = field
  const text = type === 'time' ? new Date(Number(value)).toISOString() : `${String(value)} ${unit}`.trim()
  const pair = showPair(place, name, text)
  if (!isPlausible(field, value))
    pair.addClass('fieldlog-try-implausible').attr('title', words('implausible'))
}

function showPair(place: JQuery, name: string, text: string): JQuery {
  const pair = $('<span class="fieldlog-try-value">').appendTo(place)
  $('<span class="fieldlog-try-name">').text(name).appendTo(pair)
  $('<b>').text(text).appendTo(pair)
  return pair
}
