// What was rejected: when, by which format, why, and the line as it came.
import type { Change } from '../link/gateway.ts'
import type { Reject } from '../model/wire.ts'
import { emptyState, paragraph } from '../parts/blocks.ts'
import { type Child, element } from '../parts/element.ts'
import { Loaded } from './loaded.ts'
import { rejectTable } from './reject-table.ts'
import type { Page, View } from './view.ts'

const pageSize = 100

export class RejectsView implements View {
  readonly title = 'Rejected'
  readonly element: HTMLElement
  readonly #page: Page
  readonly #loaded: Loaded<Reject[]>
  #before: number | undefined

  constructor(page: Page) {
    this.#page = page
    this.#loaded = new Loaded(
      page.gateway,
      () => page.gateway.api.rejects(pageSize, this.#before),
      (rejects) => this.#show(rejects),
    )
    this.element = this.#loaded.element
  }

  update(change: Change): void {
    if (change === 'rejects' && this.#before === undefined) void this.#loaded.load()
  }

  close(): void {
    this.#loaded.close()
  }

  #show(rejects: readonly Reject[]): Child[] {
    if (rejects.length === 0 && this.#before === undefined) {
      return [
        emptyState(
          'Nothing was rejected',
          paragraph(
            'Every line that a format took could be read. Lines that no format takes are not here: the clean node shows them.',
          ),
        ),
      ]
    }
    const { gateway } = this.#page
    return [
      paragraph(
        'A format took these lines and could not read them. They are in the log as they came; once the format is mended they can be read again.',
      ),
      rejectTable(rejects, gateway.now(), gateway.status?.nodes),
      element(
        'p',
        { class: 'tools' },
        this.#before === undefined ? undefined : this.#button('Newest', undefined),
        rejects.length === pageSize ? this.#button('Older', rejects.at(-1)!.seq) : undefined,
      ),
    ]
  }

  #button(text: string, before: number | undefined): HTMLElement {
    const load = () => {
      this.#before = before
      void this.#loaded.load().then(() => scrollTo(0, 0))
    }
    return element('button', { type: 'button', click: load }, text)
  }
}
