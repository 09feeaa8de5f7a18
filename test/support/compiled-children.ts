// For its coverage vitest forbids Node to keep compiled code, in this process and in those that it starts.
// Nothing is measured in those: they load three times as fast with what is kept.
delete process.env['NODE_DISABLE_COMPILE_CACHE']
