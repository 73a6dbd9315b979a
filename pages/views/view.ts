// What a view is to the page around it.
import type { Change, Gateway } from '../link/gateway.ts'
import type { Route } from '../model/route.ts'

export interface View {
  /** for the title of the window and the main heading */
  readonly title: string
  readonly element: HTMLElement
  /** Something that is known of the gateway has changed. */
  update?(change: Change): void
  /** A second has passed: ages count up. */
  tick?(): void
  /** The view is left; its timers and requests end. */
  close?(): void
}

/** What the page gives to its views. */
export interface Page {
  readonly gateway: Gateway
  /** Goes to another address. @param replace without a step in the browser's history */
  go(route: Route, replace?: boolean): void
}
