// The inputs of the format's panel, each with its label, hint and place in the definition, where problems show.
import type { Problem } from '../../../lib/formats/check/problems.ts'
import { type Speaker, said } from './sentence-words.ts'

/** Translates a key of the panel's locale. */
export type Words = (key: string, values?: Record<string, unknown>) => string

/** Inputs by the name of the property that they hold. */
export type Inputs<Name extends string> = Record<Name, JQuery>

export interface InputOptions {
  /** a key of the locale, for the label and, under `hint.`, the tooltip */
  words: Words
  /** values of a select, shown in these words */
  choices?: ReadonlyArray<readonly [value: string, text: string]>
  placeholder?: string
  /** a checkbox */
  isFlag?: boolean
}

/** A label over an input, in an element whose class is `fieldlog-input-<name>`. */
export function labelled(parent: JQuery, name: string, options: InputOptions): JQuery {
  const { words, choices, isFlag } = options
  const label = $('<label class="fieldlog-input">').addClass(`fieldlog-input-${name}`).appendTo(parent)
  if (isFlag !== true) $('<span>').text(words(name)).appendTo(label)
  const input = bare(label, name, { words, choices, isFlag, placeholder: options.placeholder })
  if (isFlag === true) label.addClass('fieldlog-input-flag').append(document.createTextNode(words(name)))
  return input
}

/** An input without a label of its own. */
export function bare(parent: JQuery, name: string, options: InputOptions): JQuery {
  const { words, choices, isFlag, placeholder } = options
  const input = choices === undefined ? $('<input>') : $('<select>')
  if (choices === undefined) input.attr('type', isFlag === true ? 'checkbox' : 'text')
  for (const [value, text] of choices ?? []) $('<option>').val(value).text(text).appendTo(input)
  input.attr({ 'data-problem': name, title: words(`hint.${name}`), 'aria-label': words(name) })
  if (placeholder !== undefined) input.attr('placeholder', placeholder)
  return input.appendTo(parent)
}

/** What stands in an input: a text, or whether a checkbox is set. */
export function currentValue(input: JQuery): string | boolean {
  return input.attr('type') === 'checkbox' ? input.prop('checked') === true : String(input.val() ?? '')
}

export function setValue(input: JQuery, value: string | boolean): void {
  if (typeof value === 'boolean') input.prop('checked', value)
  else input.val(value)
}

/**
 * Marks the inputs that have a problem and says it below each. A problem belongs to the innermost element whose
 * `data-path` its path begins with; there, to the input whose `data-problem` is the rest.
 */
export function showProblems(speaker: Speaker, form: JQuery, problems: readonly Problem[]): void {
  form.find('.fieldlog-problem').remove()
  form.find('.input-error').removeClass('input-error')
  for (const problem of problems) {
    const { path } = problem
    const text = said(speaker, problem)
    const section = sectionOf(form, path)
    const rest = path.slice((section.attr('data-path') ?? '').length).replace(/^\./, '')
    // a section may stand in two places
    const place = section.attr('data-path') ?? ''
    const sections = form.find('[data-path]').filter((_, each) => $(each).attr('data-path') === place)
    const inputs = sections
      .add(section)
      .find('[data-problem]')
      .filter((_, each) => $(each).attr('data-problem') === rest)
    const input = inputs.first().addClass('input-error')
    const name = input.attr('aria-label') ?? rest
    $('<div class="fieldlog-problem">')
      .text(name === '' ? text : `${name}: ${text}`)
      .appendTo(input.length > 0 ? input.closest('.fieldlog-field, .form-row') : section)
  }
}

/** The problems in the editor's language, a line each with its place. */
export function problemLines(speaker: Speaker, problems: readonly Problem[]): string {
  return problems
    .map((problem) => (problem.path === '' ? '' : `${problem.path}: `) + said(speaker, problem))
    .join('\n')
}

/** The element with the longest path that this one begins with; the form where there is none. */
function sectionOf(form: JQuery, path: string): JQuery {
  let best = form
  let length = -1
  for (const element of form.find('[data-path]').toArray()) {
    const own = String($(element).attr('data-path'))
    if (own.length > length && (path === own || path.startsWith(`${own}.`))) {
      best = $(element)
      length = own.length
    }
  }
  return best
}
