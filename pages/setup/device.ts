// Which device is logged: the serial ports with what is heard there, made-up sensors, or any other address.
import type { PortSuggestion } from '../../lib/serial/source/ports.ts'
import type { SpeedReport } from '../../lib/serial/speed-search.ts'
import { element, fill, setText } from '../parts/element.ts'
import { LinkError } from './link.ts'
import { choice, field, mainButton, note, Says, type StepParts, stepForm, type View } from './step.ts'

const demo = 'demo:'
const usualBauds = [300, 1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600]

export class DeviceView implements View {
  readonly title: string
  readonly element: HTMLElement
  readonly #parts: StepParts
  readonly #list = element('fieldset', {})
  readonly #demo: HTMLInputElement
  readonly #other: HTMLInputElement
  readonly #address: HTMLInputElement
  readonly #otherAddress: HTMLElement
  readonly #baud: HTMLSelectElement
  readonly #baudField: HTMLElement
  readonly #says = new Says()
  readonly #isFixed: boolean
  #listening: AbortController | undefined

  constructor(parts: StepParts) {
    const { texts, state, draft } = parts
    this.#parts = parts
    this.title = texts.deviceTitle
    this.#isFixed = state.fixed.includes('serial')
    this.#demo = this.#radio(demo)
    this.#other = this.#radio('')
    this.#address = element('input', {
      value: draft.serial === demo ? '' : draft.serial,
      disabled: this.#isFixed,
      autocapitalize: 'none',
      spellcheck: 'false',
    })
    this.#otherAddress = element(
      'div',
      { class: 'inset' },
      field(texts.address, this.#address, texts.addressExamples),
    )
    const bauds = [...new Set([...usualBauds.map(String), draft.baud])].sort((a, b) => Number(a) - Number(b))
    this.#baud = element(
      'select',
      { disabled: state.fixed.includes('baud') },
      ...bauds.map((baud) => element('option', { value: baud, selected: baud === draft.baud }, baud)),
    )
    this.#baudField = field(texts.baud, this.#baud)
    const next = mainButton(texts.next)
    this.element = stepForm(
      parts,
      () => this.#submit(),
      next,
      element('p', {}, texts.deviceAbout),
      this.#isFixed && note(texts.fixed),
      state.unused.includes('serial') && note(texts.unused),
      this.#list,
      this.#baudField,
      this.#says.element,
    )
    void this.#look()
  }

  close(): void {
    this.#listening?.abort()
  }

  async #look(): Promise<void> {
    const { texts, link, draft } = this.#parts
    fill(this.#list, element('p', { class: 'soft', 'aria-busy': 'true' }, texts.loading))
    let ports: PortSuggestion[] = []
    try {
      ports = await link.ports()
    } catch (error) {
      if (!(error instanceof LinkError)) throw error
      this.#says.say('bad', error.code === 'unreachable' ? texts.unreachable : error.message)
    }
    const radios = ports.map((port) => this.#radio(port.path))
    fill(
      this.#list,
      element('legend', { hidden: true }, texts.deviceTitle),
      ...ports.map((port, index) => this.#card(port, radios[index]!)),
      ports.length === 0 && element('p', {}, texts.deviceNone),
      element(
        'p',
        {},
        element('button', { type: 'button', click: () => void this.#look() }, texts.lookAgain),
      ),
      element('div', { class: 'card' }, choice(this.#demo, texts.demo)),
      element('div', { class: 'card' }, choice(this.#other, texts.otherAddress), this.#otherAddress),
    )
    const chosen = [...radios, this.#demo].find(({ value }) => value === draft.serial) ?? this.#other
    // made-up sensors are what holds where nothing was chosen yet
    const only = radios[0]
    const isFirst =
      draft.serial === demo && !this.#isFixed && ports.length === 1 && ports[0]?.problem === undefined
    const wanted = isFirst && only ? only : chosen
    wanted.checked = true
    this.#show()
  }

  #card(port: PortSuggestion, radio: HTMLInputElement): HTMLElement {
    const { texts } = this.#parts
    const name = port.path.split('/').at(-1) ?? port.path
    const heard = element('div', { class: 'heard', role: 'status' })
    const button = element(
      'button',
      {
        type: 'button',
        'aria-label': texts.listenTo(name),
        disabled: this.#isFixed,
        click: () => void this.#listen(port, radio, button, heard),
      },
      texts.listen,
    )
    const about = [port.text || port.path, port.problem].filter(Boolean).join(' · ')
    return element(
      'div',
      { class: 'card' },
      element(
        'div',
        { class: 'row' },
        choice(radio, element('bdi', {}, name), element('bdi', {}, about)),
        button,
      ),
      heard,
    )
  }

  async #listen(
    { path }: PortSuggestion,
    radio: HTMLInputElement,
    button: HTMLButtonElement,
    heard: HTMLElement,
  ): Promise<void> {
    const { texts, link } = this.#parts
    const isOwn = button.dataset.listening === 'yes'
    this.#listening?.abort()
    if (isOwn) return
    const listening = new AbortController()
    this.#listening = listening
    radio.checked = true
    this.#show()
    setText(button, texts.stop)
    button.dataset.listening = 'yes'
    fill(heard, texts.loading)
    try {
      await link.findSpeed(path, (report) => this.#tell(report, heard), listening.signal)
      if (listening.signal.aborted) fill(heard)
    } catch (error) {
      if (!(error instanceof LinkError)) throw error
      fill(heard, error.code === 'unreachable' ? texts.unreachable : error.message)
    } finally {
      setText(button, texts.listen)
      delete button.dataset.listening
    }
  }

  #tell({ isOver, trying, found, heard: all, error }: SpeedReport, heard: HTMLElement): void {
    const { texts } = this.#parts
    if (error !== undefined) fill(heard, error)
    else if (!isOver)
      setText(heard, trying ? texts.trying(trying.baudRate, trying.number, trying.of) : texts.loading)
    else if (found !== undefined) {
      const sample = all.find(({ baudRate }) => baudRate === found)?.sample ?? ''
      fill(heard, texts.heardAt(found), element('code', {}, element('bdi', {}, sample)))
      this.#setBaud(String(found))
    } else fill(heard, all.some(({ bytes }) => bytes > 0) ? texts.heardNoText : texts.heardNothing)
  }

  #setBaud(baud: string): void {
    if (this.#baud.disabled) return
    const isKnown = [...this.#baud.options].some(({ value }) => value === baud)
    if (!isKnown) this.#baud.append(element('option', { value: baud }, baud))
    this.#baud.value = baud
  }

  #radio(value: string): HTMLInputElement {
    return element('input', {
      type: 'radio',
      name: 'device',
      value,
      disabled: this.#isFixed,
      change: () => this.#show(),
    })
  }

  get #chosen(): string {
    const radio = this.#list.querySelector<HTMLInputElement>('input[name="device"]:checked')
    return radio === this.#other || !radio ? this.#address.value.trim() : radio.value
  }

  /** Shows only what the choice needs. */
  #show(): void {
    this.#otherAddress.hidden = !this.#other.checked
    this.#baudField.hidden = this.#demo.checked || /^(?:tcp|telnet|replay):/.test(this.#chosen)
  }

  #submit(): void {
    const { texts, draft, done } = this.#parts
    const serial = this.#chosen
    if (serial === '' && !this.#isFixed) {
      this.#says.say('bad', texts.addressMissing)
      this.#address.focus()
      return
    }
    if (!this.#isFixed) draft.serial = serial
    if (!this.#baud.disabled) draft.baud = this.#baud.value
    done()
  }
}
