// The part of a port's panel that says what the device keeps, and how it is asked for it.
import type { EditorNode } from '../../../types/node-red-editor.d.ts'

/** For `oneditprepare`: shows what the chosen kind of device needs, and a sentence about it. */
export function prepareCatchUp(node: EditorNode): void {
  const kind = $('#node-config-input-collector')
  const show = () => {
    const chosen = String(kind.val())
    $('.fieldlog-port-other').toggle(chosen === 'other')
    $('.fieldlog-port-asked').toggle(chosen !== 'none')
    $('#fieldlog-port-collector-note').text(node._(`fieldlog-port.collector-${chosen}-note`))
  }
  kind.on('change', show)
  show()
}
