// The part of a port's panel that sends a line to the running port, and shows what the device says.
import type { EditorNode } from '../../../types/node-red-editor.d.ts'

/** What the gateway answers: see send-endpoint.ts. */
interface Answer {
  lines?: string[]
  error?: string
}

/** For `oneditprepare`. */
export function prepareSending(node: EditorNode): void {
  const text = $('#fieldlog-port-send-text')
  const button = $('#fieldlog-port-send')
  const place = $('#fieldlog-port-send-lines')
  const words = (key: string) => node._(`fieldlog-port.${key}`)
  const say = (sentence: string) => place.empty().append($('<em>').text(sentence)).show()

  const send = async () => {
    button.prop('disabled', true)
    say(words('send-waits'))
    try {
      const { lines = [] } = await request(node.id, String(text.val()))
      if (lines.length === 0) say(words('send-silent'))
      else place.empty().append(...lines.map((line) => $('<div>').text(line)))
    } catch (failed) {
      say(problemOf(failed) ?? words('send-failed'))
    }
    button.prop('disabled', false)
  }

  button.on('click', () => void send())
  text.on('keydown', (event) => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    if (button.prop('disabled') !== true) void send()
  })
}

async function request(id: string, text: string): Promise<Answer> {
  const url = `fieldlog/ports/${encodeURIComponent(id)}/send`
  const settings = { method: 'POST', contentType: 'application/json', dataType: 'json' }
  return (await $.ajax({ ...settings, url, data: JSON.stringify({ text }) })) as Answer
}

/** What the gateway says is wrong; undefined where it did not answer, or in another way. */
function problemOf(failed: unknown): string | undefined {
  const { responseJSON } = failed as { responseJSON?: Answer }
  return responseJSON?.error
}
