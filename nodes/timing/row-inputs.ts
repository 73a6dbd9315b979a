// One category in the list: the words that begin and end its spans, and after how long they are given up.
import { type CategoryRow, completeRow } from '../../lib/timing/words.ts'
import type { Words } from '../shared/panel/inputs.ts'

export interface CategoryInputs {
  /** The row as it stands in the inputs. */
  read(): CategoryRow
  /** @param problem what is wrong with it */
  show(problem: string | undefined): void
  /** Puts the cursor into the category. */
  focus(): void
}

const columns = ['category', 'begins', 'ends', 'limit'] as const

/** Builds the inputs in the element of an editable list. */
export function categoryRow(place: JQuery, row: CategoryRow, words: Words): CategoryInputs {
  const line = $('<div class="fieldlog-timing-line">').appendTo(place)
  const inputs = columns.map((column): [string, JQuery] => {
    const input = $('<input type="text">').addClass(`fieldlog-timing-${column}`).appendTo(line)
    const [placeholder, title] = [words(`placeholder.${column}`), words(`hint.${column}`)]
    input.val(String(row[column])).attr({ placeholder, title, 'aria-label': words(column) })
    return [column, input]
  })
  const problemText = $('<div class="fieldlog-timing-problem">').appendTo(place)
  return {
    read: () =>
      completeRow(Object.fromEntries(inputs.map(([column, input]) => [column, String(input.val() ?? '')]))),
    show(problem) {
      problemText.text(problem ?? '')
      line.toggleClass('fieldlog-timing-wrong', problem !== undefined)
    },
    focus() {
      line[0]?.scrollIntoView({ block: 'nearest' })
      inputs[0]?.[1].trigger('focus')
    },
  }
}

/** What stands over the columns of the list. */
export function categoryHeader(words: Words): JQuery {
  const header = $('<div class="fieldlog-timing-header">')
  const line = $('<div class="fieldlog-timing-line">').appendTo(header)
  for (const column of columns) {
    $('<span>').addClass(`fieldlog-timing-${column}`).text(words(column)).appendTo(line)
  }
  return header
}
