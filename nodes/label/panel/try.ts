// Beside the rules: what the draft makes of the readings of the journal. It changes nothing in the gateway.
import type { FieldlogEvent } from '../../../lib/event.ts'
import { checkDefinition } from '../../../lib/formats/check/check.ts'
import { compileFormats } from '../../../lib/formats/compile.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { eventsOfReadings } from '../../../lib/predicates/clean-events.ts'
import { re2Engine } from '../../../lib/predicates/criteria/regex.ts'
import { Labeller } from '../../../lib/predicates/judge/labeller.ts'
import { defaultRows } from '../../../lib/predicates/model/defaults.ts'
import type { PredicateRow, Severity } from '../../../lib/predicates/model/row.ts'
import { ruleTrial, withOwnNames } from '../../../lib/predicates/rule-trial.ts'
import { type JudgedEvent, type Trial, tryInSlices } from '../../../lib/predicates/trial.ts'
import type { RecentReadings } from '../../../lib/preview/reading.ts'
import type { Words } from '../../shared/panel/inputs.ts'
import { type Asked, type Period, readingsOf } from '../../shared/panel/readings.ts'
import { mostColours, type PlotPoint, plotOf } from './plot.ts'
import { showResult } from './result.ts'
import type { RowEditor } from './row.ts'

/** The rules as they stand in the panel. */
export interface RulesDraft {
  editors: readonly RowEditor[]
  badFrom: Severity
  formatRanges: boolean
}

export interface RulesTrial {
  /** The draft has changed. @param editor of the rule that the user is at: its field is shown, and what it broke */
  show(editor?: RowEditor): void
  /** The place has another size. */
  resize(): void
}

const mostListed = 100
/** a row that is being typed is not tried at each key, ms */
const pause = 250
/** of the browser's time that a trial takes at once, ms */
const longestTurn = 30
const hour = 3_600_000

const periods: Readonly<Record<string, Period>> = {
  readings: { limit: 1_000 },
  hour: { last: hour },
  day: { last: 24 * hour },
  week: { last: 7 * 24 * hour },
  month: { last: 30 * 24 * hour },
  all: { last: Number.MAX_SAFE_INTEGER },
}

