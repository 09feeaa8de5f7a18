import { defineConfig } from 'drizzle-kit'

export default defineConfig({ dialect: 'sqlite', schema: './src/db/mqtt/mqtt-schema.ts', out: './drizzle/mqtt' })
