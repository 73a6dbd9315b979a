/** Marks the form of a node's panel as one of Fieldlog's, for nodes/shared/panel.css: Node-RED gives all forms the same id. */
export function markOwnForm(): void {
  $('#dialog-form, #node-config-dialog-edit-form').last().addClass('fieldlog-form')
}
