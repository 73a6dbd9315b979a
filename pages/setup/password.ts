// The choice of the first password, and what is shown to those who cannot choose it.
import { element } from '../parts/element.ts'
import { type Link, LinkError } from './link.ts'
import { field, mainButton, Says, stepForm, type View } from './step.ts'
import type { Texts } from './texts.ts'

const least = 8

export interface PasswordParts {
  texts: Texts
  link: Link
  /** it is chosen */
  chosen(password: string): void
  /** another was faster */
  taken(): void
  closed(): void
}

export class PasswordView implements View {
  readonly title: string
  readonly element: HTMLElement
  readonly #parts: PasswordParts
  readonly #first = passwordInput('new-password')
  readonly #again = passwordInput('new-password')
  readonly #button: HTMLButtonElement
  readonly #says = new Says()

  constructor(parts: PasswordParts) {
    const { texts } = parts
    this.#parts = parts
    this.title = texts.passwordTitle
    this.#button = mainButton(texts.passwordSet)
    const show = element('input', {
      type: 'checkbox',
      change: () => {
        for (const input of [this.#first, this.#again]) input.type = show.checked ? 'text' : 'password'
      },
    })
    this.element = stepForm(
      { texts },
      () => void this.#submit(),
      this.#button,
      element('p', {}, texts.passwordAbout),
      // password managers want to know whose it is
      element('input', { autocomplete: 'username', value: 'admin', readonly: true, hidden: true }),
      field(texts.passwordNew, this.#first, texts.passwordRule),
      field(texts.passwordAgain, this.#again),
      element('label', { class: 'choice' }, show, texts.passwordShow),
      location.protocol === 'http:' && element('p', { class: 'soft' }, texts.passwordPlain),
      this.#says.element,
    )
  }

  async #submit(): Promise<void> {
    const { texts, link, chosen, taken, closed } = this.#parts
    const password = this.#first.value
    if ([...password].length < least) return this.#refuse(this.#first, texts.passwordShort)
    if (password !== this.#again.value) return this.#refuse(this.#again, texts.passwordDiffers)
    this.#button.disabled = true
    this.#says.say('', texts.loading)
    try {
      await link.choosePassword(password)
      chosen(password)
    } catch (error) {
      if (!(error instanceof LinkError)) throw error
      // `login`: the guard of the login that there is by now
      if (error.code === 'TAKEN' || error.code === 'login') taken()
      else if (error.code === 'CLOSED') closed()
      else if (error.code === 'PASSWORD') this.#refuse(this.#first, texts.passwordBad)
      else if (error.code === 'unreachable') this.#says.say('bad', texts.unreachable)
      else this.#says.say('bad', texts.passwordFailed, error.message)
    } finally {
      this.#button.disabled = false
    }
  }

  #refuse(input: HTMLInputElement, text: string): void {
    this.#says.say('bad', text)
    input.focus()
  }
}

export class TakenView implements View {
  readonly title: string
  readonly element: HTMLElement

  constructor(texts: Texts, logIn: () => void) {
    this.title = texts.takenTitle
    this.element = element(
      'div',
      {},
      element('p', {}, texts.takenAbout),
      element('p', {}, texts.takenStranger),
      element(
        'p',
        {},
        element(
          'code',
          {},
          'sudo rm /var/lib/fieldlog/admin-password-hash && sudo systemctl restart fieldlog',
        ),
      ),
      element(
        'div',
        { class: 'buttons' },
        element('button', { class: 'main', type: 'button', click: logIn }, texts.takenLogIn),
      ),
    )
  }
}

export class LoginView implements View {
  readonly title: string
  readonly element: HTMLElement
  readonly #texts: Texts
  readonly #link: Link
  readonly #done: () => void
  readonly #user = element('input', { autocomplete: 'username', value: 'admin', autocapitalize: 'none' })
  readonly #password = passwordInput('current-password')
  readonly #button: HTMLButtonElement
  readonly #says = new Says()

  constructor(texts: Texts, link: Link, done: () => void) {
    this.#texts = texts
    this.#link = link
    this.#done = done
    this.title = texts.loginTitle
    this.#button = mainButton(texts.logIn)
    this.element = stepForm(
      { texts },
      () => void this.#submit(),
      this.#button,
      field(texts.user, this.#user),
      field(texts.password, this.#password),
      this.#says.element,
    )
  }

  async #submit(): Promise<void> {
    const texts = this.#texts
    this.#button.disabled = true
    this.#says.say('', texts.loading)
    try {
      if (await this.#link.logIn(this.#user.value, this.#password.value)) this.#done()
      else this.#says.say('bad', texts.loginWrong)
    } catch (error) {
      if (!(error instanceof LinkError)) throw error
      this.#says.say('bad', error.code === 'unreachable' ? texts.unreachable : texts.loginWait)
    } finally {
      this.#button.disabled = false
    }
  }
}

function passwordInput(autocomplete: string): HTMLInputElement {
  return element('input', { type: 'password', autocomplete, autocapitalize: 'none', spellcheck: 'false' })
}
