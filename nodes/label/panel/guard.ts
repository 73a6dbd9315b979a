// "Only when …": an expression or a condition, in front of a predicate.
import type { PredicateRow } from '../../../lib/predicates/model/row.ts'
import { type TestContext, type TestInputs, testInputs } from './test.ts'

export interface GuardInput {
  /** undefined: the rule is for all events */
  read(): PredicateRow['onlyWhen']
  mark(isWrong: boolean): void
}

export function guardInput(place: JQuery, when: PredicateRow['onlyWhen'], context: TestContext): GuardInput {
  const { words, changed } = context
  $('<span>').text(words('onlyWhen')).appendTo(place)
  const kind = $('<select class="fieldlog-rule-guard">').attr('aria-label', words('onlyWhen')).appendTo(place)
  for (const each of ['always', 'condition', 'expression'])
    $('<option>')
      .val(each)
      .text(words(`when-${each}`))
      .appendTo(kind)
  const inputs = $('<div class="fieldlog-rule-guard-inputs">').appendTo(place)
  const text = $('<input type="text" class="fieldlog-rule-expression" spellcheck="false">').appendTo(inputs)
  text.attr({ placeholder: words('whenExample'), title: words('hint.expression') })
  const rule = $('<div>').appendTo(inputs)
  let test: TestInputs | undefined

  kind.val(
    when === undefined || when === '' ? 'always' : typeof when === 'string' ? 'expression' : 'condition',
  )
  if (typeof when === 'string') text.val(when)
  show()
  kind.on('change', () => {
    show()
    changed()
  })
  return {
    read() {
      if (kind.val() === 'expression') return String(text.val())
      return kind.val() === 'condition' ? test?.read() : undefined
    },
    mark: (isWrong) => void text.toggleClass('input-error', isWrong),
  }

  function show(): void {
    text.toggle(kind.val() === 'expression')
    rule.toggle(kind.val() === 'condition')
    if (kind.val() === 'condition')
      test ??= testInputs(rule, typeof when === 'object' ? when : {}, context, 1)
  }
}
