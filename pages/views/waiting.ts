// What is shown while there is nothing to read yet, and while the store is made again. Both go away by themselves.
import type { StoreState, Waiting } from '../model/wire.ts'
import { counted, duration } from '../model/words.ts'
import { emptyState, paragraph, progressBar, steps } from '../parts/blocks.ts'
import { element } from '../parts/element.ts'

export function waitingPanel({ waiting, done, left }: Waiting): HTMLElement {
  if (waiting === 'none') return noStore()
  const isRebuild = waiting === 'rebuild'
  return element(
    'div',
    { class: 'empty wait' },
    element(
      'h2',
      {},
      isRebuild ? 'Please wait: the history is being made' : 'Please wait: the gateway starts',
    ),
    progressBar(isRebuild ? 'Making the history' : 'Starting', done),
    element('p', { class: 'progress' }, progressText(done, left)),
    paragraph(
      isRebuild
        ? 'It is read from the journal, where every reading is. New readings go on being logged and published meanwhile.'
        : 'It reads what came in before it stopped.',
      ' The page appears by itself.',
    ),
  )
}

function noStore(): HTMLElement {
  return emptyState(
    'There is no history yet',
    paragraph(
      'The flow has no store node. Logging and publishing work without one; values and charts need it.',
    ),
    steps(
      'Open the editor.',
      'Drag a store node from the palette and wire the outputs of the label node to it.',
      'Press Deploy. It is filled from the journal, and this page appears by itself.',
    ),
    paragraph(element('a', { href: '../' }, 'Open the editor')),
  )
}

export function progressText(done: number | null, left: number | null): string {
  const parts = [
    done === null ? undefined : `${Math.floor(done * 100)} % done`,
    left === null ? undefined : `about ${duration(left)} left`,
  ].filter((part) => part !== undefined)
  return parts.join(', ') || 'It has just begun.'
}

/** A strip over readings that are from the store of before, or from one whose verdicts are old. */
export function rebuildStrip(store: StoreState): HTMLElement | undefined {
  if (store.state === 'rebuilding') {
    const done = store.last > 0 ? store.upTo / store.last : null
    return element(
      'div',
      { class: 'strip' },
      element('b', {}, 'The history is being made again'),
      progressBar('Making the history again', done),
      element('span', {}, progressText(done, store.left)),
    )
  }
  if (store.oldVerdicts > 0) {
    return element(
      'div',
      { class: 'strip' },
      element('b', {}, 'The rules have changed'),
      element(
        'span',
        {},
        `${counted(store.oldVerdicts, 'reading')} of the history ${store.oldVerdicts === 1 ? 'has' : 'have'} verdicts by the rules of before.`,
      ),
      element('a', { href: '#/gateway' }, 'Make it again'),
    )
  }
  return undefined
}
