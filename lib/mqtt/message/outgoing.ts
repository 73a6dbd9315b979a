// A message as the connection publishes it.

export type QoS = 0 | 1 | 2
export type Payload = string | Buffer

/** A message as it goes out. Everything from `expiry` on is for MQTT 5 alone. */
export interface Outgoing {
  topic: string
  payload: Payload
  retain: boolean
  qos: QoS
  /** seconds */
  expiry?: number | undefined
  contentType?: string | undefined
  userProperties?: Record<string, string> | undefined
}
