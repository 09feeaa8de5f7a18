/** What connects: its id is the CN of its certificate and its place in the topics. */
export interface Device {
  readonly id: string
  readonly userId: string
  readonly state: 'active' | 'suspended'
  /** Names of policies that replace the built-in policy `device`; none: the built-in one. */
  readonly policies: readonly string[]
  /** Further client ids this device may use. */
  readonly clientIds: readonly string[]
  readonly createdAt: Date
}
