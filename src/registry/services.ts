import type { Page, PageRequest } from './page.ts'
import type { Service } from './service.ts'

export interface ServiceRequest {
  readonly name: string
  readonly policies?: readonly string[]
  /** Topic filters it may publish and subscribe to; kept as the policy `service:<name>`. */
  readonly allow?: readonly string[]
}

export interface Services {
  create(request: ServiceRequest, mayAttachWide: boolean): Service
  get(name: string): Service
  list(page: PageRequest): Page<Service>
  change(
    name: string,
    changes: { readonly policies?: readonly string[]; readonly state?: Service['state'] },
    mayAttachWide: boolean,
  ): Promise<Service>
  remove(name: string): Promise<void>
}
