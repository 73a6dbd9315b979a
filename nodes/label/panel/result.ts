// The line under a rule: what it was tried on and what it found, or why it was never judged.
import { durationText } from '../../../lib/predicates/model/duration.ts'
import type { RuleTrial, Unjudged } from '../../../lib/predicates/rule-trial.ts'
import type { Words } from '../../shared/panel/inputs.ts'

export function showResult(
  place: JQuery,
  { types, tried, broken, unjudged, why }: RuleTrial,
  words: Words,
): void {
  place.toggleClass('fieldlog-rule-never', why !== undefined)
  if (why !== undefined) {
    place.text(words('never', { why: whyText(why, words) }))
    return
  }
  const of = types.length > 0 ? words('ofTypes', { types: types.join(', ') }) : ''
  place.empty().append(document.createTextNode(`${words('triedOn', { count: tried })} ${of}: `))
  $('<b>')
    .toggleClass('fieldlog-trial-bad', broken > 0)
    .text(words('brokeIt', { count: broken }))
    .appendTo(place)
  place.append(document.createTextNode(`, ${words('notJudged', { count: unjudged })}`))
}

function whyText(why: Unjudged, words: Words): string {
  switch (why.kind) {
    case 'unknownField': {
      const { field, types, now } = why
      if (now !== undefined) return words('why-renamed', { field, now })
      const key = types.length > 0 ? 'why-notInTypes' : 'why-unknownField'
      return words(key, { field, types: types.join(', ') })
    }
    case 'tooShort':
      return words('why-tooShort', {
        covered: durationText(Math.round(why.covered)),
        needed: durationText(why.needed),
      })
    case 'noValue':
      return words('why-noValue', { field: why.field })
    case 'fails':
      return words('why-fails', { text: why.text })
    default:
      return words(`why-${why.kind}`)
  }
}
