// The set-up page: first the password, then device, broker and name, one at a time.
import type { SettingsChange, SettingsState } from '../../lib/appliance/setup/site.ts'
import { browserStorage, Login } from '../link/login.ts'
import { element, fill, setText } from '../parts/element.ts'
import { BrokerView } from './broker.ts'
import { DeviceView } from './device.ts'
import { Link, LinkError } from './link.ts'
import { DoneView, NameView } from './name.ts'
import { LoginView, PasswordView, TakenView } from './password.ts'
import type { StepParts, View } from './step.ts'
import { textsFor } from './texts.ts'

type Step = 'password' | 'device' | 'broker' | 'name'

const order: Step[] = ['password', 'device', 'broker', 'name']
const settingsViews = { device: DeviceView, broker: BrokerView, name: NameView }
type SettingsStep = keyof typeof settingsViews
const settingsOrder = Object.keys(settingsViews) as SettingsStep[]
/** ms until a gateway that is starting is asked again */
const pause = 1_000

class SetupPage {
  readonly #texts = textsFor(navigator.languages)
  // the editor's own login, which is kept under the address of the pages
  readonly #link = new Link(new Login(new URL('..', location.href).pathname, browserStorage()))
  readonly #heading = document.querySelector('h1')!
  readonly #place = document.querySelector('#view')!
  readonly #steps = document.querySelector<HTMLElement>('#steps')!
  readonly #gateway = document.querySelector('#gateway')!
  #view: View | undefined

  constructor() {
    document.documentElement.lang = this.#texts.language
  }

  /** Shows what the gateway is ready for. */
  async start(): Promise<void> {
    const texts = this.#texts
    try {
      const { phase, gateway, settings } = await this.#link.state()
      setText(this.#gateway, gateway)
      if (phase === 'password') this.#choosePassword()
      else if (phase === 'closed') this.#closed()
      else if (settings) this.#edit(settings)
    } catch (error) {
      if (!(error instanceof LinkError)) throw error
      if (error.code === 'login') this.#logIn()
      else if (error.code === 'busy') this.#later()
      else this.#tell(texts.title, texts.unreachable, error.message)
    }
  }

  #choosePassword(): void {
    this.#show(
      new PasswordView({
        texts: this.#texts,
        link: this.#link,
        chosen: (password) => void this.#enter(password),
        taken: () => this.#show(new TakenView(this.#texts, () => this.#logIn())),
        closed: () => this.#closed(),
      }),
      'password',
    )
  }

  /** Logs in with the password that was just chosen, as soon as the gateway can. */
  async #enter(password: string): Promise<void> {
    try {
      if (await this.#link.logIn('admin', password)) await this.start()
      else this.#logIn()
    } catch (error) {
      if (!(error instanceof LinkError)) throw error
      this.#show({ title: this.#texts.loading, element: element('p', {}, this.#texts.starting) })
      setTimeout(() => void this.#enter(password), pause)
    }
  }

  #logIn(): void {
    this.#show(new LoginView(this.#texts, this.#link, () => void this.start()))
  }

  #closed(): void {
    this.#tell(this.#texts.closedTitle, this.#texts.closedAbout)
  }

  #later(): void {
    this.#show({ title: this.#texts.loading, element: element('p', {}, this.#texts.starting) })
    setTimeout(() => void this.start(), pause)
  }

  /** Some sentences, and a button that looks again. */
  #tell(title: string, ...sentences: string[]): void {
    const retry = element(
      'button',
      { class: 'main', type: 'button', click: () => void this.start() },
      this.#texts.retry,
    )
    const paragraphs = sentences.filter(Boolean).map((sentence) => element('p', {}, sentence))
    this.#show({
      title,
      element: element('div', {}, ...paragraphs, element('div', { class: 'buttons' }, retry)),
    })
  }

  #edit(state: SettingsState): void {
    this.#showStep('device', state, { ...state.values })
  }

  #showStep(step: SettingsStep, state: SettingsState, draft: SettingsChange): void {
    const before = settingsOrder[settingsOrder.indexOf(step) - 1]
    const after = settingsOrder[settingsOrder.indexOf(step) + 1]
    const parts: StepParts = {
      texts: this.#texts,
      link: this.#link,
      state,
      draft,
      done: () => (after ? this.#showStep(after, state, draft) : this.#done(draft)),
      back: before && (() => this.#showStep(before, state, draft)),
    }
    this.#show(new settingsViews[step](parts), step)
  }

  #done({ gateway }: SettingsChange): void {
    setText(this.#gateway, gateway)
    this.#show(new DoneView(this.#texts, () => void this.start()))
  }

  #show(view: View, step?: Step): void {
    const isFirst = this.#view === undefined
    this.#view?.close?.()
    this.#view = view
    setText(this.#heading, view.title)
    fill(this.#place, view.element)
    document.title = `${view.title} · Fieldlog`
    this.#steps.hidden = step === undefined
    if (step) fill(this.#steps, ...order.map((each) => this.#mark(each, step)))
    scrollTo(0, 0)
    // a screen reader begins at the new step
    if (!isFirst) this.#heading.focus()
  }

  #mark(each: Step, current: Step): HTMLElement {
    const isDone = order.indexOf(each) < order.indexOf(current)
    return element(
      'li',
      { class: isDone ? 'done' : undefined, 'aria-current': each === current ? 'step' : undefined },
      this.#texts.steps[each],
    )
  }
}

void new SetupPage().start()
