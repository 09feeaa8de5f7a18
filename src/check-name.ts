/** What /readyz asks. */
export type ReadinessName =
  | 'backup'
  | 'ca_certificate'
  | 'ca_key'
  | 'database'
  | 'file_handles'
  | 'https_certificate'
  | 'mqtt_database'
  | 'mqtts_certificate'
  | 'revocation_list'
  | 'store_bytes'

/** What is looked at when the hub, or who connects to it, is looked over; the console has a word for each. */
export type CheckName =
  | ReadinessName
  | 'certificate'
  | 'clock'
  | 'disk'
  | 'login'
  | 'ports'
  | 'refusals'
  | 'server_certificate'
  | 'server_names'
  | 'session'
  | 'state'
