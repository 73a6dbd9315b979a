// What may happen in a house with a collector and a gateway.
import assert from 'node:assert/strict'
import type { House } from './house.ts'

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

/** Packets of three nodes, one every so many ms. */
export function live(house: House, ms: number, every = 3_000): void {
  for (let left = ms; left > 0; left -= every) {
    packet(house)
    house.wait(every)
  }
}

/** No two are alike. */
export function packet(house: House): void {
  const count = house.air.length
  house.packet([12, 9, 3][count % 3]!, [count & 255, (count >> 8) & 255, count >> 16, count % 7])
}

/** The packet that saves a page is enough. */
export function untilAsking(house: House): void {
  const isAsking = () => house.gateway!.state.state === 'asking'
  for (let i = 0; !isAsking(); i++) {
    assert.ok(i < 1_000, 'it does not ask')
    packet(house)
    for (let ms = 0; ms < 3_000 && !isAsking(); ms += 100) house.wait(100)
  }
}

/** On until nothing is asked for any more. */
export function settle(house: House): void {
  if (!house.isOn) house.startGateway()
  for (let i = 0; i < 20 && (i < 4 || house.gateway!.state.state !== 'live'); i++)
    live(house, 5 * minute, 10_000)
}

/** On until it asks; where nothing is to be asked for, some minutes. */
function untilAnswered(house: House): void {
  for (let i = 0; i < 60 && house.gateway!.state.state !== 'asking'; i++) live(house, 10_000, 10_000)
}

export type Action =
  | { does: 'live'; count: number; every: number }
  | { does: 'twins' }
  | { does: 'away'; ms: number; every: number; resetAfter: number | undefined }
  | { does: 'reset' }
  | { does: 'corrupt'; back: number }
  | { does: 'cut'; after: number }
  | { does: 'die'; lines: number; ms: number }
  | { does: 'resetAsking'; after: number }

export function act(home: House, step: Action): void {
  if (!home.isOn) home.startGateway()
  switch (step.does) {
    case 'live':
      for (let i = 0; i < step.count; i++) {
        packet(home)
        home.wait(step.every)
      }
      return
    case 'twins':
      packet(home)
      home.wait(2_000)
      home.again()
      home.wait(2_000)
      return
    case 'away': {
      home.stopGateway()
      let wasReset = false
      for (let passed = 0; passed < step.ms; passed += step.every) {
        packet(home)
        home.wait(step.every / 2)
        if (passed % 7 === 0) home.again()
        home.wait(step.every / 2)
        if (step.resetAfter !== undefined && !wasReset && passed >= step.resetAfter) {
          home.resetCollector()
          wasReset = true
        }
      }
      home.startGateway()
      return
    }
    case 'reset':
      home.resetCollector()
      home.wait(1_000)
      return
    case 'corrupt': {
      const pages = home.model.onFlash()
      const page = pages.at(-1 - step.back)
      // the same damage twice would repair it
      if (page?.good) home.flash.corrupt(page.page, 30)
      return
    }
    case 'cut':
      untilAnswered(home)
      home.wait(step.after)
      home.input('x')
      return
    case 'die':
      untilAnswered(home)
      home.killAfter(step.lines)
      for (let i = 0; i < 40 && home.isOn; i++) live(home, 3_000, 3_000)
      if (home.isOn) home.stopGateway()
      home.wait(step.ms)
      return
    case 'resetAsking':
      untilAnswered(home)
      home.wait(step.after)
      home.resetCollector()
      home.wait(1_000)
      return
  }
}
