import { NETWORKS } from './config-edge.ts'
import { choice, count, DAY, duration, list, toggle } from './config-field.ts'

/** How long what happened can be read again. */
export const EVENT_SETTINGS = {
  keep: duration(7 * DAY, 'How long events can be read again, and streams of them be resumed.'),
  keep_count: count(100_000, 100, 10_000_000, 'How many of them, at most.'),
}

const REACTIONS = ['tell', 'suspend', 'revoke'] as const

/** What is taken for a sign that a key is in two hands, and what is done then. */
export const COMPROMISE_SETTINGS = {
  two_addresses: choice(
    REACTIONS,
    'tell',
    'When one certificate is used from two networks in turn: an event alone, or with it suspend the device, or revoke all it has.',
  ),
  key_reuse: choice(
    REACTIONS,
    'tell',
    'The same when a device asks for a certificate for a key of another, or a compromised one.',
  ),
  refusal_burst: choice(REACTIONS, 'tell', 'The same when a device with a good credential is refused again and again.'),
  window: duration(600, 'The time in which changes of the network are counted.', DAY),
  returns: count(3, 2, 100, 'Returns to an earlier network within it that are a sign: A, B, A, B, A is 3.'),
  ipv4_prefix: count(24, 8, 32, 'Bits of an IPv4 address that make a network.'),
  ipv6_prefix: count(48, 16, 128, 'Bits of an IPv6 address that make a network.'),
  ignore: list(
    NETWORKS,
    'Networks that tell nothing of where a device is: balancers without the PROXY protocol, changing exits.',
  ),
  refusals: count(20, 2, 10_000, 'Refusals of one device that are a sign.'),
  refusals_window: duration(60, 'The time in which they are counted.', DAY),
  acts_per_hour: count(10, 0, 10_000, 'Devices suspended or revoked so in an hour; of further ones is only told.'),
}

/** Where webhooks may go, and how much is tried. */
export const WEBHOOK_SETTINGS = {
  allow_private: toggle(false, 'Whether webhooks may go to every private address, of this machine and its networks.'),
  allow: list(NETWORKS, 'Private addresses and networks that webhooks may go to all the same.'),
  queue: count(1000, 1, 100_000, 'Deliveries that wait for one webhook; further ones are dropped.'),
  attempts: count(
    12,
    1,
    100,
    'Attempts before a delivery is dead and waits for an operator; 12 take about three hours.',
  ),
  timeout: duration(10, 'Time for one attempt.', 60),
}
