/** As a browser does for a tab that is left, or looked at again. */
export function hideDocument(isHidden: boolean): void {
  Object.defineProperty(document, 'hidden', { value: isHidden, configurable: true })
  document.dispatchEvent(new window.Event('visibilitychange'))
}

/** What was said of it before is forgotten. */
export function showDocument(): void {
  Reflect.deleteProperty(document, 'hidden')
}
