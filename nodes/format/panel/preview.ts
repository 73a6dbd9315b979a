// Beside the rules: what the draft makes of the last readings, and lines that no format takes yet.
import { checkDefinition } from '../../../lib/formats/check/check.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { proposeFormats } from '../../../lib/formats/propose/propose.ts'
import {
  type FieldSummary,
  type FormatPreview,
  previewFormat,
  unknownReadings,
} from '../../../lib/preview/format-preview.ts'
import { payloadOf, type RecentReading, type RecentReadings } from '../../../lib/preview/reading.ts'
import type { Words } from '../../shared/panel/inputs.ts'
import { lastReadings } from '../../shared/panel/readings.ts'
import { showOutcome } from './try.ts'

const mostLines = 20
/** of lines that are no records */
const mostSamples = 5

export interface PreviewContext {
  words: Words
  /** the draft was tried; undefined where it cannot be */
  tried(preview: FormatPreview | undefined): void
  /** the other formats of the workspace, deployed or not */
  others(): FormatDefinition[]
  /** a proposal was chosen */
  take(definition: FormatDefinition, sample: string): void
}

export interface FormatPreviews {
  /** The draft has changed; undefined while it has problems. */
  show(definition: FormatDefinition | undefined): void
}

/** Fills the two places, and asks for the readings; again at the button. */
export function formatPreviews(
  readingsPlace: JQuery,
  unknownPlace: JQuery,
  context: PreviewContext,
): FormatPreviews {
  const { words } = context
  let last: RecentReadings | undefined
  let trouble = ''
  let draft: FormatDefinition | undefined

  load(false)
  return {
    show(definition) {
      draft = definition
      render()
    },
  }

  function load(again: boolean): void {
    lastReadings(again).then(
      (readings) => {
        last = readings
        trouble = ''
        render()
      },
      (error: Error) => {
        trouble = error.message
        render()
      },
    )
  }

  function render(): void {
    for (const place of [readingsPlace, unknownPlace]) place.empty()
    const preview = draft && last && trouble === '' ? previewFormat(draft, last.readings) : undefined
    context.tried(preview)
    if (trouble !== '' || last === undefined) {
      const text = trouble === '' ? words('reading') : words('noReadings', { why: trouble })
      for (const place of [readingsPlace, unknownPlace]) heading(place, text)
      return
    }
    if (draft === undefined || preview === undefined) heading(readingsPlace, words('tryLater'))
    else showPreview(heading(readingsPlace, ''), readingsPlace, draft, preview, words)
    showUnknown(last.readings)
  }

  function heading(place: JQuery, text: string): JQuery {
    const line = $('<div class="fieldlog-preview-head">').appendTo(place)
    const told = $('<span>').text(text).appendTo(line)
    $('<button type="button" class="red-ui-button red-ui-button-small">')
      .attr({ title: words('hint.again'), 'aria-label': words('hint.again') })
      .append('<i class="fa fa-refresh"></i>')
      .on('click', () => load(true))
      .appendTo(line)
    return told
  }

  function showUnknown(readings: readonly RecentReading[]): void {
    const formats = [...context.others(), ...(draft === undefined ? [] : [draft])]
    const unknown = unknownReadings(
      formats.filter((format) => checkDefinition(format).length === 0),
      readings,
    )
    heading(unknownPlace, words('unknownCount', { count: unknown.length, of: readings.length }))
    const lines = unknown.map(asText)
    const proposals = proposeFormats(unknown.map(asLine), {
      zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      received: unknown.map(({ received }) => received),
    })
    for (const { definition, count, share, score, isFromLibrary, samples } of proposals) {
      const row = $('<div class="fieldlog-preview-line">').appendTo(unknownPlace)
      $('<button type="button" class="red-ui-button red-ui-button-small">')
        .text(words('propose', { type: definition.type }))
        .attr('title', words('hint.propose'))
        .on('click', () => {
          const shown = definition.record === undefined ? samples.slice(-mostSamples) : samples
          context.take(definition, shown.join('\n'))
        })
        .appendTo(row)
      const percent = (part: number) => Math.round(part * 100)
      $('<span class="fieldlog-preview-count">')
        .text(words('proposal', { count, share: percent(share), score: percent(score) }))
        .attr('title', words('hint.proposal'))
        .appendTo(row)
      if (isFromLibrary) $('<span class="fieldlog-preview-count">').text(words('fromLibrary')).appendTo(row)
      $('<code>')
        .text(samples.at(-1) ?? '')
        .appendTo(row)
    }
    if (proposals.length === 0 && unknown.length > 0)
      $('<div>').text(words('noProposal')).appendTo(unknownPlace)
    const newest = [...new Set(lines.toReversed())].slice(0, mostLines)
    for (const line of newest) {
      const row = $('<div class="fieldlog-preview-line">').appendTo(unknownPlace)
      $('<code>').text(line).appendTo(row)
    }
  }
}

