// The first view: is everything all right, what do the sensors say, and what went wrong.
import type { Change, Gateway } from '../link/gateway.ts'
import { inOrder, isFound } from '../model/readings.ts'
import type { Reject } from '../model/wire.ts'
import { emptyState, paragraph, problem, section, steps } from '../parts/blocks.ts'
import { arrange, element, fill, renew, setText } from '../parts/element.ts'
import { Health } from './health.ts'
import { ReadingRow } from './reading-row.ts'
import { rejectTable } from './reject-table.ts'
import type { Page, View } from './view.ts'
import { rebuildStrip, waitingPanel } from './waiting.ts'

/** rejects that are shown here; all others are in a view of their own */
const fewRejects = 3

export class ReadingsView implements View {
  readonly title = 'Readings'
  readonly element = element('div')
  readonly #gateway: Gateway
  readonly #page: Page
  readonly #health = new Health()
  readonly #strip = element('div')
  readonly #main = element('div')
  readonly #rejects = element('div')
  readonly #body = element('tbody', { role: 'rowgroup' })
  readonly #none = element('p', { class: 'quiet' })
  readonly #search: HTMLInputElement
  readonly #table: HTMLElement
  readonly #rows = new Map<number, ReadingRow>()
  #find: string

  constructor(page: Page, find: string) {
    this.#page = page
    this.#gateway = page.gateway
    this.#find = find
    this.#search = element('input', {
      type: 'search',
      id: 'find',
      placeholder: 'Find a device, place or field',
      'aria-label': 'Find a device, place or field',
      autocomplete: 'off',
      input: () => this.#look(),
    })
    this.#search.value = find
    this.#table = this.#makeTable()
    fill(this.element, this.#health.element, this.#strip, this.#main, this.#rejects)
    this.update('status')
    this.update('readings')
  }

  update(change: Change): void {
    const { status } = this.#gateway
    if (status && (change === 'status' || change === 'readings')) {
      this.#health.show(status, this.#gateway.readings ?? [], this.#gateway.rejects[0])
      renew(this.#strip, rebuildStrip(status.store))
    }
    if (change !== 'connection') this.#showMain(change)
  }

  tick(): void {
    const now = this.#gateway.now()
    for (const row of this.#rows.values()) row.tick(now)
  }

  #showMain(change: Change): void {
    const { readings, waiting, rejects, trouble } = this.#gateway
    if (readings === undefined) {
      renew(
        this.#main,
        waiting
          ? waitingPanel(waiting)
          : trouble === undefined
            ? element('p', { class: 'quiet' }, 'Loading the readings …')
            : problem(trouble),
      )
      return
    }
    renew(this.#rejects, ...this.#fewRejects(rejects, readings.length === 0))
    if (readings.length === 0) {
      renew(this.#main, rejects.length > 0 ? everythingRejected(rejects) : noReadings())
      return
    }
    if (this.#table.parentElement !== this.#main) fill(this.#main, this.#table)
    if (change === 'readings' || change === 'status') this.#showRows()
  }

  #showRows(): void {
    const { readings = [], status, changed } = this.#gateway
    const now = this.#gateway.now()
    const shown = inOrder(readings).filter((reading) => isFound(reading, this.#find))
    const known = new Set(readings.map(({ id }) => id))
    for (const id of this.#rows.keys()) if (!known.has(id)) this.#rows.delete(id)
    for (const reading of shown) {
      const row = this.#rows.get(reading.id) ?? new ReadingRow(reading)
      this.#rows.set(reading.id, row)
      row.show(reading, status?.nodes, now, changed.has(reading.id))
    }
    this.#gateway.changed = new Set()
    arrange(
      this.#body,
      shown.map(({ id }) => this.#rows.get(id)!.element),
    )
    setText(
      this.#none,
      shown.length === 0 ? `No device has “${this.#find}” in its name, place, type or fields.` : '',
    )
  }

  #look(): void {
    this.#find = this.#search.value.trim()
    this.#page.go({ view: 'readings', find: this.#find }, true)
    this.#showRows()
  }

  /** The roles are written out, as a phone shows the rows as blocks, and browsers then forget that it is a table. */
  #makeTable(): HTMLElement {
    const heading = (text: string) => element('th', { scope: 'col', role: 'columnheader' }, text)
    return element(
      'section',
      {},
      element('div', { class: 'titled' }, element('h2', {}, 'What the sensors say'), this.#search),
      element(
        'table',
        { class: 'readings', role: 'table' },
        element('caption', { class: 'unseen' }, 'The newest reading of each device'),
        element(
          'thead',
          { role: 'rowgroup' },
          element(
            'tr',
            { role: 'row' },
            heading('Device'),
            heading('Values, and the last 24 hours'),
            heading('Last heard'),
          ),
        ),
        this.#body,
      ),
      this.#none,
    )
  }

  #fewRejects(rejects: readonly Reject[], isAll: boolean): HTMLElement[] {
    if (rejects.length === 0 || isAll) return []
    return [
      section(
        'What went wrong lately',
        rejectTable(rejects.slice(0, fewRejects), this.#gateway.now(), this.#gateway.status?.nodes),
        paragraph(element('a', { href: '#/rejects' }, 'All rejected readings')),
      ),
    ]
  }
}

function noReadings(): HTMLElement {
  return emptyState(
    'No readings yet',
    paragraph('The store is ready and waits for its first reading.'),
    steps(
      'Is the device plugged in, and its port open? The ports stand above and under Gateway.',
      'Do lines come, but no format takes them? Open the clean node in the editor: it shows what it does not know.',
      'Is the store node wired behind the label node, and deployed?',
    ),
    paragraph(element('a', { href: '../' }, 'Open the editor')),
  )
}

function everythingRejected(rejects: readonly Reject[]): HTMLElement {
  const reason = rejects[0]?.reasons[0] ?? ''
  return emptyState(
    'Every reading is rejected',
    paragraph('Lines come in and are in the log, but no format can read them. The newest one says:'),
    element('p', { class: 'raw' }, reason),
    paragraph(
      'Mend the format: it tells at once what it makes of the last lines. Nothing is lost meanwhile.',
    ),
    paragraph(element('a', { href: '#/rejects' }, 'See the rejected readings')),
  )
}
