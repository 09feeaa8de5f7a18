import { expect, test } from 'vitest'
import { Traffic } from '../../src/broker/traffic.ts'

test('traffic is counted from zero, and a reading does not change any more', () => {
  const traffic = new Traffic()
  const before = traffic.read()
  traffic.countRead(100, 3)
  traffic.countRead(10, 0)
  traffic.countWritten(50)
  traffic.countPacketsSent(1)
  traffic.countPublishReceived(2, 7)
  traffic.countPublishSent(0, 5)
  traffic.countPublishSent(1, 6)
  traffic.countSocket()
  traffic.countConnect()

  expect(traffic.read()).toEqual({
    bytesReceived: 110,
    bytesSent: 50,
    packetsReceived: 3,
    packetsSent: 1,
    publishesReceived: [0, 0, 1],
    publishesSent: [1, 1, 0],
    publishBytesReceived: 7,
    publishBytesSent: 11,
    socketsOpened: 1,
    connectsReceived: 1,
    connectsAccepted: 0,
    connected: 0,
    connectedAtMost: 0,
  })
  expect([before.bytesReceived, before.publishesReceived]).toEqual([0, [0, 0, 0]])
})

test('the most clients at one time are remembered when they have gone', () => {
  const traffic = new Traffic()
  traffic.countArrival()
  traffic.countArrival()
  traffic.countDeparture()
  traffic.countArrival()
  traffic.countDeparture()
  expect(traffic.read()).toMatchObject({ connectsAccepted: 3, connected: 1, connectedAtMost: 2 })
})
