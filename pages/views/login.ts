// Asks for name and password; they are the editor's.
import { ApiError } from '../link/api.ts'
import { element, fill, setText } from '../parts/element.ts'
import type { Page, View } from './view.ts'

export class LoginView implements View {
  readonly title = 'Log in'
  readonly element = element('form', { class: 'login', submit: (event) => this.#submit(event) })
  readonly #page: Page
  readonly #name = element('input', { id: 'user', autocomplete: 'username', required: true })
  readonly #password = element('input', {
    id: 'password',
    type: 'password',
    autocomplete: 'current-password',
    required: true,
  })
  readonly #button = element('button', { class: 'main' }, 'Log in')
  readonly #says = element('p', { class: 'problem', role: 'alert' })

  constructor(page: Page) {
    this.#page = page
    fill(
      this.element,
      element('p', {}, 'Name and password are those of the editor.'),
      element('label', { for: 'user' }, 'Name'),
      this.#name,
      element('label', { for: 'password' }, 'Password'),
      this.#password,
      this.#button,
      this.#says,
    )
  }

  #submit(event: Event): void {
    event.preventDefault()
    void this.#logIn()
  }

  async #logIn(): Promise<void> {
    this.#button.disabled = true
    setText(this.#says, '')
    try {
      const isIn = await this.#page.gateway.api.logIn(this.#name.value, this.#password.value)
      if (isIn) this.#page.gateway.start()
      else setText(this.#says, 'Name or password is wrong.')
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      setText(this.#says, error.message)
    } finally {
      this.#button.disabled = false
    }
  }
}
