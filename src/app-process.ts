import { installLightAnswers } from './api/light-answers.ts'
import { startHub } from './app.ts'
import type { Hub, HubOverrides } from './app-hub.ts'
import type { Config } from './config.ts'

/** A hub in a process that runs nothing else, and whose globals are its own. */
export function startHubAlone(config: Config, overrides: HubOverrides): Promise<Hub> {
  installLightAnswers()
  return startHub(config, overrides)
}