/** The line as the assistant takes it. */
function asLine(reading: RecentReading): string | Uint8Array {
  return reading.bytes === undefined ? asText(reading) : (payloadOf(reading) as Uint8Array)
}

/** The line as it came; a structured event as JSON; bytes that are no text as such. */
function asText({ text, bytes, json }: RecentReading): string {
  if (text !== undefined) return text
  return bytes === undefined ? JSON.stringify(json) : `(${atob(bytes).length} bytes)`
}

function showPreview(
  heading: JQuery,
  place: JQuery,
  definition: FormatDefinition,
  preview: FormatPreview,
  words: Words,
): void {
  const { tried, clean, rejected, suppressed, other, part } = preview
  heading.text(words('counts', { tried }))
  for (const [kind, count] of Object.entries({ clean, rejected, suppressed, part, other })) {
    if ((kind === 'suppressed' || kind === 'part') && count === 0) continue
    heading.append(
      $('<span class="fieldlog-preview-number">')
        .addClass(count > 0 ? `fieldlog-try-${kind}` : '')
        .text(words(`count-${kind}`, { count })),
    )
  }
  for (const { reason, count } of preview.reasons) {
    const row = $('<div class="fieldlog-preview-line">').appendTo(place)
    $('<span class="fieldlog-preview-count">').text(`${count} ×`).appendTo(row)
    $('<span class="fieldlog-try-rejected">').text(reason).appendTo(row)
  }
  if (clean > 0) showFields(place, preview.fields, definition, words)
  for (const { reading, events } of preview.events.slice(0, mostLines)) {
    const row = lineOf(place, reading)
    showOutcome(row, definition, { kind: 'clean', type: definition.type, events }, words)
  }
  for (const { reading, reasons } of preview.rejects.slice(0, mostLines)) {
    const row = lineOf(place, reading).addClass('fieldlog-try-rejected')
    $('<code>').text(asText(reading)).appendTo(row)
    row.append(document.createTextNode(` ${reasons[0] ?? ''}`))
  }
}

/** A line with the time of receipt; gives the place for what became of it. */
function lineOf(place: JQuery, reading: RecentReading): JQuery {
  const row = $('<div class="fieldlog-preview-line">').attr('title', asText(reading)).appendTo(place)
  $('<span class="fieldlog-preview-count">')
    .text(new Date(reading.received).toLocaleTimeString())
    .appendTo(row)
  return $('<span class="fieldlog-try-values">').appendTo(row)
}

function showFields(
  place: JQuery,
  fields: readonly FieldSummary[],
  definition: FormatDefinition,
  words: Words,
): void {
  const table = $('<div class="fieldlog-preview-fields">').appendTo(place)
  for (const summary of fields) {
    const { name, unit = '', count, least, greatest, implausible } = summary
    const isTime = definition.fields.some((field) => field.name === name && field.type === 'time')
    const show = (value: number) => (isTime ? new Date(value).toISOString() : String(value))
    const bounds =
      least === undefined || greatest === undefined ? '' : `${show(least)} … ${show(greatest)} ${unit}`
    const cell = $('<span>').appendTo(table)
    $('<b>').text(name).appendTo(cell)
    if (count === 0) {
      $('<span class="fieldlog-preview-implausible">')
        .text(` ${words('neverHere')}`)
        .appendTo(cell)
      continue
    }
    $('<span>').text(` ${count} × ${bounds}`).appendTo(cell)
    if (implausible > 0) {
      $('<span class="fieldlog-preview-implausible">')
        .text(` ${words('implausibleCount', { count: implausible })}`)
        .appendTo(cell)
    }
  }
}
