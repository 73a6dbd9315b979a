declare module 'node-red-node-test-helper' {
  import type { Server } from 'node:http'
  import type { Node, NodeAPI, NodeMessage } from 'node-red'

  /** A node of the test's flow; its methods are sinon spies. */
  export interface TestNode extends Node {
    receive(message: unknown): void
    on(event: 'input', listener: (message: NodeMessage & Record<string, unknown>) => void): this
    on(event: string, listener: (...args: never[]) => void): this
  }

  interface Helper {
    init(runtimePath: string, userSettings?: Record<string, unknown>): void
    settings(userSettings: Record<string, unknown>): Record<string, unknown>
    startServer(done: (error?: Error) => void): void
    stopServer(done: (error?: Error) => void): void
    load(
      nodes: ((RED: NodeAPI) => void) | Array<(RED: NodeAPI) => void>,
      flow: object[],
      credentials?: Record<string, Record<string, string>>,
    ): Promise<void>
    unload(): Promise<void>
    getNode(id: string): TestNode
    setFlows(flow: object[], type?: 'full' | 'flows' | 'nodes'): Promise<void>
    url(): string
    request(): unknown
    log(): { args: Array<[{ level: number; type: string; msg: unknown }]> }
    _RED: NodeAPI
    _events: NodeJS.EventEmitter
    _server: Server
  }

  const helper: Helper
  export default helper
}
