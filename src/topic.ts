/** The only topic matcher: MQTT 3.1.1 §4.7. Filters and names are taken as valid; ask `isTopicFilter` or `isTopicName` first. */

const MAX_TOPIC_OCTETS = 65_535

// [MQTT-4.7.3-1], [MQTT-4.7.3-2], [MQTT-4.7.3-3]: at least one character, no NUL, at most 65,535 octets
function isTopic(text: string): boolean {
  return text.length > 0 && !text.includes('\0') && Buffer.byteLength(text) <= MAX_TOPIC_OCTETS
}

/** Whether it was UTF-8 without NUL ([MQTT-1.5.3-1], [MQTT-1.5.3-2]): what was not is decoded to U+FFFD, which nobody means. */
export function isWellFormed(text: string): boolean {
  return !text.includes('\0') && !text.includes('\uFFFD')
}

/** Whether a PUBLISH may carry it: no wildcard ([MQTT-3.3.2-2]). */
export function isTopicName(text: string): boolean {
  return isTopic(text) && !text.includes('+') && !text.includes('#')
}

/** Whether a SUBSCRIBE may carry it: "#" alone and last, "+" alone in its level ([MQTT-4.7.1-2], [MQTT-4.7.1-3]). */
export function isTopicFilter(text: string): boolean {
  if (!isTopic(text)) return false
  const levels = text.split('/')
  return levels.every((level, index) => {
    if (level === '#') return index === levels.length - 1
    return level === '+' || (!level.includes('+') && !level.includes('#'))
  })
}

/** Whether a message of this topic name reaches a subscription of this filter. */
export function matches(topicFilter: string, topicName: string): boolean {
  return covers(topicFilter, topicName)
}

/** Whether every topic that `narrow` (a filter or a name) can match is matched by `wide`. */
export function covers(wide: string, narrow: string): boolean {
  // [MQTT-4.7.2-1]: a wildcard in the first level does not match a topic that begins with "$"
  if (narrow.startsWith('$') && startsWithWildcard(wide)) return false
  // Every topic has a first level.
  const wideLevels = wide === '+/#' ? ['#'] : wide.split('/')
  // [MQTT-4.7.3-1]: above "/#" there would be a topic name of no character, so it has two levels at least.
  const narrowLevels = narrow === '/#' ? ['', '+', '#'] : narrow.split('/')
  for (const [index, level] of wideLevels.entries()) {
    // MQTT 3.1.1 §4.7.1.2: "a/#" also matches "a"
    if (level === '#') return true
    const other = narrowLevels[index]
    if (other === undefined || other === '#') return false
    if (level !== '+' && level !== other) return false
  }
  return wideLevels.length === narrowLevels.length
}

/** Whether some topic name is matched by both filters. */
export function overlaps(one: string, other: string): boolean {
  // [MQTT-4.7.2-1]
  if (one.startsWith('$') !== other.startsWith('$') && [one, other].some(startsWithWildcard)) return false
  const [levels, others] = [one.split('/'), other.split('/')]
  for (let index = 0; index < Math.max(levels.length, others.length); index++) {
    const pair = [levels[index], others[index]]
    if (pair.includes('#')) return true
    if (pair.includes(undefined) || !(pair.includes('+') || pair[0] === pair[1])) return false
  }
  return true
}

function startsWithWildcard(topicFilter: string): boolean {
  return topicFilter.startsWith('#') || topicFilter.startsWith('+')
}
