// How long things take: the spans of time events by category, and the slowest ones.
import { formatRoute, type Route } from '../model/route.ts'
import type { SpanRow } from '../model/wire.ts'
import { count, milliseconds, moment } from '../model/words.ts'
import { choices, emptyState, paragraph, section, steps, table } from '../parts/blocks.ts'
import { type Child, drawn, element, fill } from '../parts/element.ts'
import { Loaded } from './loaded.ts'
import type { Page, View } from './view.ts'

const ranges = [
  ['1 h', '-1h'],
  ['24 h', '-24h'],
  ['7 days', '-7d'],
  ['30 days', '-30d'],
] as const
const barWidth = 160

export class SpansView implements View {
  readonly title = 'Spans'
  readonly element = element('div')
  readonly #loaded: Loaded<SpanRow[]>

  constructor(page: Page, route: Extract<Route, { view: 'spans' }>) {
    this.#loaded = new Loaded(page.gateway, () => page.gateway.api.spans(route.from), show)
    fill(
      this.element,
      element(
        'div',
        { class: 'tools' },
        choices(
          'Range',
          ranges.map(([text, from]) => ({
            text,
            route: { view: 'spans', from },
            chosen: from === route.from,
          })),
        ),
      ),
      this.#loaded.element,
    )
  }

  close(): void {
    this.#loaded.close()
  }
}

function show(rows: readonly SpanRow[]): Child[] {
  if (rows.length === 0) return [noSpans()]
  const longest = Math.max(...rows.map(({ max }) => max ?? 0))
  return [
    paragraph(
      'From START to STOP, by category. Half of all spans are shorter than the median; 5 of 100 are longer than p95. The bar goes from the shortest to p95, its line to the longest.',
    ),
    table(
      'Spans by category',
      [
        { title: 'Category' },
        { title: 'spans', number: true },
        { title: 'open', number: true },
        { title: 'spread' },
        { title: 'median', number: true },
        { title: 'p95', number: true },
        { title: 'p99', number: true },
        { title: 'max', number: true },
      ],
      rows.map((row) => [
        nameOf(row),
        count(row.count),
        row.open === 0 || row.open === null ? '–' : count(row.open),
        bar(row, longest),
        milliseconds(row.p50),
        milliseconds(row.p95),
        milliseconds(row.p99),
        milliseconds(row.max),
      ]),
    ),
    section('The slowest', slowest(rows)),
  ]
}

function nameOf({ cat, subject }: SpanRow): HTMLElement {
  return element('span', {}, cat, subject === null ? undefined : element('small', {}, ` ${subject}`))
}

/** From the shortest to the longest on a scale of logarithms, with the box up to p95 and a line at the median. */
function bar({ min, p50, p95, max }: SpanRow, longest: number): Child {
  if (min === null || p50 === null || p95 === null || max === null) return '–'
  const whole = Math.log1p(longest) || 1
  const x = (ms: number) => Math.round((Math.log1p(ms) / whole) * barWidth * 10) / 10
  return drawn(
    'svg',
    { class: 'bar', viewBox: `0 0 ${barWidth} 16`, 'aria-hidden': 'true' },
    drawn('path', { class: 'whisker', d: `M${x(min)} 8H${x(max)}` }),
    drawn('rect', { x: x(min), y: 3, width: Math.max(1, x(p95) - x(min)), height: 10, rx: 2 }),
    drawn('path', { class: 'median', d: `M${x(p50)} 2v12` }),
  )
}

function slowest(rows: readonly SpanRow[]): HTMLElement {
  const all = rows.flatMap(({ cat, slowest }) => slowest.map((span) => ({ cat, ...span })))
  all.sort((a, b) => b.duration - a.duration)
  return table(
    'The slowest spans',
    [
      { title: 'Category' },
      { title: 'took', number: true },
      { title: 'when' },
      { title: 'from' },
      { title: 'ended' },
    ],
    all
      .slice(0, 15)
      .map((span) => [
        element(
          'span',
          {},
          span.cat,
          span.subject === null ? undefined : element('small', {}, ` ${span.subject}`),
        ),
        milliseconds(span.duration),
        moment(span.time),
        span.source,
        element('span', { class: span.outcome === 'done' ? 'quiet' : 'tag bad' }, span.outcome),
      ]),
  )
}

function noSpans(): HTMLElement {
  return emptyState(
    'No spans in this range',
    paragraph('Spans say how long things take, from a START to its STOP.'),
    steps(
      'Send time events from your programs: fieldlog send, or the client in the package.',
      'Wire an events in node to log, and a timing node behind the clean node.',
      'Deploy: the first finished span appears here.',
    ),
    paragraph(
      'Nothing lately? ',
      element('a', { href: formatRoute({ view: 'spans', from: '-30d' }) }, 'Look at 30 days'),
    ),
  )
}
