// The contrast of what can be read on a page with what it stands on, as WCAG 2 calculates it.
import type { Locator } from 'playwright-core'

export interface Faint {
  text: string
  /** 1 to 21 */
  contrast: number
  colour: string
  ground: string
}

/** The texts inside of an element, values and placeholders among them, whose contrast is below a limit. */
export function faintTexts(place: Locator, least: number): Promise<Faint[]> {
  return place.evaluate((root, least) => {
    type Colour = readonly [red: number, green: number, blue: number, alpha: number]
    const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!
    const known = new Map<string, Colour>()

    /** Whatever notation it is in. */
    const colourOf = (css: string): Colour => {
      const found = known.get(css)
      if (found) return found
      context.clearRect(0, 0, 1, 1)
      context.fillStyle = css
      context.fillRect(0, 0, 1, 1)
      const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data
      const colour: Colour = [red, green, blue, alpha / 255]
      known.set(css, colour)
      return colour
    }
    const over = (upper: Colour, lower: Colour): Colour => {
      const mixed = (at: 0 | 1 | 2) => upper[at] * upper[3] + lower[at] * (1 - upper[3])
      return [mixed(0), mixed(1), mixed(2), 1]
    }
    const groundOf = (element: Element | null): Colour => {
      if (!element) return [255, 255, 255, 1]
      const own = colourOf(getComputedStyle(element).backgroundColor)
      return own[3] === 1 ? own : over(own, groundOf(element.parentElement))
    }
    const opacityOf = (element: Element | null): number =>
      element ? Number(getComputedStyle(element).opacity) * opacityOf(element.parentElement) : 1
    const luminance = ([red, green, blue]: Colour) => {
      const [r = 0, g = 0, b = 0] = [red, green, blue].map((value) => {
        const part = value / 255
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    const isSeen = (element: Element) => {
      const { width, height } = element.getBoundingClientRect()
      return width > 1 && height > 1 && getComputedStyle(element).visibility === 'visible'
    }

    const found: Faint[] = []
    const look = (element: Element, text: string, css: string) => {
      const ground = groundOf(element)
      const colour = colourOf(css)
      const alpha = colour[3] * opacityOf(element)
      const [upper, lower] = [
        luminance(over([colour[0], colour[1], colour[2], alpha], ground)),
        luminance(ground),
      ]
      const contrast = (Math.max(upper, lower) + 0.05) / (Math.min(upper, lower) + 0.05)
      if (contrast < least) {
        found.push({
          text,
          contrast: Math.round(contrast * 100) / 100,
          colour: css,
          ground: `rgb(${ground.slice(0, 3)})`,
        })
      }
    }
    for (const element of [
      root as unknown as Element,
      ...(root as unknown as Element).querySelectorAll('*'),
    ]) {
      // what cannot be used, or is no text, is free to be faint
      if (!isSeen(element) || element.closest(':disabled, option, style, script, [type=checkbox]')) continue
      const style = getComputedStyle(element)
      if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) {
        if (element.value !== '') look(element, element.value, style.color)
        else if (element.placeholder !== '') {
          look(element, element.placeholder, getComputedStyle(element, '::placeholder').color)
        }
        continue
      }
      const texts =
        element instanceof HTMLSelectElement ? [element.selectedOptions[0]?.text ?? ''] : textsIn(element)
      const css = element instanceof SVGElement ? style.fill : style.color
      for (const text of texts) look(element, text, css)
    }
    return found

    function textsIn(element: Element): string[] {
      return [...element.childNodes]
        .filter(({ nodeType }) => nodeType === Node.TEXT_NODE)
        .map(({ nodeValue }) => nodeValue?.trim() ?? '')
        .filter((text) => text !== '')
    }
  }, least)
}
