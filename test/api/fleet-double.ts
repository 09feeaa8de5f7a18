import type { ApiDependencies } from '../../src/api/dependencies.ts'
import type { Rotation } from '../../src/registry/rotation/rotation.ts'

/** A fleet with one rotation that never comes to its end. */
export function createFleetDouble(now: Date): Pick<ApiDependencies, 'expiry' | 'rotations'> {
  const rotation: Rotation = {
    id: '5f1a9c1e-7a55-4f0e-9d7c-0b8a35d3c1aa',
    filter: {},
    perMinute: 60,
    deadline: undefined,
    state: 'running',
    createdAt: now,
    gatheredTo: undefined,
  }
  return {
    expiry: { count: async () => [], authorities: () => [] },
    rotations: {
      start: async (request) => ({ ...rotation, ...request, deadline: request.deadline }),
      resumeGathering: async () => undefined,
      list: () => [rotation],
      get: () => rotation,
      progressOf: async () => ({ waiting: 1, told: 0, renewed: 0, connected: 0, late: 0 }),
      membersOf: async () => ({ items: [{ deviceId: 'pump', state: 'told', toldAt: now }] }),
      setState: (_, state) => ({ ...rotation, state }),
    },
  }
}
