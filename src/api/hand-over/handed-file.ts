import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { ApiEnv } from '../api-env.ts'

/** What a person is handed, to be kept by him alone. */
export interface HandedFile {
  readonly name: string
  readonly type: 'application/x-pkcs12' | 'application/zip'
  readonly octets: Uint8Array<ArrayBuffer>
}

/** As it stands in the description of an operation. */
export function handedFile(type: HandedFile['type'], description: string) {
  return { description, content: { [type]: { schema: z.string().openapi({ format: 'binary' }) } } }
}

/** To be saved under its name and stored by nobody between; 201 for what was made to be kept. */
export function respondWithFile(
  c: Context<ApiEnv>,
  { name, type, octets }: HandedFile,
  status: 200 | 201 = 201,
): Response {
  return c.body(octets, status, {
    'content-type': type,
    'content-disposition': `attachment; filename="${name}"`,
    'cache-control': 'no-store',
  })
}

/** An id as every file system takes it: Windows refuses ":". */
export function fileNameOf(id: string): string {
  return id.replaceAll(/[^\w.-]/g, '_')
}
