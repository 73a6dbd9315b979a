// How the gateway itself is: accounts, ports, brokers, disk, journal, store and machine.
import { ApiError } from '../link/api.ts'
import type { Change } from '../link/gateway.ts'
import type { Status, StoreState } from '../model/wire.ts'
import { age, bytes, count, counted, days, decimal, duration, moment } from '../model/words.ts'
import { editorLink, mark, paragraph, progressBar, section, type Tone, table } from '../parts/blocks.ts'
import { type Child, element, fill, renew } from '../parts/element.ts'
import { accountLine } from './health.ts'
import type { Page, View } from './view.ts'
import { progressText } from './waiting.ts'

export class GatewayView implements View {
  readonly title = 'Gateway'
  readonly element = element('div')
  readonly #page: Page
  readonly #parts = element('div', { class: 'parts' }, element('p', { class: 'quiet' }, 'Loading …'))
  readonly #store = element('section')
  readonly #machine = element('div')
  readonly #question = element('dialog', { 'aria-labelledby': 'question' })
  #says = ''
  #shownStore = ''

  constructor(page: Page) {
    this.#page = page
    fill(this.element, this.#parts, this.#store, this.#machine, this.#question)
    this.#fillQuestion()
    this.update('status')
  }

  update(change: Change): void {
    const { status } = this.#page.gateway
    if (change !== 'status' || !status) return
    renew(
      this.#parts,
      section('Accounts', ...status.accounts.map((account) => accountLine(account, true))),
      ports(status),
      brokers(status),
      journals(status),
    )
    renew(this.#machine, machine(status))
    this.#showStore(status.store)
  }

  /** It is filled only where something changed, so that its button keeps the focus. */
  #showStore(store: StoreState): void {
    const shown = JSON.stringify([store, this.#says])
    if (shown === this.#shownStore) return
    this.#shownStore = shown
    const isRebuilding = store.state === 'rebuilding'
    const done = store.last > 0 ? store.upTo / store.last : null
    fill(
      this.#store,
      element('h2', {}, 'Store'),
      element('p', { class: 'line' }, mark(storeTone(store)), store.says),
      isRebuilding ? progressBar('Making the history again', done) : undefined,
      isRebuilding
        ? element(
            'p',
            { class: 'progress' },
            progressText(done, store.left),
            store.rate === null ? undefined : `, ${count(store.rate)} events a second`,
          )
        : undefined,
      store.oldVerdicts > 0
        ? paragraph(
            `The rules have changed: ${counted(store.oldVerdicts, 'reading')} of the history still ${store.oldVerdicts === 1 ? 'has its' : 'have their'} old verdicts.`,
          )
        : undefined,
      store.state === 'none'
        ? paragraph(
            'Wire a store node behind the label node in ',
            element('a', { href: '../' }, 'the editor'),
            '.',
          )
        : paragraph(
            `${bytes(store.bytes)} on disk. It is a cache: everything in it can be made again from the journal.`,
          ),
      this.#says === '' ? undefined : element('p', { class: 'problem', role: 'alert' }, this.#says),
      store.state === 'none' || store.state === 'disabled'
        ? undefined
        : element(
            'button',
            { type: 'button', disabled: isRebuilding, click: () => this.#question.showModal() },
            isRebuilding ? 'The history is being made again' : 'Make the history again',
          ),
    )
  }

  #fillQuestion(): void {
    fill(
      this.#question,
      element('h2', { id: 'question' }, 'Make the history again?'),
      paragraph(
        'Every reading of the journal is decoded and judged by the formats and rules of now. Nothing is published again, nothing in the journal changes, and the pages show the old history until the new one is whole.',
      ),
      element(
        'form',
        { method: 'dialog', class: 'tools' },
        element('button', { class: 'main', click: () => void this.#rebuild() }, 'Make it again'),
        element('button', {}, 'Cancel'),
      ),
    )
  }

  async #rebuild(): Promise<void> {
    try {
      await this.#page.gateway.api.rebuild()
      this.#says = ''
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.code === 'login') return this.#page.gateway.needsLogin()
      this.#says = error.message
    }
    const { status } = this.#page.gateway
    if (status) this.#showStore(status.store)
  }
}

function storeTone({ state, oldVerdicts }: StoreState): Tone {
  if (state === 'ready') return oldVerdicts > 0 ? 'warning' : 'good'
  if (state === 'not stored') return 'bad'
  return state === 'rebuilding' || state === 'start' ? 'warning' : 'quiet'
}

function state(tone: Tone, text: string, problem: string | null): HTMLElement {
  return element(
    'span',
    { class: 'line' },
    mark(tone),
    text,
    problem === null ? undefined : element('span', { class: 'reason' }, problem),
  )
}

function ports({ ports, now }: Status): HTMLElement {
  if (ports.length === 0) return section('Ports', paragraph('No port is in the flow.'))
  return section(
    'Ports',
    table(
      'Ports',
      [
        { title: 'Port' },
        { title: 'State' },
        { title: 'Last line', number: true },
        { title: 'Lines a minute', number: true },
      ],
      ports.map((port) => [
        named(port),
        state(
          port.state === 'open' ? 'good' : port.state === 'closed' ? 'bad' : 'warning',
          port.state,
          port.problem,
        ),
        port.lastLine === null ? 'none yet' : `${age(port.lastLine, now)} ago`,
        count(port.perMinute),
      ]),
    ),
  )
}

function brokers({ brokers, now }: Status): HTMLElement {
  if (brokers.length === 0) return section('Brokers', paragraph('No broker is in the flow.'))
  return section(
    'Brokers',
    table(
      'Brokers',
      [
        { title: 'Broker' },
        { title: 'State' },
        { title: 'Waiting', number: true },
        { title: 'Refused', number: true },
      ],
      brokers.map((broker) => [
        named(broker),
        state(
          broker.connected ? 'good' : 'bad',
          `${broker.connected ? 'connected' : 'away'}${broker.since === null ? '' : ` for ${duration((now - broker.since) / 1000)}`}`,
          broker.problem,
        ),
        count(broker.waiting),
        count(broker.refused),
      ]),
    ),
  )
}

function named({ id, name, address }: { id: string; name: string; address: string }): HTMLElement {
  return element(
    'span',
    {},
    editorLink(id, name || address),
    name === '' || name === address ? undefined : element('small', {}, ` ${address}`),
  )
}

function journals({ journal, now }: Status): HTMLElement {
  return section(
    'Journal',
    table(
      'Journals',
      [
        { title: 'Journal' },
        { title: 'Entries', number: true },
        { title: 'On disk', number: true },
        { title: 'Since' },
        { title: 'Last check' },
      ],
      journal.map(({ name, lastSeq, bytes: size, first, verified }) => [
        name,
        count(lastSeq),
        bytes(size),
        first === null ? '–' : moment(first, false),
        verified === null
          ? state('quiet', 'not yet', null)
          : state(
              verified.ok ? 'good' : 'bad',
              `${age(verified.at, now)} ago`,
              verified.ok ? null : verified.says,
            ),
      ]),
    ),
  )
}

function machine({ disk, machine, gateway, now }: Status): HTMLElement {
  const row = (title: string, ...value: Child[]) => [element('dt', {}, title), element('dd', {}, ...value)]
  const { temperature, rss, load } = machine
  return section(
    'Machine',
    element(
      'dl',
      {},
      ...row(
        'Disk',
        element('meter', {
          min: 0,
          max: disk.total,
          value: disk.total - disk.free,
          'aria-label': 'Disk in use',
        }),
        `${bytes(disk.free)} of ${bytes(disk.total)} free`,
        disk.daysLeft === null
          ? undefined
          : `, lasts ${days(disk.daysLeft)}${disk.perDay === null ? '' : ` at ${bytes(disk.perDay)} a day`}`,
      ),
      ...row('Memory', bytes(rss)),
      ...row('Load', decimal(load, 2)),
      ...(temperature === null ? [] : row('CPU', `${decimal(temperature, 1)} °C`)),
      ...row('Fieldlog', gateway.version),
      ...row('Running for', duration((now - gateway.started) / 1000)),
    ),
  )
}
