/** A row as it came, or why it could not be read; `line` is that of the file, from 1, where the row ends. */
export type ParsedRow =
  | { readonly line: number; readonly fields: unknown }
  | { readonly line: number; readonly fault: string }

/** Octets of one row, its request for a certificate included. */
export const MAX_ROW_OCTETS = 65_536
