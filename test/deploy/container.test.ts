import { existsSync, readFileSync } from 'node:fs'
import { validate } from 'dockerfile-utils'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const ROOT = new URL('../../', import.meta.url)
const read = (name: string): string => readFileSync(new URL(name, ROOT), 'utf8')
const dockerfile = read('Dockerfile')
const stages = dockerfile.split(/^FROM /m).slice(1)
const image = stages.at(-1) ?? ''

test('the Dockerfile is one', () => {
  expect(validate(dockerfile)).toEqual([])
})

test('the image runs as a user of few rights, with one volume, and tells its health', () => {
  expect(image).toMatch(/^USER node$/m)
  expect(image.match(/^VOLUME .*$/gm)).toEqual(['VOLUME /var/lib/signet'])
  expect(image).toMatch(/^HEALTHCHECK /m)
  expect(image).toMatch(/^EXPOSE 8883 3000$/m)
})

test('what the build copies is there, and is let through to it', () => {
  const ignored = read('.dockerignore').split('\n')
  expect(ignored).toContain('*')
  for (const [, name] of read('.dockerignore').matchAll(/^!(.+)$/gm))
    expect(existsSync(new URL(`${name}`, ROOT))).toBe(true)
  const [build = ''] = stages
  const copied = [...build.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, names = '']) => names.split(' '))
  for (const name of copied.filter((candidate) => candidate !== '.')) expect(ignored).toContain(`!${name}`)
})

test('compose starts it with a read-only root and no capability', () => {
  const { services, volumes } = parse(read('compose.yaml'))
  expect(Object.keys(services)).toEqual(['signet'])
  expect(services.signet).toMatchObject({
    read_only: true,
    tmpfs: ['/tmp'],
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    volumes: ['signet:/var/lib/signet'],
    ports: ['8883:8883', '3000:3000'],
  })
  expect(Object.keys(volumes)).toEqual(['signet'])
})
