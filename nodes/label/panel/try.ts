// Beside the rules: what the draft makes of the last readings of the journal. It changes nothing in the gateway.
import type { FieldlogEvent } from '../../../lib/event.ts'
import { checkDefinition } from '../../../lib/formats/check/check.ts'
import { compileFormats } from '../../../lib/formats/compile.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { eventsOfReadings } from '../../../lib/predicates/clean-events.ts'
import { re2Engine } from '../../../lib/predicates/criteria/regex.ts'
import { Labeller } from '../../../lib/predicates/judge/labeller.ts'
import { defaultRows } from '../../../lib/predicates/model/defaults.ts'
import { completeRow, nameOf, type PredicateRow, type Severity } from '../../../lib/predicates/model/row.ts'
import { type JudgedEvent, type Trial, tryRules } from '../../../lib/predicates/trial.ts'
import type { RecentReadings } from '../../../lib/preview/reading.ts'
import type { Words } from '../../shared/panel/inputs.ts'
import { lastReadings } from '../../shared/panel/readings.ts'
import { plotOf } from './plot.ts'

/** The rules as they stand in the panel. */
export interface RulesDraft {
  rows: ReadonlyArray<Partial<PredicateRow>>
  badFrom: Severity
  formatRanges: boolean
}

export interface RulesTrial {
  /** The draft has changed. @param row the one that the user is at: its field is shown */
  show(row?: PredicateRow): void
  /** The place has another size. */
  resize(): void
}

const mostListed = 100
/** a row that is being typed is not tried at each key, ms */
const pause = 250

/** Fills the place with a trial of `draft()`, and keeps it up to date. */
export function rulesTrial(
  place: JQuery,
  formats: readonly FormatDefinition[],
  draft: () => RulesDraft,
  words: Words,
): RulesTrial {
  const head = $('<div class="fieldlog-trial-head">').appendTo(place)
  const told = $('<span class="fieldlog-trial-counts">').appendTo(head)
  const choice = $('<select class="fieldlog-trial-field">')
    .attr('aria-label', words('plotted'))
    .appendTo(head)
  $('<button type="button" class="red-ui-button red-ui-button-small">')
    .attr({ title: words('again'), 'aria-label': words('again') })
    .append('<i class="fa fa-refresh"></i>')
    .on('click', () => load(true))
    .appendTo(head)
  const plot = $('<div class="fieldlog-trial-plot">').appendTo(place)
  const list = $('<div class="fieldlog-trial-list">').appendTo(place)
  const usable = formats.filter((format) => checkDefinition(format).length === 0)
  let events: FieldlogEvent[] | undefined
  let tried = 0
  let trial: Trial | undefined
  let wantedField = ''
  let timer: ReturnType<typeof setTimeout> | undefined

  choice.on('change', () => {
    wantedField = String(choice.val())
    drawPlot()
  })
  load(false)
  return {
    show(row) {
      if (row !== undefined && row.field !== '') wantedField = row.field
      clearTimeout(timer)
      timer = setTimeout(run, pause)
    },
    resize: drawPlot,
  }

  function load(again: boolean): void {
    told.text(words('reading'))
    lastReadings(again).then(take, (error: Error) => {
      events = undefined
      told.text(words('noReadings', { why: error.message }))
    })
  }

  function take({ readings }: RecentReadings): void {
    tried = readings.length
    events = eventsOfReadings(readings, compileFormats(usable))
    const fields = numericFields(events)
    choice.empty()
    for (const field of fields) $('<option>').val(field).text(field).appendTo(choice)
    run()
  }

  function run(): void {
    if (events === undefined) return
    const { rows, badFrom, formatRanges } = draft()
    const all = [...(formatRanges ? defaultRows(usable) : []), ...rows.map(completeRow)]
    const used = all.filter((row) => row.enabled)
    const set = { rows: used, formats: usable, badFrom, hash: '' }
    trial = tryRules(new Labeller(set, { regex: re2Engine, warn() {} }), events)
    showCounts(trial)
    showBroken(used, trial)
    drawPlot()
  }

  function showCounts({ judged, good, bad, suspect }: Trial): void {
    told.empty().append($('<span>').text(words('tried', { tried, events: judged.length })))
    const number = (kind: string, count: number) =>
      told.append(
        $('<b>')
          .addClass(count > 0 ? `fieldlog-trial-${kind}` : '')
          .text(words(`count-${kind}`, { count })),
      )
    number('good', good)
    number('bad', bad)
    if (suspect > 0) number('suspect', suspect)
  }

  function drawPlot(): void {
    plot.empty()
    if (!trial) return
    if (choice.find('option').filter((_i, option) => $(option).val() === wantedField).length > 0)
      choice.val(wantedField)
    const field = String(choice.val() ?? '')
    choice.toggle(field !== '')
    const size = { width: Math.max(200, plot.width() ?? 0), height: 96 }
    const drawn = plotOf(trial.judged, field, size)
    if (drawn) plot.append(drawn)
    else plot.append($('<span class="fieldlog-trial-none">').text(words('nothingToPlot')))
  }

  function showBroken(used: readonly PredicateRow[], { rules, judged }: Trial): void {
    list.empty()
    const summary = $('<div class="fieldlog-trial-rules">').appendTo(list)
    for (const name of new Set(used.map(nameOf))) {
      const counts = rules.get(name)
      const broken = (counts?.[3] ?? 0) + (counts?.[4] ?? 0)
      if (broken === 0) continue
      const item = $('<span>').appendTo(summary)
      $('<b>')
        .addClass(counts?.[4] ? 'fieldlog-trial-bad' : 'fieldlog-trial-suspect')
        .text(`${broken} × `)
        .appendTo(item)
      item.append(document.createTextNode(name))
    }
    const wrong = judged.filter(({ result }) => result.reasons.length > 0).toReversed()
    if (wrong.length === 0)
      list.append(
        $('<span class="fieldlog-trial-none">').text(words(judged.length > 0 ? 'allGood' : 'noEvents')),
      )
    for (const each of wrong.slice(0, mostListed)) list.append(lineOf(each))
    if (wrong.length > mostListed)
      list.append($('<div>').text(words('andMore', { count: wrong.length - mostListed })))
  }
}

function lineOf({ event, result }: JudgedEvent): JQuery {
  const line = $('<div class="fieldlog-trial-line">').attr(
    'title',
    `${event.id}\n${result.reasons.join('\n')}`,
  )
  $('<span class="fieldlog-trial-when">').text(new Date(event.time).toLocaleTimeString()).appendTo(line)
  const place = [event.type, event.source, event.key].filter((part) => part !== undefined).join(' · ')
  $('<span class="fieldlog-trial-when">').text(place).appendTo(line)
  $('<span>')
    .addClass(result.verdict === 'bad' ? 'fieldlog-trial-bad' : 'fieldlog-trial-suspect')
    .text(result.reasons.join(' · '))
    .appendTo(line)
  return line
}

/** Fields with numbers, those in most events first. */
function numericFields(events: readonly FieldlogEvent[]): string[] {
  const counts = new Map<string, number>()
  for (const { data = {} } of events) {
    for (const [field, value] of Object.entries(data)) {
      if (typeof value === 'number') counts.set(field, (counts.get(field) ?? 0) + 1)
    }
  }
  return [...counts.keys()].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0))
}
