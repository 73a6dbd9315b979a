/** The properties of a `fieldlog-serial-in` node. */
export interface SerialInOptions {
  /** shown under the node; default empty */
  name: string
  /** id of the `fieldlog-port` to read from; no default */
  port: string
}

export const serialInDefaults: SerialInOptions = { name: '', port: '' }
