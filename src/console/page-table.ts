import type { ComponentType } from 'preact'
import type { Route } from './route.ts'

/** A page, drawn for the route that leads to it. */
export interface PageProps {
  readonly route: Route
}

type LoadPage = () => Promise<ComponentType<PageProps>>

interface PageEntry {
  readonly leads: (path: readonly string[]) => boolean
  readonly load: LoadPage
}

/** The page of each address: fetched when it is first opened. */
const PAGES: readonly PageEntry[] = [
  {
    leads: ([section]) => section === 'overview',
    load: async () => (await import('./pages/overview/overview-page.tsx')).OverviewPage,
  },
  {
    leads: ([section, id]) => section === 'devices' && id === undefined,
    load: async () => (await import('./pages/devices/devices-page.tsx')).DevicesPage,
  },
  {
    leads: ([section, id]) => section === 'devices' && id === 'add',
    load: async () => (await import('./pages/add-device/add-device-page.tsx')).AddDevicePage,
  },
  {
    leads: ([section, id]) => section === 'devices' && id !== undefined,
    load: async () => (await import('./pages/device/device-page.tsx')).DevicePage,
  },
  {
    leads: ([section]) => section === 'enrolment',
    load: async () => (await import('./pages/enrolment/enrolment-page.tsx')).EnrolmentPage,
  },
  {
    leads: ([section, name]) => section === 'services' && name === undefined,
    load: async () => (await import('./pages/services/services-page.tsx')).ServicesPage,
  },
  {
    leads: ([section]) => section === 'services',
    load: async () => (await import('./pages/services/service-page.tsx')).ServicePage,
  },
  {
    leads: ([section, clientId]) => section === 'sessions' && clientId === undefined,
    load: async () => (await import('./pages/sessions/sessions-page.tsx')).SessionsPage,
  },
  {
    leads: ([section]) => section === 'sessions',
    load: async () => (await import('./pages/sessions/session-page.tsx')).SessionPage,
  },
  {
    leads: ([section, name]) => section === 'policies' && name === undefined,
    load: async () => (await import('./pages/policies/policies-page.tsx')).PoliciesPage,
  },
  {
    leads: ([section]) => section === 'policies',
    load: async () => (await import('./pages/policies/policy-page.tsx')).PolicyPage,
  },
  {
    leads: ([section, fingerprint]) => section === 'certificates' && fingerprint === undefined,
    load: async () => (await import('./pages/certificates/certificates-page.tsx')).CertificatesPage,
  },
  {
    leads: ([section]) => section === 'certificates',
    load: async () => (await import('./pages/certificates/certificate-page.tsx')).CertificatePage,
  },
  {
    leads: ([section]) => section === 'activity',
    load: async () => (await import('./pages/activity/activity-page.tsx')).ActivityPage,
  },
  {
    leads: ([section]) => section === 'settings',
    load: async () => (await import('./pages/settings/settings-page.tsx')).SettingsPage,
  },
]

export function findPage(path: readonly string[]): LoadPage | undefined {
  return PAGES.find(({ leads }) => leads(path))?.load
}
