/**
 * xterm.js draws with `<style>` elements and `style` attributes, which the window's policy refuses, rightly: it is
 * what an injected text would use. The same rules by script are allowed, since a script of ours has to make them. So
 * xterm.js is given a document whose `<style>` is a constructed style sheet, and whose `style` attribute is set
 * through the element's own style. Nothing of the policy is relaxed.
 */
export interface StrictDocument {
  /** For the option `documentOverride`. */
  readonly document: Document;
  /**
   * Runs `make` with `document.createElement` replaced in the same way: what is made while a terminal is opened asks the
   * window's own document. Synchronous, so nobody else makes an element meanwhile.
   */
  during(make: () => void): void;
  /** Takes back every style sheet that is left. */
  dispose(): void;
}

export function createStrictDocument(document: Document): StrictDocument {
  const sheets = new Set<CSSStyleSheet>();
  const original = (name: string): HTMLElement =>
    document.createElementNS('http://www.w3.org/1999/xhtml', name);

  function remove(sheet: CSSStyleSheet): void {
    if (!sheets.delete(sheet)) return;
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet);
  }

  /** Looks like a `<style>` to whoever sets its text or removes it; in the page it is an empty template. */
  function createStyle(): HTMLElement {
    const sheet = new CSSStyleSheet();
    sheets.add(sheet);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    const element = original('template');
    Object.defineProperty(element, 'textContent', { set: (text: string) => sheet.replaceSync(text) });
    element.remove = () => {
      Element.prototype.remove.call(element);
      remove(sheet);
    };
    return element;
  }

  function createElement(name: string): HTMLElement {
    if (name === 'style') return createStyle();
    const element = original(name);
    if (name === 'span') element.setAttribute = setAttribute;
    return element;
  }

  const proxy = new Proxy(document, {
    get(target, name) {
      if (name === 'createElement') return createElement;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });

  return {
    document: proxy,
    during(make) {
      Object.defineProperty(document, 'createElement', { value: createElement, configurable: true });
      try {
        make();
      } finally {
        Reflect.deleteProperty(document, 'createElement');
      }
    },
    dispose: () => [...sheets].forEach(remove),
  };
}

/** One for all elements: a row is made of many, many times a second. Property by property: `cssText` is refused as well. */
function setAttribute(this: HTMLElement, name: string, value: string): void {
  if (name !== 'style') return Element.prototype.setAttribute.call(this, name, value);
  for (const declaration of value.split(';')) {
    const colon = declaration.indexOf(':');
    if (colon > 0) {
      this.style.setProperty(declaration.slice(0, colon).trim(), declaration.slice(colon + 1).trim());
    }
  }
}
