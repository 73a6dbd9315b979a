// A page that listens, as far as a stream sees it.
import { EventEmitter } from 'node:events'
import type { StreamTarget } from '../../../lib/pages/event-stream.ts'

export interface Told {
  event: string
  data: unknown
}

export class Page extends EventEmitter implements StreamTarget {
  /** it does not take what it is sent */
  isStuck = false
  isGone = false
  readonly writes: string[] = []

  get writableNeedDrain(): boolean {
    return this.isStuck
  }

  write(text: string): void {
    this.writes.push(text)
  }

  destroy(): void {
    this.isGone = true
    this.emit('close')
  }

  /** What it was told since the last time, in order. */
  heard(): Told[] {
    const blocks = this.writes.splice(0).join('').split('\n\n')
    return blocks.flatMap((block) => {
      const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? []
      return event === undefined || data === undefined ? [] : { event, data: JSON.parse(data) as unknown }
    })
  }
}
