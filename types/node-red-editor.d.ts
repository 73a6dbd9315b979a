// The part of Node-RED's editor that the panels use: the global `RED` and its jQuery widgets.
import type {} from '@node-red/editor-client' // editableList and typedInput of jQuery

/** A node as the editor holds it: its options beside the editor's own properties. */
export interface EditorNode {
  id: string
  type: string
  name?: string
  /** the tab it is on; none for a config node that all tabs use */
  z?: string
  /** disabled */
  d?: boolean
  /** what the editor's last check found; false: a red triangle */
  valid?: boolean
  /** to be drawn anew */
  dirty?: boolean
  /** what its type is registered with */
  _def: { category: string }
  /** Translates a key of the node's locale file. */
  _(key: string, values?: Record<string, unknown>): string
  [property: string]: unknown
}

export interface EditorProperty<Value> {
  value: Value
  required?: boolean
  /** the config node's type, for a property that holds its id */
  type?: string
  /** true, or what is wrong: the editor shows a text only of a function that declares both parameters */
  validate?(this: EditorNode, value: Value, options?: { label?: string }): boolean | string
}

export interface EditorNodeDefinition<Options> {
  category: string
  color: string
  defaults: { [Key in keyof Options]: EditorProperty<Options[Key]> } & {
    /** the form of these properties, as `migrate` counts it; no panel shows it */
    version: EditorProperty<number>
  }
  credentials?: Record<string, { type: 'text' | 'password' }>
  inputs?: 0 | 1
  outputs?: number
  inputLabels?: string | ((this: EditorNode) => string)
  outputLabels?: string | string[] | ((this: EditorNode, index: number) => string)
  icon?: string
  /** false: a config node that is useful by itself, not only where another node refers to it */
  hasUsers?: boolean
  align?: 'left' | 'right'
  paletteLabel?: string
  label?: string | ((this: EditorNode) => string)
  labelStyle?: string | ((this: EditorNode) => string)
  /** the node was dragged in, and has its defaults */
  onadd?(this: EditorNode & Options): void
  oneditprepare?(this: EditorNode & Options): void
  oneditsave?(this: EditorNode & Options): void
  oneditcancel?(this: EditorNode & Options): void
  oneditdelete?(this: EditorNode & Options): void
  oneditresize?(this: EditorNode & Options, size: { width: number; height: number }): void
}

export interface Editor {
  nodes: {
    registerType<Options>(type: string, definition: EditorNodeDefinition<Options>): void
    node(id: string): EditorNode | null
    /** a tab; null for other ids */
    workspace(id: string): { disabled?: boolean } | null
    eachNode(callback: (node: EditorNode) => void): void
    eachConfig(callback: (node: EditorNode) => void): void
  }
  editor: {
    /** Puts a select of the config nodes of a type, with buttons to edit and to add, in place of `#<prefix>-<property>`. */
    prepareConfigNodeSelect(node: object, property: string, type: string, prefix: string): void
    /** Checks a node, and notes the result in its `valid`. */
    validateNode(node: EditorNode): void
    /** Opens the dialog of a config node; the id `_ADD_` makes a new one. `name`: the property of the node under the dialog, '' for none. */
    editConfig(name: string, type: string, id: string, prefix?: string): void
  }
  events: {
    /** `deploy`: the gateway has taken the flows. `editor:open`, `editor:close`: a node's panel does, above others perhaps. */
    on(event: 'flows:change' | 'deploy' | 'editor:open' | 'editor:close', listener: () => void): void
    off(event: 'editor:open' | 'editor:close', listener: () => void): void
    on(event: 'nodes:add' | 'nodes:remove' | 'nodes:change', listener: (node: EditorNode) => void): void
    on(
      event: 'nodes:add' | 'nodes:remove' | 'nodes:change' | 'flows:change',
      listener: (changed: { type?: string }) => void,
    ): void
    off(event: 'nodes:add' | 'nodes:remove' | 'nodes:change', listener: (node: EditorNode) => void): void
  }
  view: {
    /** Draws what is dirty. */
    redraw(): void
  }
  tray: {
    /** Lays out what is in the tray again. */
    resize(): void
  }
  /** Shows something above the workspace: what is in `content` may change while it is there. */
  notify(content: JQuery, options: NotifyOptions): { close(): void }
  /** Translates a key, `<namespace>:<key>`. */
  _(key: string, values?: Record<string, unknown>): string
}

export interface NotifyOptions {
  type?: 'compact' | 'success' | 'warning' | 'error'
  /** it stays until it is closed */
  fixed?: boolean
  /** ms */
  timeout?: number
  buttons?: Array<{ text: string; class?: string; click(): void }>
}

/** One line of an input's completions. */
export interface Completion {
  value: string
  label?: string | JQuery
}

declare global {
  const RED: Editor

  interface JQuery {
    /** Node-RED's completions under a text input. */
    autoComplete(options: {
      search(text: string): Completion[]
      minLength?: number
      completionPluginType?: string
    }): this
    autoComplete(action: 'destroy'): void
  }
}
