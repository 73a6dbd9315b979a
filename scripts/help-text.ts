// Help texts in Markdown, as Node-RED's editor reads them. Its pattern for the list of properties (`: name (type) : what it is`)
// takes one line each, and no further colon: the rest of such a line is garbled. So a description that goes on in the next
// line is joined, and its colons are written as entities. The files stay readable.

/** The HTML of a node with descriptions that the editor reads whole. Throws where one has no type. */
export function withWholeDescriptions(html: string): string {
  return html.replaceAll(
    /(<script type="text\/markdown"[^>]*>)(.*?)(<\/script>)/gs,
    (_, start: string, text: string, end: string) => start + wholeLines(text).join('\n') + end,
  )
}

function wholeLines(text: string): string[] {
  const lines: string[] = []
  let isDescription = false
  for (const line of text.split('\n')) {
    const isNew = line.startsWith(':')
    if (isDescription && !isNew && line.trim() !== '') {
      lines.push(`${lines.pop()} ${line.trim()}`)
      continue
    }
    isDescription = isNew
    lines.push(line)
  }
  return lines.map((line) => (line.startsWith(':') ? withEntities(line) : line))
}

/** A line of a list of properties with no colon but those of the pattern. */
function withEntities(line: string): string {
  const [, start, description] = /^(:[^:(]+\([^:)]+\)\s*:)(.*)$/.exec(line) ?? []
  if (start === undefined || description === undefined) {
    throw new Error(
      `the editor does not read this line of a help text; write ": name (type) : text": ${line}`,
    )
  }
  return start + description.replaceAll(/`[^`]*`|:/g, (part) => (part === ':' ? entity(part) : code(part)))
}

/** Entities are not read in a code span of Markdown, but in an element of HTML. */
function code(span: string): string {
  if (!span.includes(':')) return span
  return `<code>${span.slice(1, -1).replaceAll(/[^\w\s]|_/g, entity)}</code>`
}

function entity(character: string): string {
  return `&#${character.codePointAt(0)};`
}
