// Where the readings go: the broker inside, or another one, which can be tried.
import { element } from '../parts/element.ts'
import { LinkError } from './link.ts'
import { choice, field, mainButton, note, Says, type StepParts, stepForm, type View } from './step.ts'

export class BrokerView implements View {
  readonly title: string
  readonly element: HTMLElement
  readonly #parts: StepParts
  readonly #own: HTMLInputElement
  readonly #other: HTMLInputElement
  readonly #details: HTMLElement
  readonly #address: HTMLInputElement
  readonly #user: HTMLInputElement
  readonly #password: HTMLInputElement
  readonly #says = new Says()
  readonly #isFixed: boolean

  constructor(parts: StepParts) {
    const { texts, state, draft } = parts
    this.#parts = parts
    this.title = texts.brokerTitle
    this.#isFixed = state.fixed.includes('broker')
    const isOwn = draft.broker === ''
    const plain = {
      disabled: this.#isFixed,
      autocapitalize: 'none',
      spellcheck: 'false',
      autocomplete: 'off',
    }
    this.#own = this.#radio(isOwn)
    this.#other = this.#radio(!isOwn)
    this.#address = element('input', { ...plain, inputmode: 'url', value: draft.broker })
    this.#user = element('input', { ...plain, value: draft.user, placeholder: texts.optional })
    this.#password = element('input', {
      ...plain,
      type: 'password',
      autocomplete: 'new-password',
      value: draft.password ?? '',
      placeholder: state.hasPassword ? texts.brokerKept : texts.optional,
    })
    const test = element('button', { type: 'button', click: () => void this.#test(test) }, texts.test)
    this.#details = element(
      'div',
      { class: 'inset' },
      field(texts.brokerAddress, this.#address, texts.brokerExample),
      field(texts.user, this.#user),
      field(texts.brokerPassword, this.#password),
      element('p', {}, test),
      this.#says.element,
    )
    this.element = stepForm(
      parts,
      () => this.#submit(),
      mainButton(texts.next),
      element('p', {}, texts.brokerAbout),
      this.#isFixed && note(texts.fixed),
      state.unused.includes('broker') && note(texts.unused),
      element(
        'fieldset',
        {},
        element('legend', { hidden: true }, texts.brokerTitle),
        element('div', { class: 'card' }, choice(this.#own, texts.brokerOwn, texts.brokerOwnAbout)),
        element('div', { class: 'card' }, choice(this.#other, texts.brokerOther), this.#details),
      ),
    )
    this.#show()
  }

  #radio(isChosen: boolean): HTMLInputElement {
    return element('input', {
      type: 'radio',
      name: 'broker',
      checked: isChosen,
      disabled: this.#isFixed,
      change: () => this.#show(),
    })
  }

  #show(): void {
    this.#details.hidden = !this.#other.checked
  }

  /** A host alone is one that speaks plain MQTT. */
  get #broker(): string {
    const address = this.#address.value.trim()
    if (this.#own.checked || address === '') return ''
    return address.includes('://') ? address : `mqtt://${address}`
  }

  /** Undefined: the one that is stored stays. */
  get #newPassword(): string | undefined {
    const { value } = this.#password
    return value === '' && this.#parts.state.hasPassword ? undefined : value
  }

  async #test(button: HTMLButtonElement): Promise<void> {
    const { texts, link } = this.#parts
    if (this.#isMissing()) return
    button.disabled = true
    this.#says.say('', texts.testing)
    try {
      const trial = { broker: this.#broker, user: this.#user.value, password: this.#newPassword }
      const { ok, kind = '', problem } = await link.tryBroker(trial)
      if (ok) this.#says.say('good', texts.testGood)
      else this.#says.say('bad', texts.brokerProblems[kind] ?? texts.testBad, problem && `(${problem})`)
    } catch (error) {
      if (!(error instanceof LinkError)) throw error
      if (error.code === 'unreachable') this.#says.say('bad', texts.unreachable)
      else this.#says.say('bad', texts.testBad, error.message)
    } finally {
      button.disabled = false
    }
  }

  #isMissing(): boolean {
    const isMissing = this.#other.checked && this.#broker === ''
    if (isMissing) {
      this.#says.say('bad', this.#parts.texts.brokerMissing)
      this.#address.focus()
    }
    return isMissing
  }

  #submit(): void {
    const { draft, done } = this.#parts
    if (this.#isMissing()) return
    if (!this.#isFixed) {
      draft.broker = this.#broker
      draft.user = draft.broker === '' ? '' : this.#user.value.trim()
      draft.password = this.#newPassword
    }
    done()
  }
}
