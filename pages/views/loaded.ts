// A view whose content is asked for when it is opened: it shows that it waits, what it got, or why it got nothing, and tries again
// where that helps.
import { ApiError } from '../link/api.ts'
import type { Gateway } from '../link/gateway.ts'
import { problem } from '../parts/blocks.ts'
import { type Child, element, fill } from '../parts/element.ts'
import { waitingPanel } from './waiting.ts'

/** ms until it asks again after it got nothing */
const pause = 5_000

export class Loaded<Content> {
  readonly element = element('div', {}, element('p', { class: 'quiet' }, 'Loading …'))
  readonly #gateway: Gateway
  readonly #ask: () => Promise<Content>
  readonly #show: (content: Content) => Child[]
  #again: ReturnType<typeof setTimeout> | undefined
  #closed = false

  constructor(gateway: Gateway, ask: () => Promise<Content>, show: (content: Content) => Child[]) {
    this.#gateway = gateway
    this.#ask = ask
    this.#show = show
    void this.load()
  }

  async load(): Promise<void> {
    clearTimeout(this.#again)
    try {
      const content = await this.#ask()
      if (!this.#closed) fill(this.element, ...this.#show(content))
    } catch (error) {
      if (this.#closed) return
      if (!(error instanceof ApiError)) throw error
      this.#failed(error)
    }
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#again)
  }

  #failed(error: ApiError): void {
    if (error.code === 'login') {
      this.#gateway.needsLogin()
      return
    }
    fill(this.element, error.waiting ? waitingPanel(error.waiting) : problem(error.message))
    if (error.code === 'waiting' || error.code === 'unreachable') {
      this.#again = setTimeout(() => void this.load(), pause)
    }
  }
}
