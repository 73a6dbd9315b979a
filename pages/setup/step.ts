// What the steps of the set-up have in common.
import type { SettingsChange, SettingsState } from '../../lib/appliance/setup/site.ts'
import { type Child, element, setText } from '../parts/element.ts'
import type { Link } from './link.ts'
import type { Texts } from './texts.ts'

export interface View {
  readonly title: string
  readonly element: HTMLElement
  /** called when another view takes its place */
  close?(): void
}

/** What a step of the settings is given. */
export interface StepParts {
  texts: Texts
  link: Link
  state: SettingsState
  /** what has been chosen so far, to be changed */
  draft: SettingsChange
  /** the step is done */
  done(): void
  /** absent in the first step */
  back?: (() => void) | undefined
}

/** A line below a form that says how something is going. */
export class Says {
  readonly element = element('p', { class: 'says', role: 'status' })

  /** @param detail what the gateway said, which is in English */
  say(kind: 'good' | 'bad' | 'note' | '', text: string, detail = ''): void {
    this.element.className = `says ${kind}`
    this.element.setAttribute('aria-busy', String(kind === '' && text !== ''))
    setText(this.element, [text, detail].filter(Boolean).join(' '))
  }

  clear(): void {
    this.say('', '')
  }
}

/** A form whose buttons lead on and back. */
export function stepForm(
  { texts, back }: Pick<StepParts, 'texts' | 'back'>,
  submit: () => void,
  next: HTMLButtonElement,
  ...children: Child[]
): HTMLFormElement {
  return element(
    'form',
    {
      novalidate: true,
      submit: (event) => {
        event.preventDefault()
        submit()
      },
    },
    ...children,
    element(
      'div',
      { class: 'buttons' },
      // the first one is what Enter presses
      next,
      back && element('button', { type: 'button', click: back }, texts.back),
    ),
  )
}

export function mainButton(text: string): HTMLButtonElement {
  return element('button', { class: 'main' }, text)
}

export function field(label: string, input: HTMLElement, note?: string): HTMLElement {
  return element(
    'label',
    { class: 'field' },
    label,
    input,
    note !== undefined && element('small', { class: 'soft' }, note),
  )
}

/** A radio button with what it means. */
export function choice(input: HTMLInputElement, text: Child, about?: Child): HTMLElement {
  return element(
    'label',
    { class: 'choice' },
    input,
    element('span', {}, text, about && element('small', {}, about)),
  )
}

export function note(text: string): HTMLElement {
  return element('p', { class: 'says note' }, text)
}