/** Fills the place with a trial of `draft()`, and keeps it up to date. */
export function rulesTrial(
  place: JQuery,
  formats: readonly FormatDefinition[],
  draft: () => RulesDraft,
  words: Words,
): RulesTrial {
  const head = $('<div class="fieldlog-trial-head">').appendTo(place)
  $('<span>').text(words('triedIn')).appendTo(head)
  const period = $('<select class="fieldlog-trial-period">')
    .attr('aria-label', words('triedIn'))
    .appendTo(head)
  for (const name of Object.keys(periods))
    $('<option>')
      .val(name)
      .text(words(`period-${name}`))
      .appendTo(period)
  const again = iconButton('fa-refresh', words('again'), () => load()).appendTo(head)
  const cancel = iconButton('fa-stop', words('cancel'), () => asked?.cancel()).appendTo(head)
  const told = $('<div class="fieldlog-trial-counts">').appendTo(head)
  const plotHead = $('<div class="fieldlog-trial-head">').appendTo(place)
  const choice = $('<select class="fieldlog-trial-field">')
    .attr('aria-label', words('plotted'))
    .appendTo(plotHead)
  const about = $('<span class="fieldlog-trial-about">').appendTo(plotHead)
  const plot = $('<div class="fieldlog-trial-plot">').appendTo(place)
  const below = $('<div class="fieldlog-trial-below">').appendTo(place)
  const legend = $('<div class="fieldlog-trial-legend">').appendTo(below)
  const pointedAt = $('<div class="fieldlog-trial-pointed">').appendTo(below)
  const list = $('<div class="fieldlog-trial-list">').appendTo(place)
  const usable = formats.filter((format) => checkDefinition(format).length === 0)
  let asked: Asked | undefined
  let events: FieldlogEvent[] | undefined
  let readings = 0
  let isCut = false
  let trial: Trial | undefined
  let current: RowEditor | undefined
  /** the rows as they were tried, by their editors */
  let names = new Map<RowEditor, string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  /** the trial that goes on; another one takes its place */
  let running: ReturnType<typeof tryInSlices> | undefined

  choice.on('change', drawPlot)
  period.on('change', load)
  load()
  return {
    show(editor) {
      if (editor !== undefined && editor !== current) {
        current = editor
        wantField(editor.field())
      } else if (editor !== undefined && choice.val() !== null) wantField(editor.field())
      clearTimeout(timer)
      timer = setTimeout(run, pause)
    },
    resize: drawPlot,
  }

  function load(): void {
    asked?.cancel()
    const mine = readingsOf(periods[String(period.val())] as Period)
    asked = mine
    told.text(words('reading'))
    again.hide()
    cancel.show()
    mine.answer
      .then(
        (found) => (asked === mine ? take(found) : undefined),
        (error: Error) => {
          if (asked !== mine) return
          events = undefined
          told.text(words('noReadings', { why: error.message }))
        },
      )
      .finally(() => {
        if (asked !== mine) return
        asked = undefined
        again.show()
        cancel.hide()
      })
  }

  function take(found: RecentReadings): void {
    readings = found.readings.length
    isCut = found.isCut === true && String(period.val()) !== 'readings'
    events = eventsOfReadings(found.readings, compileFormats(usable))
    const before = choice.val()
    choice.empty()
    for (const each of numericFields(events)) $('<option>').val(each).text(each).appendTo(choice)
    if (choice.find('option').filter((_i, option) => $(option).val() === before).length > 0)
      choice.val(before ?? '')
    if (current) wantField(current.field())
    run()
  }

  /** Shows a field in the plot, of whichever type has it in most events. */
  function wantField(field: string): void {
    const [, shown] = String(choice.val() ?? '').split(separator)
    if (field === '' || shown === field) return
    const option = choice
      .find('option')
      .toArray()
      .find((each) => String($(each).val()).split(separator)[1] === field)
    if (option) choice.val(String($(option).val()))
  }

  function run(): void {
    if (events === undefined) return
    const { editors, badFrom, formatRanges } = draft()
    const used = editors.map((editor) => ({ editor, row: editor.read() })).filter(({ row }) => row.enabled)
    const ofFormats = formatRanges ? defaultRows(usable) : []
    const rows = withOwnNames([...ofFormats, ...used.map(({ row }) => row)])
    const own = rows.slice(ofFormats.length)
    names = new Map(used.map(({ editor }, i) => [editor, own[i]?.name ?? '']))
    const failures = new Map<string, string>()
    const labeller = new Labeller(
      { rows, formats: usable, badFrom, hash: '' },
      { regex: re2Engine, warn: (rule, text) => void failures.set(rule, text) },
    )
    inTurns(tryInSlices(labeller, events), (found) => {
      trial = found
      showCounts(found)
      used.forEach(({ editor }, i) => {
        const row = own[i] as PredicateRow
        showResult(editor.result, ruleTrial(row, found, usable, failures.get(row.name)), words)
      })
      showBroken(rows, found)
      drawPlot()
    })
  }

  /** What is typed meanwhile has its turn between the slices. */
  function inTurns(tried: ReturnType<typeof tryInSlices>, ended: (trial: Trial) => void): void {
    running = tried
    goOn()

    function goOn(): void {
      const until = performance.now() + longestTurn
      while (running === tried && performance.now() < until) {
        const { done, value } = tried.next()
        if (!done) continue
        running = undefined
        ended(value)
        return
      }
      if (running === tried) setTimeout(goOn)
    }
  }

  function showCounts({ judged, good, bad, suspect }: Trial): void {
    told.empty().append($('<span>').text(words('tried', { tried: readings, events: judged.length })))
    const number = (kind: string, count: number) =>
      told.append(
        $('<b>')
          .addClass(count > 0 ? `fieldlog-trial-${kind}` : '')
          .text(words(`count-${kind}`, { count })),
      )
    number('good', good)
    number('bad', bad)
    if (suspect > 0) number('suspect', suspect)
    const [first] = judged
    if (isCut && first)
      $('<span>')
        .text(words('isCut', { since: new Date(first.event.received).toLocaleString() }))
        .appendTo(told)
  }

  function drawPlot(): void {
    plot.empty()
    legend.empty()
    pointedAt.text('')
    const [type = '', field = ''] = String(choice.val() ?? '').split(separator)
    plotHead.toggle(field !== '')
    if (!trial) return
    const rule = current && names.get(current)
    about.text(rule === undefined ? words('colouredAll') : words('coloured', { rule }))
    const width = Math.max(200, plot.width() ?? 0)
    const height = Math.max(60, plot.height() ?? 0)
    const pointed = (point: PlotPoint | undefined) =>
      void pointedAt.text(point ? pointText(point) : words('point'))
    const drawn = plotOf({ judged: trial.judged, type, field, rule, width, height, pointed })
    if (!drawn) {
      plot.append($('<span class="fieldlog-trial-none">').text(words('nothingToPlot')))
      return
    }
    plot.append(drawn.element)
    pointed(undefined)
    drawn.devices.slice(0, mostColours - 1).forEach((device, i) => {
      legendItem(`fieldlog-plot-device-${i}`, device)
    })
    const others = drawn.devices.slice(mostColours - 1)
    const text = others.length > 1 ? words('otherDevices', { count: others.length }) : others[0]
    if (text !== undefined) legendItem(`fieldlog-plot-device-${mostColours - 1}`, text)
  }

  function legendItem(colour: string, text: string): void {
    const item = $('<span class="fieldlog-trial-device">').appendTo(legend)
    $('<i class="fieldlog-trial-swatch">').addClass(colour).appendTo(item)
    item.append(document.createTextNode(text))
  }

  function showBroken(rows: readonly PredicateRow[], { rules, judged }: Trial): void {
    list.empty()
    const summary = $('<div class="fieldlog-trial-rules">').appendTo(list)
    for (const { name } of rows) {
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

/** between a type and a field, neither of which can hold it */
const separator = ' · '

function iconButton(icon: string, text: string, clicked: () => void): JQuery {
  return $('<button type="button" class="red-ui-button red-ui-button-small">')
    .attr({ title: text, 'aria-label': text })
    .append($('<i class="fa">').addClass(icon))
    .on('click', clicked)
}

function pointText({ device, value, judged: { event, result } }: PlotPoint): string {
  const at = new Date(event.time).toLocaleString()
  return [device, String(value), at, ...result.reasons].join(' · ')
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

/** `type · field` of all fields with numbers, those in most events first. */
function numericFields(events: readonly FieldlogEvent[]): string[] {
  const counts = new Map<string, number>()
  for (const { type = '', data = {} } of events) {
    for (const [field, value] of Object.entries(data)) {
      if (typeof value !== 'number') continue
      const name = `${type}${separator}${field}`
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
  }
  return [...counts.keys()].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0))
}
