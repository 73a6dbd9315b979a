// What was heard in the last day and has no name yet: a click makes a row of it.
import type { SeriesReport } from '../../lib/devices/watch/device-watch.ts'
import type { Words } from '../shared/panel/inputs.ts'
import { ageText, secondsText, valuesText } from './heard-texts.ts'

export interface Heard {
  /** the latest first */
  unnamed: readonly SeriesReport[]
  /** something was heard that has a name */
  hasNamed: boolean
  /** the gateway's time, ms since 1970 */
  at: number
  words: Words
}

/**
 * Shows them in the order of their places. What is shown already stays where it is, with new values and ages: a click must
 * not find its button replaced.
 */
export function showHeard(
  place: JQuery,
  { unnamed, hasNamed, at, words }: Heard,
  take: (series: SeriesReport) => void,
): void {
  place.find('.fieldlog-heard-none').remove()
  const shown = new Map<string, JQuery>()
  for (const row of place.children('button').toArray()) shown.set(String($(row).data('series')), $(row))
  let last: JQuery | undefined
  for (const series of unnamed.toSorted(byPlace)) {
    const id = [series.source, series.type, series.key].join('\n')
    const row = shown.get(id) ?? heardRow(id, words)
    shown.delete(id)
    row.off('click').on('click', () => take(series))
    row.find('.fieldlog-heard-device').text(series.device)
    row.find('.fieldlog-heard-type').text(series.type)
    row.find('.fieldlog-heard-values').text(valuesText(series.data))
    row.find('.fieldlog-heard-age').text(ages(series, at, words))
    if (!row.parent().is(place)) {
      if (last) row.insertAfter(last)
      else row.prependTo(place)
    }
    last = row
  }
  for (const row of shown.values()) row.remove()
  if (last) return
  const text = words(hasNamed ? 'allNamed' : 'nothingHeard')
  $('<div class="fieldlog-heard-none">').text(text).appendTo(place)
}

function heardRow(id: string, words: Words): JQuery {
  const row = $('<button type="button" class="fieldlog-heard-row">').attr('title', words('hint.take'))
  row.data('series', id).append('<i class="fa fa-plus">')
  for (const part of ['device', 'type', 'values', 'age']) {
    $('<span>').addClass(`fieldlog-heard-${part}`).appendTo(row)
  }
  return row
}

function ages({ lastHeard, interval }: SeriesReport, at: number, words: Words): string {
  const age = words('ago', { age: ageText(at - lastHeard) })
  return interval === null ? age : `${age}, ${words('every', { interval: secondsText(interval) })}`
}

function byPlace(a: SeriesReport, b: SeriesReport): number {
  return (
    a.source.localeCompare(b.source) ||
    a.key.localeCompare(b.key, 'en', { numeric: true }) ||
    a.type.localeCompare(b.type)
  )
}
