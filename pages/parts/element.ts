// Makes elements. Texts become text nodes and nothing else, so nothing that a device or a user wrote is ever read as HTML.

export type Child = Node | string | null | undefined | false

type Attributes = Record<string, string | number | boolean | undefined | ((event: Event) => void)>

/** An element with attributes; one that is a function listens to the event of its name, one that is false or undefined is left out. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  setAttributes(made, attributes)
  fill(made, ...children)
  return made
}

/** The same for a part of a drawing. */
export function drawn<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[Tag] {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag)
  setAttributes(made, attributes)
  fill(made, ...children)
  return made
}

function setAttributes(made: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value)
    else if (value !== undefined && value !== false)
      made.setAttribute(name, value === true ? '' : String(value))
  }
}

/** Puts these in the place of all that is in it. */
export function fill(parent: Element, ...children: Child[]): void {
  parent.replaceChildren(
    ...children.filter((child) => child !== null && child !== undefined && child !== false),
  )
}

/**
 * The same for content that is made again and again: what is there already stays, and only texts and attributes that differ change,
 * so that focus, selection and pointer survive. For elements without listeners.
 */
export function renew(parent: Element, ...children: Child[]): void {
  const wanted = children
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (typeof child === 'string' ? document.createTextNode(child) : child))
  for (const [index, node] of wanted.entries()) {
    const there = parent.childNodes[index]
    if (there === undefined) parent.append(node)
    else if (!become(there, node)) there.replaceWith(node)
  }
  while (parent.childNodes.length > wanted.length) parent.lastChild?.remove()
}

/** @returns false where it is another kind of node */
function become(there: Node, wanted: Node): boolean {
  if (there instanceof Text && wanted instanceof Text) {
    setText(there, wanted.data)
    return true
  }
  if (!(there instanceof Element && wanted instanceof Element) || there.tagName !== wanted.tagName)
    return false
  for (const name of there.getAttributeNames()) if (!wanted.hasAttribute(name)) there.removeAttribute(name)
  for (const { name, value } of wanted.attributes) {
    if (there.getAttribute(name) !== value) there.setAttribute(name, value)
  }
  renew(there, ...wanted.childNodes)
  return true
}

/** Changes a text only where it is another one, so that the browser does nothing for the rest. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text
}

/** Puts elements into an order and takes others out, without moving those that stand right: what has the focus keeps it. */
export function arrange(parent: Element, wanted: readonly Element[]): void {
  const keep = new Set(wanted)
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove()
  for (const [index, child] of wanted.entries()) {
    const there = parent.children[index]
    if (there !== child) parent.insertBefore(child, there ?? null)
  }
}
