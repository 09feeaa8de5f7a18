import type { WebhookAnswer } from './settings-answers.ts'

/** What a webhook sends beside the event itself, as it is typed. */
export interface WebhookBodyWish {
  /** A line each: `Name: value`. */
  readonly headers: string
  readonly format: WebhookAnswer['format']
  /** JSON with `{{path}}` in its strings; empty: the event itself. */
  readonly template: string
}

/** Throws the complaint about the first line that is no header. */
export function parseHeaders(text: string, complain: (line: string) => string): Readonly<Record<string, string>> {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value = ''] = /^([^:]+):(.*)$/.exec(line.trim()) ?? []
      if (name === undefined) throw new Error(complain(line.trim()))
      return [name.trim(), value.trim()]
    }),
  )
}

export function parseTemplate(text: string, complaint: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(complaint)
  }
}

/** Only what was written: the rest stays as it is, or as the hub has it. */
export function bodyFieldsOf(
  { headers, format, template }: WebhookBodyWish,
  complainOfHeader: (line: string) => string,
  complaintOfTemplate: string,
) {
  return {
    format,
    ...(headers.trim() === '' ? {} : { headers: parseHeaders(headers, complainOfHeader) }),
    ...(template.trim() === '' ? {} : { template: parseTemplate(template, complaintOfTemplate) }),
  }
}
