// The row of a device in the table of readings. It lives as long as the device is shown, and changes only what is another.
import { sparkPath } from '../model/points.ts'
import { hasLowBattery, shownFields } from '../model/readings.ts'
import { defaultRange } from '../model/route.ts'
import type { EditorNodes, FieldReading, Reading } from '../model/wire.ts'
import { age, interval, moment, valueWithUnit } from '../model/words.ts'
import { editorLink, link } from '../parts/blocks.ts'
import { drawn, element, fill, setText } from '../parts/element.ts'

const spark = { width: 64, height: 20 }
/** ms for which a changed value is lit up */
const lit = 1000

export class ReadingRow {
  readonly element = element('tr', { role: 'row' })
  readonly #device = element('th', { scope: 'row', role: 'rowheader', class: 'device' })
  readonly #values = element('ul', { class: 'values' })
  readonly #age = element('time', {})
  readonly #verdict = element('div', { class: 'verdict' })
  readonly #cells = new Map<string, FieldCell>()
  #reading: Reading
  #shownDevice = ''
  #shownVerdict = ''

  constructor(reading: Reading) {
    this.#reading = reading
    fill(
      this.element,
      this.#device,
      element('td', { role: 'cell' }, this.#values),
      element('td', { role: 'cell', class: 'heard' }, this.#age, this.#verdict),
    )
  }

  /** @param isChanged lights it up */
  show(reading: Reading, nodes: EditorNodes | undefined, now: number, isChanged: boolean): void {
    this.#reading = reading
    this.element.classList.toggle('silent', reading.silent)
    this.element.classList.toggle('low', hasLowBattery(reading))
    this.#showDevice(nodes)
    this.#showValues()
    this.#showVerdict()
    this.#age.setAttribute('datetime', new Date(reading.time).toISOString())
    this.#age.title = moment(reading.time)
    this.tick(now)
    if (isChanged) this.#lightUp()
  }

  /** The age counts up. */
  tick(now: number): void {
    const { time, usual, silent } = this.#reading
    const said = now - time < 1000 ? 'now' : `${age(time, now)} ago`
    setText(this.#age, silent && usual !== null ? `${said}, usually every ${interval(usual)}` : said)
  }

  #lightUp(): void {
    this.element.classList.add('changed')
    setTimeout(() => this.element.classList.remove('changed'), lit)
  }

  #showDevice(nodes: EditorNodes | undefined): void {
    const { name, place, type, source, key, named, silent } = this.#reading
    const low = hasLowBattery(this.#reading)
    const shown = JSON.stringify([name, place, type, source, key, named, silent, low, nodes?.devices])
    if (shown === this.#shownDevice) return
    this.#shownDevice = shown
    fill(
      this.#device,
      element('span', { class: 'name' }, name),
      low ? element('span', { class: 'tag bad' }, 'battery low') : undefined,
      silent ? element('span', { class: 'tag quiet' }, 'silent') : undefined,
      element(
        'small',
        { title: key === '' ? source : `${source}, key ${key}` },
        place ? `${type} · ${place}` : type,
      ),
      named
        ? undefined
        : element('small', { class: 'name-it' }, editorLink(nodes?.devices ?? null, 'Name it')),
    )
  }

  #showValues(): void {
    const fields = shownFields(this.#reading)
    const names = new Set(fields.map(({ name }) => name))
    for (const [name, cell] of this.#cells) {
      if (names.has(name)) continue
      cell.element.remove()
      this.#cells.delete(name)
    }
    for (const field of fields) {
      let cell = this.#cells.get(field.name)
      if (!cell) {
        cell = new FieldCell()
        this.#cells.set(field.name, cell)
        this.#values.append(cell.element)
      }
      cell.show(this.#reading, field)
    }
  }

  #showVerdict(): void {
    const { verdict, reasons } = this.#reading
    const shown = JSON.stringify([verdict, reasons])
    if (shown === this.#shownVerdict) return
    this.#shownVerdict = shown
    const text = verdict === 'held' ? 'not judged yet' : verdict
    fill(
      this.#verdict,
      element('span', { class: `tag ${verdict}`, title: reasons.join('\n') }, text),
      ...reasons.map((reason) => element('small', { class: 'reason' }, reason)),
    )
  }
}

/** One field of a device: its value, and how it was in the last day. */
class FieldCell {
  readonly element = element('li')
  readonly #value = element('b')
  readonly #path = drawn('path')
  #shown = ''

  show(reading: Reading, field: FieldReading): void {
    const { name, kind, unit, decimals, value, low, spark: means } = field
    setText(this.#value, valueWithUnit(value, field))
    this.element.classList.toggle('low', low)
    this.#path.setAttribute('d', sparkPath(means ?? [], spark.width, spark.height))
    const shown = JSON.stringify([reading.type, reading.name, name, kind, unit, decimals])
    if (shown === this.#shown) return
    this.#shown = shown
    const label = element('span', { class: 'field' }, name)
    const drawing = drawn(
      'svg',
      {
        class: 'spark',
        viewBox: `-1 -1 ${spark.width + 2} ${spark.height + 2}`,
        preserveAspectRatio: 'none',
        'aria-hidden': 'true',
      },
      this.#path,
    )
    const curve = { type: reading.type, name: reading.name, field: name }
    const title = { title: `${name}, last 24 h: show the chart` }
    fill(
      this.element,
      kind === 'text'
        ? element('span', { class: 'plain' }, label, this.#value)
        : link(
            { view: 'chart', curves: [curve], from: defaultRange, to: 'now' },
            title,
            label,
            this.#value,
            drawing,
          ),
    )
  }
}
