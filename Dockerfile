FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim
# Short-lived objects are most of what a message makes: room for more of them saves a fifth of the CPU time.
ENV NODE_ENV=production \
    NODE_OPTIONS=--max-semi-space-size=32 \
    CERTS_DIR=/var/lib/signet/certs \
    SIGNET_DATA_DIR=/var/lib/signet/data \
    SIGNET_BACKUP__FOLDER=/var/lib/signet/backups
COPY --from=build /build/package.json /opt/signet/
COPY --from=build /build/bin /opt/signet/bin
COPY --from=build /build/dist /opt/signet/dist
COPY --from=build /build/node_modules /opt/signet/node_modules
RUN ln -s /opt/signet/bin/signet.mjs /usr/local/bin/signet \
 && install -d -o node -g node /var/lib/signet
USER node
WORKDIR /var/lib/signet
VOLUME /var/lib/signet
EXPOSE 8883 3000
HEALTHCHECK --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/readyz').then(({ ok }) => { process.exitCode = ok ? 0 : 1 })"]
ENTRYPOINT ["signet"]
CMD ["start"]
