// Is everything all right? The answer in words, the accounts as a line of boxes, and what to do where something is wrong.
import type { Route } from '../model/route.ts'
import type { Account, Alarm, Reading, Reject, Status } from '../model/wire.ts'
import { age, bytes, count, counted, days, duration } from '../model/words.ts'
import { link, mark, type Tone } from '../parts/blocks.ts'
import { type Child, element, fill, renew } from '../parts/element.ts'

export class Health {
  readonly element = element('section', { class: 'health', 'aria-label': 'Health' })
  readonly #headline = element('div', { class: 'headline' })
  readonly #alarms = element('ul', {
    class: 'alarms',
    'aria-live': 'polite',
    'aria-relevant': 'additions',
    'aria-label': 'Alarms',
  })
  readonly #accounts = element('div', { class: 'accounts' })
  readonly #facts = element('ul', { class: 'facts', 'aria-label': 'The gateway in short' })

  constructor() {
    fill(this.element, this.#headline, this.#alarms, this.#accounts, this.#facts)
    this.element.hidden = true
  }

  show(status: Status, readings: readonly Reading[], lastReject: Reject | undefined): void {
    const { alarms, accounts, now } = status
    const { tone, text } = verdictOf(status)
    this.element.hidden = false
    this.#alarms.hidden = alarms.length === 0
    renew(this.#headline, mark(tone), element('p', {}, text))
    renew(this.#alarms, ...alarms.map((alarm) => alarmRow(alarm, now)))
    renew(this.#accounts, ...shownOf(accounts).map((account) => accountLine(account, accounts.length > 1)))
    renew(this.#facts, ...factsOf(status, readings, lastReject))
  }
}

/** Journals that nothing has reached yet say nothing here; the gateway's page has them all. */
function shownOf(accounts: Account[]): Account[] {
  const used = accounts.filter(({ balanced, boxes }) => !balanced || boxes.some(({ count }) => count > 0))
  return used.length > 0 ? used : accounts
}

function verdictOf({ alarms, accounts }: Status): { tone: Tone; text: string } {
  const unbalanced = accounts.filter(({ balanced }) => !balanced).length
  const errors = alarms.filter(({ level }) => level === 'error').length + unbalanced
  const all = alarms.length + unbalanced
  if (all === 0) return { tone: 'good', text: 'Everything is all right' }
  return {
    tone: errors > 0 ? 'bad' : 'warning',
    text: all === 1 ? 'One thing needs your attention' : `${all} things need your attention`,
  }
}

function alarmRow({ level, says, since, link: address }: Alarm, now: number): HTMLElement {
  // a link from the gateway may only lead to another view
  const target = address?.startsWith('#/') ? address : undefined
  return element(
    'li',
    { class: level },
    mark(level === 'error' ? 'bad' : 'warning'),
    element(
      'span',
      {},
      says,
      since === null ? undefined : element('small', {}, ` for ${duration((now - since) / 1000)}`),
    ),
    target === undefined ? undefined : element('a', { href: target }, 'Show'),
  )
}

/** One account: each box is where readings are or went, and the sentence behind them says whether all are there. */
export function accountLine(account: Account, isNamed: boolean): HTMLElement {
  return element(
    'div',
    { class: `account ${account.balanced ? 'good' : 'bad'}` },
    isNamed ? element('h3', {}, account.name) : undefined,
    element(
      'ol',
      { class: 'boxes', 'aria-label': `What became of the readings of ${account.name}` },
      ...account.boxes.map((box) =>
        element(
          'li',
          { class: [box.count === 0 ? 'none' : '', box.beside ? 'beside' : ''].join(' ') },
          element('b', {}, count(box.count)),
          element('span', {}, box.name),
        ),
      ),
    ),
    element(
      'p',
      { class: 'sum' },
      mark(account.balanced ? 'good' : 'bad'),
      account.balanced ? account.says : `${counted(account.missing, 'reading')} missing: ${account.says}`,
    ),
  )
}

function factsOf(status: Status, readings: readonly Reading[], lastReject: Reject | undefined): Child[] {
  const { brokers, ports, disk, now } = status
  const silent = readings.filter((reading) => reading.silent).length
  return [
    readings.length === 0
      ? undefined
      : fact(
          silent === 0 ? 'good' : 'warning',
          counted(readings.length, 'device'),
          silent === 0 ? 'all heard lately' : `${silent} silent`,
        ),
    ...ports.map((port) =>
      fact(
        port.state === 'open' ? 'good' : port.state === 'closed' ? 'bad' : 'warning',
        port.name || port.address,
        port.problem ?? (port.state === 'open' ? `${count(port.perMinute)} lines a minute` : port.state),
      ),
    ),
    ...brokers.map((broker) =>
      fact(
        broker.connected ? 'good' : 'bad',
        broker.name || broker.address,
        broker.connected
          ? broker.waiting === 0
            ? 'broker connected'
            : `connected, ${count(broker.waiting)} waiting`
          : `broker away, ${count(broker.waiting)} waiting`,
      ),
    ),
    fact(
      disk.daysLeft !== null && disk.daysLeft < 30 ? 'warning' : 'good',
      `${bytes(disk.free)} free`,
      disk.daysLeft === null ? 'disk' : `disk lasts ${days(disk.daysLeft)}`,
    ),
    lastReject && fact('quiet', 'Last rejected', `${age(lastReject.time, now)} ago`, { view: 'rejects' }),
  ]
}

function fact(tone: Tone, title: string, says: string, route: Route = { view: 'gateway' }): HTMLElement {
  return element('li', {}, link(route, {}, mark(tone), element('b', {}, title), element('span', {}, says)))
}
