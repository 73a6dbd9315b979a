// The gateway's name, and the button that stores all settings; and what is shown after it.
import { element, setText } from '../parts/element.ts'
import { LinkError } from './link.ts'
import { field, mainButton, note, Says, type StepParts, stepForm, type View } from './step.ts'
import type { Texts } from './texts.ts'

export class NameView implements View {
  readonly title: string
  readonly element: HTMLElement
  readonly #parts: StepParts
  readonly #name: HTMLInputElement
  readonly #about = element('p', { class: 'soft' })
  readonly #button: HTMLButtonElement
  readonly #says = new Says()

  constructor(parts: StepParts) {
    const { texts, state, draft } = parts
    this.#parts = parts
    this.title = texts.nameTitle
    this.#name = element('input', {
      value: draft.gateway,
      maxlength: 64,
      disabled: state.fixed.includes('gateway'),
      autocapitalize: 'none',
      spellcheck: 'false',
      autocomplete: 'off',
      input: () => {
        this.#says.clear()
        this.#show()
      },
    })
    this.#button = mainButton(texts.finish)
    this.element = stepForm(
      parts,
      () => void this.#submit(),
      this.#button,
      this.#name.disabled && note(texts.fixed),
      state.unused.includes('gateway') && note(texts.unused),
      field(texts.name, this.#name),
      this.#about,
      this.#says.element,
    )
    this.#show()
  }

  #show(): void {
    setText(this.#about, this.#parts.texts.nameAbout(`fieldlog/${this.#name.value.trim() || '…'}/…`))
  }

  async #submit(): Promise<void> {
    const { texts, draft, link, done } = this.#parts
    const gateway = this.#name.value.trim()
    if (gateway === '') {
      this.#says.say('bad', texts.nameMissing)
      this.#name.focus()
      return
    }
    draft.gateway = gateway
    this.#button.disabled = true
    this.#says.say('', texts.saving)
    try {
      await link.change(draft)
      done()
    } catch (error) {
      if (!(error instanceof LinkError)) throw error
      if (error.code === 'unreachable') this.#says.say('bad', texts.unreachable)
      else this.#says.say('bad', texts.saveFailed, error.message)
    } finally {
      this.#button.disabled = false
    }
  }
}

export class DoneView implements View {
  readonly title: string
  readonly element: HTMLElement

  constructor(texts: Texts, change: () => void) {
    this.title = texts.doneTitle
    const way = (href: string, name: string, about: string) =>
      element('a', { href }, name, element('small', {}, about))
    this.element = element(
      'div',
      {},
      element('p', {}, texts.doneAbout),
      element(
        'nav',
        { class: 'ways' },
        way('../', texts.readings, texts.readingsAbout),
        way('../../', texts.editor, texts.editorAbout),
      ),
      element(
        'div',
        { class: 'buttons' },
        element('button', { type: 'button', click: change }, texts.change),
      ),
    )
  }
}
