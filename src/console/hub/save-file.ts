import type { DownloadedFile } from './api-client.ts'

/** Hands a file to the browser to keep, under the name that the hub gave it. */
export function saveFile({ name, content }: DownloadedFile): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
