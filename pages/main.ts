// The pages: the frame around the views, which of them the address means, and what is told to all of them.
import { Api } from './link/api.ts'
import { type Change, type Connection, Gateway } from './link/gateway.ts'
import { browserStorage, Login } from './link/login.ts'
import { formatRoute, parseRoute, type Route } from './model/route.ts'
import { duration } from './model/words.ts'
import { element, fill, setText } from './parts/element.ts'
import { ChartView } from './views/chart.ts'
import { ClustersView } from './views/clusters.ts'
import { GatewayView } from './views/gateway.ts'
import { LoginView } from './views/login.ts'
import { ReadingsView } from './views/readings.ts'
import { RejectsView } from './views/rejects.ts'
import { SpansView } from './views/spans.ts'
import type { Page, View } from './views/view.ts'

class Pages implements Page {
  readonly gateway: Gateway
  readonly #main = document.querySelector('main')!
  readonly #heading = document.querySelector('h1')!
  readonly #links = [...document.querySelectorAll<HTMLAnchorElement>('header nav a')]
  readonly #connection = document.querySelector('#connection')!
  readonly #says = element('span')
  readonly #retry = element('button', { type: 'button', click: () => this.gateway.retry() }, 'Try now')
  readonly #name = document.querySelector('#gateway')!
  #view: View | undefined
  #shownAddress: string | undefined

  constructor() {
    const login = new Login(location.pathname, browserStorage())
    this.gateway = new Gateway(new Api(login), (change) => this.#update(change))
    fill(this.#connection, this.#says, this.#retry)
    addEventListener('hashchange', () => this.#show(location.hash))
    setInterval(() => this.#tick(), 1000)
    // the address behind # is that of the view, so the skip link must not be followed
    document.querySelector('.skip')!.addEventListener('click', (event) => {
      event.preventDefault()
      this.#main.focus()
    })
  }

  start(): void {
    this.#show(location.hash)
    this.gateway.start()
  }

  go(route: Route, replace = false): void {
    const address = formatRoute(route)
    if (replace) {
      history.replaceState(null, '', address)
      this.#shownAddress = location.hash
    } else location.hash = address
  }

  #show(hash: string): void {
    if (hash === this.#shownAddress && !(this.#view instanceof LoginView)) return
    const isFirst = this.#shownAddress === undefined
    const before = this.#view
    this.#shownAddress = hash
    const route = parseRoute(hash)
    this.#mount(this.gateway.connection.state === 'login' ? new LoginView(this) : this.#viewOf(route))
    this.#markLink(route)
    // a screen reader begins at the new view; within a chart the focus stays where it is
    if (!isFirst && before?.title !== this.#view?.title) {
      scrollTo(0, 0)
      this.#heading.focus()
    }
  }

  #mount(view: View): void {
    this.#view?.close?.()
    this.#view = view
    fill(this.#main, this.#heading, view.element)
    this.#showTitle()
  }

  #viewOf(route: Route): View {
    switch (route.view) {
      case 'readings':
        return new ReadingsView(this, route.find)
      case 'chart':
        return new ChartView(this, route)
      case 'rejects':
        return new RejectsView(this)
      case 'spans':
        return new SpansView(this, route)
      case 'clusters':
        return new ClustersView(this)
      case 'gateway':
        return new GatewayView(this)
    }
  }

  #markLink(route: Route): void {
    for (const link of this.#links) {
      const { view } = parseRoute(link.hash)
      if (view === route.view) link.setAttribute('aria-current', 'page')
      else link.removeAttribute('aria-current')
    }
  }

  #showTitle(): void {
    const name = this.gateway.status?.gateway.name
    const title = this.#view?.title ?? ''
    setText(this.#heading, title)
    // the first view has a headline of its own, which says how the gateway is
    this.#heading.classList.toggle('unseen', this.#view instanceof ReadingsView)
    setText(this.#name, name ?? '')
    document.title = [title, name, 'Fieldlog'].filter(Boolean).join(' · ')
  }

  #update(change: Change): void {
    if (change === 'connection') this.#showConnection()
    if (change === 'status') this.#showTitle()
    this.#view?.update?.(change)
  }

  #tick(): void {
    this.#view?.tick?.()
    if (this.gateway.connection.state === 'lost') this.#showConnection()
  }

  #showConnection(): void {
    const { connection } = this.gateway
    this.#connection.className = connection.state
    setText(this.#says, connectionText(connection))
    this.#retry.hidden = connection.state !== 'lost'
    this.#showLogin(connection.state === 'login')
  }

  /** The login takes the place of the view, which comes back after it. */
  #showLogin(isNeeded: boolean): void {
    if (isNeeded === this.#view instanceof LoginView) return
    if (isNeeded) this.#mount(new LoginView(this))
    else this.#show(location.hash)
  }
}

function connectionText(connection: Connection): string {
  switch (connection.state) {
    case 'connecting':
      return 'connecting …'
    case 'live':
      return 'live'
    case 'login':
      return 'not logged in'
    case 'lost': {
      const seconds = Math.ceil((connection.retryAt - Date.now()) / 1000)
      return `Connection lost: trying again ${seconds <= 0 ? 'now' : `in ${duration(seconds)}`} `
    }
  }
}

new Pages().start()
