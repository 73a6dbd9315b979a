// Formats from the library and from files, and the draft as a file.

import { exportFormats, importFormats } from '../../../lib/formats/check/exchange.ts'
import { formatLibrary } from '../../../lib/formats/library/library.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { problemLines, type Words } from '../../shared/panel/inputs.ts'
import type { Speaker } from '../../shared/panel/sentence-words.ts'

interface Offer {
  definition: FormatDefinition
  sample?: string
  framing?: string
}

export interface LibraryActions {
  /** Puts a definition into the inputs, and the sample line, where there is one, to try it on. */
  take(definition: FormatDefinition, sample?: string): void
  /** The draft as it stands. */
  draft(): FormatDefinition
}

/** Builds the select of the library, and the buttons for files, in `place`; messages come into `messages`. */
export function libraryBar(
  place: JQuery,
  messages: JQuery,
  speaker: Speaker,
  words: Words,
  actions: LibraryActions,
): void {
  const offers: Offer[] = []
  const select = $('<select class="fieldlog-library">')
    .attr({ 'aria-label': words('library'), title: words('hint.library') })
    .appendTo(place)
  $('<option value="">').text(words('library')).appendTo(select)
  for (const name of new Set(formatLibrary.map(({ group }) => group))) {
    addGroup(
      name,
      formatLibrary.filter(({ group }) => group === name),
    )
  }
  select.on('change', () => {
    const offer = offers[Number(select.val() || Number.NaN)]
    select.val('')
    if (offer === undefined) return
    messages.empty()
    actions.take(offer.definition, offer.sample)
    if (offer.framing !== undefined) {
      $('<div>')
        .text(words('framing', { framing: offer.framing }))
        .appendTo(messages)
    }
  })
  button('fa-download', 'import', chooseFile)
  button('fa-upload', 'export', () => save(actions.draft()))

  function addGroup(label: string, list: readonly Offer[]): void {
    const group = $('<optgroup>').attr('label', label).appendTo(select)
    for (const offer of list) {
      const { type, name } = offer.definition
      const option = $('<option>')
        .val(String(offers.length))
        .text(name ? `${type}: ${name}` : type)
      offers.push(offer)
      option.appendTo(group)
    }
  }

  function button(icon: string, word: string, act: () => void): void {
    $('<button type="button" class="red-ui-button red-ui-button-small">')
      .attr('title', words(`hint.${word}`))
      .append($('<i class="fa">').addClass(icon), document.createTextNode(` ${words(word)}`))
      .on('click', act)
      .appendTo(place)
  }

  function chooseFile(): void {
    const input = $('<input type="file" accept=".json,application/json">')
    input.on('change', () => {
      const file = (input.get(0) as HTMLInputElement).files?.[0]
      if (file === undefined) return
      file.text().then(
        (text) => takeFile(file.name, text),
        () => tell([words('unreadable', { file: file.name })]),
      )
    })
    input.trigger('click')
  }

  function takeFile(file: string, text: string): void {
    const { formats, problems } = importFormats(text)
    tell(problems.map((problem) => `${file}: ${problemLines(speaker, [problem])}`))
    const [first] = formats
    if (first === undefined) return
    addGroup(
      file,
      formats.map((definition) => ({ definition })),
    )
    actions.take(first)
    if (formats.length > 1) {
      $('<div>')
        .text(words('imported', { count: formats.length, file }))
        .appendTo(messages)
    }
  }

  function tell(lines: readonly string[]): void {
    messages.empty()
    for (const line of lines.slice(0, 10)) {
      $('<div class="fieldlog-problem">').text(line).appendTo(messages)
    }
  }
}

function save(definition: FormatDefinition): void {
  const url = URL.createObjectURL(new Blob([exportFormats([definition])], { type: 'application/json' }))
  const link = $('<a>').attr({ href: url, download: `${definition.type || 'format'}.format.json` })
  link.get(0)?.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
