import { DomainError } from './errors.ts'

/** All that is wrong with a configuration, one sentence each. */
export class ConfigurationError extends DomainError {
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super('configuration_invalid', faults.join('\n'))
    this.name = 'ConfigurationError'
    this.faults = faults
  }
}
