// Binds the inputs of a panel to the options of its node. The panel's HTML says where an input stands and what its
// label is; all else comes from the options: what a select offers, placeholder, unit, and what is wrong, below the
// input while it is typed.
//
// An input is `#node-input-<name>`, in the panel of a config node `#node-config-input-<name>`. Words come from the
// locale file of the node, where it has them: `<name>-<value>` for a choice, `<name>-placeholder`, `<name>-unit`,
// `<name>-unit-more` for what stands behind the unit.
import { migrate } from '../../../lib/migrate/migrate.ts'
import {
  type ChoiceField,
  type Field,
  type Fields,
  isChoice,
  isConfigNode,
  isFlag,
  isNumber,
} from '../../../lib/options/fields.ts'
import type { EditorNode } from '../../../types/node-red-editor.d.ts'
import { problemText, rangeIn, wordsFor } from './option-words.ts'
import { markOwnForm } from './own-form.ts'
import { showVariable } from './variable-value.ts'

/** For `oneditprepare`: binds each input of a node's panel to its field, and shows the node's values in today's form. */
export function bindInputs(node: EditorNode, options: Fields): void {
  markOwnForm()
  const values = migrate(node.type, node)
  for (const [name, field] of Object.entries(options)) {
    if (!isConfigNode(field)) bind({ node, name, field, input: inputOf(node, name), saved: values[name] })
  }
}

/** The input of one option, for what a panel adds to it. */
export function inputOf(node: EditorNode, name: string): JQuery {
  return $(`#node-${node._def.category === 'config' ? 'config-' : ''}input-${name}`)
}

interface Bound {
  node: EditorNode
  name: string
  field: Field
  input: JQuery
  /** the option's value */
  saved: unknown
}

function bind(bound: Bound): void {
  const { node, name, field, input, saved } = bound
  // What is not there is its default, for the running node too.
  const value = saved ?? field.default ?? ''
  if (isFlag(field)) {
    input.prop('checked', value === true || value === 'true')
    return
  }
  if (isChoice(field)) offerChoices(bound, field, String(value))
  else showPlaceholder(bound)
  input.val(String(value))
  if (isNumber(field)) {
    input.attr({ title: rangeIn(node, name, field), inputmode: 'decimal' }).addClass('fieldlog-number')
    const unit = wordsFor(node, `${name}-unit`) ?? field.unit
    // `(0: never)`: of the input, and no part of the unit in a sentence
    const more = wordsFor(node, `${name}-unit-more`) ?? ''
    if (unit !== undefined)
      $('<span class="fieldlog-unit">')
        .text(unit + more)
        .insertAfter(input)
  }
  showProblem(bound)
  showVariable(field, input)
}

/** What an empty input stands for; without a default the panel's own placeholder stays. */
function showPlaceholder({ node, name, field, input }: Bound): void {
  const placeholder = wordsFor(node, `${name}-placeholder`) ?? String(field.default ?? '')
  if (placeholder !== '') input.attr('placeholder', placeholder)
}

function offerChoices({ node, name, input }: Bound, field: ChoiceField, value: string): void {
  const offered = field.enum.map(String)
  // A value that is none of them, such as the name of a variable, stays until the user chooses another.
  for (const each of offered.includes(value) ? offered : [...offered, value]) {
    $('<option>')
      .val(each)
      .text(wordsFor(node, `${name}-${each}`) ?? each)
      .appendTo(input)
  }
}

/** Says below the row of an input what is wrong with it. */
function showProblem({ node, name, field, input }: Bound): void {
  const place = $('<div class="fieldlog-option-problem">')
    .attr('id', `${input.attr('id')}-problem`)
    .appendTo(input.closest('.form-row'))
  const show = () => void place.text(problemText(node, name, field, input.val()) ?? '')
  input.on('input change', show)
  show()
}
